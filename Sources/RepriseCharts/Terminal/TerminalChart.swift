/// A chart as lines of text.
package struct TerminalChart: Sendable {
    package var chart: Chart
    /// Columns of the whole picture, tick labels included.
    package var width: Int
    /// Rows of the frame, without title, tick labels and legend.
    package var height: Int
    package var style: Style

    /// What the terminal can show.
    package struct Style: Hashable, Sendable {
        /// False where the locale is not UTF-8: then only ASCII is written.
        package var isUnicode: Bool
        package var isColoured: Bool

        package init(isUnicode: Bool = true, isColoured: Bool = false) {
            self.isUnicode = isUnicode
            self.isColoured = isColoured
        }
    }

    package init(_ chart: Chart, width: Int = 80, height: Int = 15, style: Style = Style()) {
        self.chart = chart
        self.width = max(20, width)
        self.height = max(3, height)
        self.style = style
    }

    /// The picture, a line each, every line without trailing spaces and without a line end.
    package var lines: [String] {
        let title = chart.title.isEmpty ? [] : [plain(chart.title)]
        guard let axes = chart.axes() else { return title + ["(no point to draw)"] }
        let ticks = axes.y.ticks(atMost: max(2, height / 2))
        let margin = (ticks.map(\.label.count).max() ?? 0) + 1
        var canvas = Canvas(
            columns: max(4, width - margin - 1),
            rows: height,
            isBraille: isBraille,
            marks: marks
        )
        for (number, series) in chart.series.enumerated() { draw(series, number, axes, on: &canvas) }
        let frame = (0..<height).map { row in frameRow(row, canvas, ticks, margin) }
        return (title + frame + xAxis(axes.x, margin, canvas.columns) + legend(margin)).map(withoutTrailingSpace)
    }

    package var text: String { lines.joined(separator: "\n") + "\n" }

    /// Dots of several curves in one braille character cannot be told apart without colours.
    private var isBraille: Bool { style.isUnicode && (style.isColoured || chart.series.count < 2) }
    private var marks: [Character] { style.isUnicode ? Array("●×+○▲◆■△") : Array("*x+o#@%&") }

    private func draw(_ series: ChartSeries, _ number: Int, _ axes: (x: Axis, y: Axis), on canvas: inout Canvas) {
        var last: (x: Int, y: Int)?
        let (right, top) = (Double(canvas.width - 1), Double(canvas.height - 1))
        for point in series.downSampled(buckets: canvas.width).points {
            guard let x = axes.x.position(point.x), let y = axes.y.position(point.y) else {
                last = nil
                continue
            }
            let place = (x: Int((x * right).rounded()), y: Int((y * top).rounded()))
            if let last {
                canvas.line(from: last, to: place, series: number)
            } else {
                canvas.dot(place.x, place.y, series: number)
            }
            last = place
        }
    }

    private func frameRow(_ row: Int, _ canvas: Canvas, _ ticks: [Axis.Tick], _ margin: Int) -> String {
        let tick = ticks.last { Int((Double(height - 1) * (1 - $0.position)).rounded()) == row }
        let edge = style.isUnicode ? (tick == nil ? "│" : "┤") : (tick == nil ? "|" : "+")
        let label = tick?.label ?? ""
        let head = String(repeating: " ", count: margin - 1 - label.count) + label + " "
        return head + edge + stretches(of: canvas.row(row))
    }

    /// Colours what lies side by side and belongs together at once.
    private func stretches(of cells: [(character: Character, series: Int?)]) -> String {
        var text = ""
        var rest = cells[...]
        while let first = rest.first {
            let owner = first.series
            let stretch = rest.prefix { $0.series == owner }
            text += coloured(String(stretch.map(\.character)), owner)
            rest = rest.dropFirst(stretch.count)
        }
        return text
    }

    private func xAxis(_ axis: Axis, _ margin: Int, _ columns: Int) -> [String] {
        let (corner, line, mark) = style.isUnicode ? ("└", "─", "┬") : ("+", "-", "+")
        var rule = Array(repeating: line, count: columns)
        var labels = Array(repeating: Character(" "), count: columns + margin + 1)
        var free = 0
        for tick in axis.ticks(atMost: max(2, columns / 10)) {
            let column = Int((tick.position * Double(columns - 1)).rounded())
            rule[column] = mark
            let wanted = margin + 1 + column - tick.label.count / 2
            let start = min(max(wanted, 0), labels.count - tick.label.count)
            guard start >= free else { continue }
            for (offset, character) in tick.label.enumerated() { labels[start + offset] = character }
            free = start + tick.label.count + 1
        }
        let name = plain(chart.xLabel)
        let indent = String(repeating: " ", count: max(0, margin + 1 + (columns - name.count) / 2))
        let space = String(repeating: " ", count: margin)
        return [space + corner + rule.joined(), String(labels), name.isEmpty ? "" : indent + name]
    }

    private func legend(_ margin: Int) -> [String] {
        guard chart.series.count > 1 else { return [] }
        return chart.series.enumerated()
            .map { number, series in
                let mark = isBraille ? "⣀⡠" : String(marks[number % marks.count])
                return String(repeating: " ", count: margin + 1) + coloured(mark, number) + " " + plain(series.label)
            }
    }

    private func coloured(_ text: String, _ series: Int?) -> String {
        guard style.isColoured, let series else { return text }
        let codes = [36, 33, 35, 32, 34, 31]
        return "\u{1B}[\(codes[series % codes.count])m\(text)\u{1B}[0m"
    }

    /// Without control characters, which a run's name or metric could carry into the terminal.
    private func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }

    private func withoutTrailingSpace(_ line: String) -> String {
        var line = line[...]
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
