/// Tables of delimited text: cells that are numbers on both sides are within the rule, all others equal. How a cell is
/// quoted does not count, and neither does the way in which a line ends.
struct TableComparer: ContentComparer {
    let name: String
    let suffixes: [String]

    init(name: String, suffix: String) {
        self.name = name
        suffixes = [suffix]
    }

    func recognises(_ head: ArraySlice<UInt8>) -> Bool { !head.contains(0) }

    func compare(_ left: [UInt8], _ right: [UInt8], rule: NumberRule) throws(ContentError) -> ContentResult {
        try contentResult { () throws(WalkEnd) in
            let delimiter = delimiter(of: left)
            var walk = TableWalk(
                left: TableReader(bytes: left, delimiter: delimiter),
                right: TableReader(bytes: right, delimiter: delimiter),
                meter: NumberMeter(rule: rule)
            )
            try walk.run()
            return walk.meter.largestAbsolute
        }
    }

    /// Some spreadsheets part the cells of `.csv` by `;`: that counts where the first line has no comma.
    private func delimiter(of bytes: [UInt8]) -> UInt8 {
        if suffixes == [".tsv"] { return 0x09 }
        let first = bytes.prefix { $0 != 0x0A }
        return !first.contains(UInt8(ascii: ",")) && first.contains(UInt8(ascii: ";"))
            ? UInt8(ascii: ";") : UInt8(ascii: ",")
    }
}

private struct TableWalk {
    var left: TableReader
    var right: TableReader
    var meter: NumberMeter
    /// The cells of the first row, where none of them is a number.
    private var names: [String] = []
    /// Counts from 1, the row of names included, as spreadsheets do.
    private var row = 0

    init(left: TableReader, right: TableReader, meter: NumberMeter) {
        self.left = left
        self.right = right
        self.meter = meter
    }

    mutating func run() throws(WalkEnd) {
        while true {
            let (one, other) = (left.next(), right.next())
            row += 1
            guard let one, let other else {
                if one == nil, other == nil { return }
                throw .differs(Spot(place: "row \(row)", left: words(one), right: words(other)))
            }
            if row == 1 { readNames(one) }
            for column in 0..<min(one.count, other.count) { try cell(one[column], other[column], column) }
            if one.count != other.count {
                throw .differs(Spot(place: "row \(row)", left: words(one), right: words(other)))
            }
        }
    }

    private func words(_ cells: [TableReader.Cell]?) -> String {
        switch cells?.count {
        case nil: "nothing"
        case 1: "1 cell"
        case let count?: "\(count) cells"
        }
    }

    private mutating func readNames(_ cells: [TableReader.Cell]) {
        let contents = cells.map { left.content($0) }
        guard contents.allSatisfy({ Number(text: trimmed($0[...])) == nil }) else { return }
        names = contents.map { excerpt($0) }
    }

    private mutating func cell(_ one: TableReader.Cell, _ other: TableReader.Cell, _ column: Int) throws(WalkEnd) {
        if left.bytes[one.range] == right.bytes[other.range], one.hasQuotes == other.hasQuotes { return }
        let (leftText, rightText) = (left.content(one), right.content(other))
        if leftText == rightText { return }
        let name = column < names.count && !names[column].isEmpty ? names[column] : "\(column + 1)"
        let place = "row \(row), column \(name)"
        if let leftNumber = Number(text: trimmed(leftText[...])),
            let rightNumber = Number(text: trimmed(rightText[...]))
        {
            if meter.forgives(leftNumber, rightNumber) { return }
            throw .differs(meter.spot(place, leftNumber, rightNumber))
        }
        throw .differs(Spot(place: place, left: cellText(leftText), right: cellText(rightText)))
    }

    private func cellText(_ bytes: [UInt8]) -> String { bytes.isEmpty ? "nothing" : excerpt(bytes) }

    private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        guard let last = start.lastIndex(where: { $0 != 0x20 && $0 != 0x09 }) else { return start.prefix(0) }
        return start[...last]
    }
}
