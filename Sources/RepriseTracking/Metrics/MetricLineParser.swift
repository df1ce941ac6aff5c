import RepriseModel

/// Turns lines such as `{"step": 10, "loss": 0.31}` into columns, without building anything in between.
///
/// A line counts as a whole or not at all. A key given twice in one line keeps its last value.
package struct MetricLineParser {
    /// The points so far, a column for each key in the order of their first appearance.
    private var columns: [MetricColumn] = []
    /// Put before every key.
    private let prefix: String
    private var keys: [[UInt8]] = []
    private var places: [[UInt8]: Int] = [:]
    /// The columns of the line before, which the next line most likely has in the same order.
    private var expected: [Int] = []
    /// The current line: which column gets which value.
    private var found: [(place: Int, value: Double)] = []
    /// Per column, the last line that had it.
    private var seen: [Int] = []
    private var line = 0

    package init(prefix: String = "") { self.prefix = prefix }

    /// Takes in one line without its end; nil, or why the line is no metric. A blank line is fine and empty.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer) -> MetricLineFault? {
        line += 1
        found.removeAll(keepingCapacity: true)
        var scanner = LineScanner(bytes)
        scanner.skipSpace()
        if scanner.isAtEnd { return nil }
        var step = MetricColumn.unset
        var time = MetricColumn.unset
        do throws(MetricLineFault) {
            try scanner.object { (scanner, key) throws(MetricLineFault) in
                switch key {
                case .step: step = try scanner.step()
                case .time: time = try scanner.time()
                case .metric(let name): note(try place(of: name), try scanner.metric())
                case .escaped(let name): note(try place(of: name), try scanner.metric())
                }
            }
        } catch {
            return error
        }
        commit(step: step, time: time)
        return nil
    }

    /// What the lines so far gave, without the columns that only faulty lines had.
    package var filledColumns: [MetricColumn] { columns.filter { !$0.points.isEmpty } }

    private mutating func note(_ place: Int, _ value: Double) {
        if seen[place] == line, let earlier = found.firstIndex(where: { $0.place == place }) {
            found[earlier].value = value
        } else {
            seen[place] = line
            found.append((place, value))
        }
    }

    private mutating func commit(step: Int64, time: Int64) {
        for (position, entry) in found.enumerated() {
            columns[entry.place].points.append(step: step, time: time, value: entry.value)
            if position < expected.count {
                expected[position] = entry.place
            } else {
                expected.append(entry.place)
            }
        }
    }

    private mutating func place(of name: UnsafeRawBufferPointer) throws(MetricLineFault) -> Int {
        let position = found.count
        if position < expected.count {
            let place = expected[position]
            if keys[place].withUnsafeBytes({ $0.equals(name) }) { return place }
        }
        return try place(of: Array(name))
    }

    private mutating func place(of name: [UInt8]) throws(MetricLineFault) -> Int {
        if let place = places[name] { return place }
        guard !name.isEmpty, let key = String(validating: name, as: UTF8.self) else { throw .key }
        let place = columns.count
        columns.append(MetricColumn(key: prefix + key))
        keys.append(name)
        seen.append(0)
        places[name] = place
        return place
    }
}
