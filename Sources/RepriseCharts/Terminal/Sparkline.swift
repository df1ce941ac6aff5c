/// A curve in one line: `▁▂▄▇`, or `_.-=^` in ASCII.
///
/// Only the last values that fit are not enough to see a trend: all of them are drawn, several to a character.
package func sparkline(_ values: [Double], width: Int, isUnicode: Bool = true) -> String {
    let finite = values.filter(\.isFinite)
    guard width > 0, let low = finite.min(), let high = finite.max() else { return "" }
    let marks: [Character] = isUnicode ? Array("▁▂▃▄▅▆▇█") : Array("_.-~=*^")
    let columns = min(width, values.count)
    let cells = (0..<columns)
        .map { column -> Character in
            let start = values.count * column / columns
            let end = max(start + 1, values.count * (column + 1) / columns)
            let part = values[start..<end].filter(\.isFinite)
            guard !part.isEmpty else { return " " }
            let mean = part.reduce(0) { $0 + $1 / Double(part.count) }
            let height = high > low ? (mean / 2 - low / 2) / (high / 2 - low / 2) : 0.5
            return marks[min(marks.count - 1, max(0, Int(height * Double(marks.count))))]
        }
    return String(cells)
}
