/// A grid of dots that becomes lines of text: eight dots to a character in braille, one otherwise.
struct Canvas {
    let columns: Int
    let rows: Int
    let isBraille: Bool
    /// The character of each series where a dot is a whole character.
    let marks: [Character]
    private var bits: [UInt8]
    private var owners: [Int?]

    init(columns: Int, rows: Int, isBraille: Bool, marks: [Character]) {
        self.columns = columns
        self.rows = rows
        self.isBraille = isBraille
        self.marks = marks
        bits = Array(repeating: 0, count: columns * rows)
        owners = Array(repeating: nil, count: columns * rows)
    }

    var width: Int { isBraille ? columns * 2 : columns }
    var height: Int { isBraille ? rows * 4 : rows }

    /// Sets the dot; `y` counts from the bottom.
    mutating func dot(_ x: Int, _ y: Int, series: Int) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        let down = height - 1 - y
        let cell = isBraille ? down / 4 * columns + x / 2 : down * columns + x
        // ISO/IEC 10646 numbers the dots of U+2800 by column, and the fourth row last.
        let pattern: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
        bits[cell] |= isBraille ? pattern[down % 4 * 2 + x % 2] : 1
        owners[cell] = series
    }

    /// A straight line of dots (Bresenham), both ends included.
    mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int), series: Int) {
        let (dx, dy) = (abs(end.x - start.x), -abs(end.y - start.y))
        let (stepX, stepY) = (start.x < end.x ? 1 : -1, start.y < end.y ? 1 : -1)
        var (x, y) = start
        var error = dx + dy
        while true {
            dot(x, y, series: series)
            if x == end.x, y == end.y { return }
            let doubled = 2 * error
            if doubled >= dy {
                error += dy
                x += stepX
            }
            if doubled <= dx {
                error += dx
                y += stepY
            }
        }
    }

    /// The characters of a row from the top, with the series that each belongs to.
    func row(_ row: Int) -> [(character: Character, series: Int?)] {
        (0..<columns)
            .map { column in
                let cell = row * columns + column
                guard bits[cell] != 0, let owner = owners[cell] else { return (" ", nil) }
                guard isBraille else { return (marks[owner % marks.count], owner) }
                let scalar = UnicodeScalar(0x2800 + UInt32(bits[cell])) ?? " "
                return (Character(scalar), owner)
            }
    }
}
