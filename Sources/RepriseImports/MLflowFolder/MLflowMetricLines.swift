import RepriseModel
import RepriseTracking

/// Reads the file of one metric: lines such as `1700000000000 0.31 10`, the step missing in the oldest, a dataset's name and
/// digest behind it in some.
struct MLflowMetricLines {
    private(set) var column: MetricColumn
    /// How many lines were none, and the first of them.
    private(set) var faults = 0
    private(set) var fault: String?

    init(key: String) { column = MetricColumn(key: key) }

    /// Takes in the whole lines of the piece; with `isEnd` what is left of it, too. Returns how many bytes were taken.
    mutating func take(_ bytes: [UInt8], isEnd: Bool) -> Int {
        var start = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            takeLine(bytes[start..<end])
            start = end + 1
        }
        if isEnd, start < bytes.count {
            takeLine(bytes[start...])
            start = bytes.count
        }
        return start
    }

    private mutating func takeLine(_ line: ArraySlice<UInt8>) {
        let words = line.split { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
        if words.isEmpty { return }
        guard [2, 3, 5].contains(words.count), let time = integer(words[0]), let value = number(words[1]),
            let step = words.count > 2 ? integer(words[2]) : 0
        else {
            faults += 1
            if fault == nil { fault = String(decoding: line.prefix(60), as: UTF8.self) }
            return
        }
        column.points.append(step: step, time: time, value: value)
    }

    private func integer(_ word: ArraySlice<UInt8>) -> Int64? { Int64(String(decoding: word, as: UTF8.self)) }

    private func number(_ word: ArraySlice<UInt8>) -> Double? { mlflowNumber(String(decoding: word, as: UTF8.self)) }
}

/// A number as Python and protobuf write it, infinities and NaN included.
package func mlflowNumber(_ text: String) -> Double? {
    switch text.lowercased() {
    case "nan", "-nan": .nan
    case "inf", "infinity", "+inf": .infinity
    case "-inf", "-infinity": -.infinity
    default: Double(text)
    }
}
