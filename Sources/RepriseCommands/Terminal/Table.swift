import RepriseModel

/// Rows and columns, fitted to the terminal.
package struct Table: Sendable {
    package enum Side: Hashable, Sendable { case left, right }

    package struct Column: Sendable {
        package var head: String
        package var side: Side
        /// Ids and numbers are of no use when cut; such a column keeps its width.
        package var isWhole: Bool

        package init(_ head: String, _ side: Side = .left, isWhole: Bool = false) {
            self.head = head
            self.side = side
            self.isWhole = isWhole
        }
    }

    package struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
        package var text: String
        package var paint: Paint?

        package init(_ text: String, _ paint: Paint? = nil) {
            self.text = text.harmless
            self.paint = paint
        }

        package init(stringLiteral text: String) { self.init(text) }

        package init(_ state: RunState) { self.init(state.rawValue, state.paint) }
    }

    package var columns: [Column]
    package var rows: [[Cell]]

    package init(_ columns: [Column], rows: [[Cell]] = []) {
        self.columns = columns
        self.rows = rows
    }

    /// The lines, heads first. With a width, the widest columns are cut until a row fits; without, nothing is cut.
    package func lines(width: Int?, isUnicode: Bool, isColoured: Bool) -> [String] {
        let widths = fitted(natural, to: width)
        let heads = columns.map { Cell($0.head.uppercased(), .faint) }
        return ([heads] + rows)
            .map { row in
                let cells = zip(row, zip(widths, columns))
                    .map { cell, shape in
                        padded(cell, shape.0, shape.1.side, isUnicode: isUnicode, isColoured: isColoured)
                    }
                return withoutTrailingSpace(cells.joined(separator: "  "))
            }
    }

    /// Columns that a row takes at least: what may not be cut, and four of everything else.
    var leastWidth: Int { least.reduce(0, +) + 2 * max(0, least.count - 1) }

    private var natural: [Int] { columns.indices.map { max(columns[$0].head.columns, widest($0)) } }

    /// Heads may be cut everywhere.
    private var least: [Int] {
        columns.indices.map { index in
            let natural = max(columns[index].head.columns, widest(index))
            return min(natural, columns[index].isWhole ? max(4, widest(index)) : 4)
        }
    }

    private func widest(_ column: Int) -> Int { rows.lazy.map { $0[column].text.columns }.max() ?? 0 }

    private func fitted(_ natural: [Int], to width: Int?) -> [Int] {
        guard let width else { return natural }
        let least = least
        var widths = natural
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
        while excess > 0 {
            let open = widths.indices.filter { widths[$0] > least[$0] }
            guard let widest = open.max(by: { widths[$0] < widths[$1] }) else { break }
            // Down to the next widest at once, so that wide tables cost no time.
            let next = open.filter { $0 != widest }.map { widths[$0] }.max() ?? least[widest]
            let step = min(excess, max(1, widths[widest] - max(next, least[widest])))
            widths[widest] -= step
            excess -= step
        }
        return widths
    }

    private func padded(_ cell: Cell, _ width: Int, _ side: Side, isUnicode: Bool, isColoured: Bool) -> String {
        let text = cell.text.cut(to: width, isUnicode: isUnicode)
        let space = String(repeating: " ", count: max(0, width - text.columns))
        let painted = cell.paint?.applied(to: text, isColoured) ?? text
        return side == .left ? painted + space : space + painted
    }

    private func withoutTrailingSpace(_ line: String) -> String {
        var line = line[...]
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
