/// Reads records of delimited text (RFC 4180): cells in quotes may hold delimiters, line ends and doubled quotes.
///
/// A quote inside a cell that does not begin with one is text, and a cell whose quote never closes goes to the end.
struct TableReader {
    struct Cell {
        var range: Range<Int>
        /// The content stood in quotes and holds doubled ones.
        var hasQuotes: Bool
    }

    let bytes: [UInt8]
    let delimiter: UInt8
    private var position = 0

    init(bytes: [UInt8], delimiter: UInt8) {
        self.bytes = bytes
        self.delimiter = delimiter
        // A byte order mark, which spreadsheets write.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The cells of the next record; nil at the end. An empty line is a record of one empty cell.
    mutating func next() -> [Cell]? {
        guard position < bytes.count else { return nil }
        var cells: [Cell] = []
        while true {
            cells.append(cell())
            guard position < bytes.count else { return cells }
            let byte = bytes[position]
            position += 1
            if byte == delimiter {
                if position == bytes.count { cells.append(Cell(range: position..<position, hasQuotes: false)) }
                if position < bytes.count { continue }
            } else if byte == 0x0D, position < bytes.count, bytes[position] == 0x0A {
                position += 1
            }
            return cells
        }
    }

    func content(_ cell: Cell) -> [UInt8] {
        guard cell.hasQuotes else { return Array(bytes[cell.range]) }
        var content: [UInt8] = []
        var isDoubled = false
        for byte in bytes[cell.range] {
            isDoubled = byte == UInt8(ascii: "\"") && !isDoubled
            if !isDoubled { content.append(byte) }
        }
        return content
    }

    private mutating func cell() -> Cell {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            return Cell(range: plain(), hasQuotes: false)
        }
        let start = position + 1
        var hasQuotes = false
        position = start
        while position < bytes.count {
            if bytes[position] != UInt8(ascii: "\"") {
                position += 1
            } else if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") {
                hasQuotes = true
                position += 2
            } else {
                let end = position
                position += 1
                _ = plain()
                return Cell(range: start..<end, hasQuotes: hasQuotes)
            }
        }
        return Cell(range: start..<position, hasQuotes: hasQuotes)
    }

    private mutating func plain() -> Range<Int> {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == delimiter || byte == 0x0A { break }
            if byte == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { break }
            position += 1
        }
        return start..<position
    }
}
