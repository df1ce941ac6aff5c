import OrderedCollections
import RepriseModel
import RepriseTestKit
import RepriseTracking
import Testing

@Suite struct `Metric lines` {
    private func parse(_ line: String) -> (columns: [MetricColumn], fault: MetricLineFault?) {
        var parser = MetricLineParser()
        let fault = Array(line.utf8).withUnsafeBytes { parser.parse($0) }
        return (parser.filledColumns, fault)
    }

    @Test(arguments: [
        (#"{"loss": 0.31}"#, 0.31), (#"{"loss":1e-3}"#, 0.001), (#" { "loss" : -0.0 } "#, -0.0),
        (#"{"loss": "Infinity"}"#, .infinity), (#"{"loss": -Infinity}"#, -.infinity), (#"{"loss": 12}"#, 12),
        (#"{"loss": 123456789012345678901234567890}"#, 1.2345678901234568e29),
        (#"{"l\u006fss": 5e-324}"#, Double.leastNonzeroMagnitude),
        (#"{"loss": 1, "loss": 2}"#, 2), (#"{"loss": 1.7976931348623157e308}"#, 1.7976931348623157e308),
    ])
    func `a number is taken as the nearest double`(line: String, value: Double) {
        let (columns, fault) = parse(line)
        #expect(fault == nil)
        #expect(columns.map(\.key) == ["loss"])
        #expect(columns.first?.points.values.map(\.bitPattern) == [value.bitPattern])
        #expect(columns.first?.points.steps == [MetricColumn.unset])
    }

    @Test(arguments: [#"{"loss": NaN}"#, #"{"loss": "NaN"}"#])
    func `NaN is taken as a text and as Python writes it`(line: String) {
        let (columns, fault) = parse(line)
        #expect(fault == nil)
        #expect(columns.first?.points.values.first?.isNaN == true)
    }

    @Test func `step and time go to every point of their line`() {
        let (columns, fault) = parse(#"{"step": 10, "a": 1, "b": 2, "time": 1700000000.5}"#)
        #expect(fault == nil)
        #expect(columns.map(\.key) == ["a", "b"])
        #expect(columns.map(\.points.steps) == [[10], [10]])
        #expect(columns.map(\.points.times) == [[1_700_000_000_500], [1_700_000_000_500]])
    }

    @Test(
        arguments: [
            ("", nil), ("  ", nil), ("{}", nil), (#"{"step": 1}"#, nil),
            ("hello", .syntax), ("[1]", .syntax), (#"{"a": 1"#, .syntax), (#"{"a": 1} x"#, .syntax),
            (#"{"a": 01}"#, .syntax), (#"{"a": 1.}"#, .syntax), (#"{"a": .5}"#, .syntax), (#"{"a": +1}"#, .syntax),
            (#"{"a": 1e}"#, .syntax), (#"{a: 1}"#, .syntax), (#"{"a": 1,}"#, .syntax), (#"{"a": -}"#, .syntax),
            (#"{"a": true}"#, .boolean), (#"{"a": null}"#, .null), (#"{"a": "high"}"#, .text),
            (#"{"a": {"b": 1}}"#, .nested), (#"{"a": [1]}"#, .nested), (#"{"": 1}"#, .key),
            (#"{"step": 1.5, "a": 1}"#, .step), (#"{"step": "1", "a": 1}"#, .step),
            (#"{"time": "now", "a": 1}"#, .time),
            (#"{"time": 1e300, "a": 1}"#, .time), (#"{"a": 1, "b": true}"#, .boolean),
        ] as [(String, MetricLineFault?)]
    )
    func `a line counts as a whole or not at all`(line: String, expected: MetricLineFault?) {
        let (columns, fault) = parse(line)
        #expect(fault == expected)
        #expect(columns.isEmpty)
    }

    @Test func `a step may be written as a whole decimal number`() {
        #expect(parse(#"{"step": 1e3, "a": 1}"#).columns.first?.points.steps == [1000])
    }

    @Test func `it agrees with the slow parser about lines made at random`() throws {
        var generator = SeededGenerator(seed: 20)
        for _ in 0..<20_000 {
            let line = randomLine(&generator)
            let (columns, fault) = parse(line)
            let slow = slowPoints(line)
            #expect((fault == nil) == (slow != nil), "\(line)")
            guard let slow, fault == nil else { continue }
            let fast = Dictionary(uniqueKeysWithValues: columns.map { ($0.key, $0.points.values[0].bitPattern) })
            #expect(fast == slow, "\(line)")
        }
    }

    @Test func `numbers are rounded as the standard library rounds them`() {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<20_000 {
            let text = randomNumber(&generator)
            let value = parse("{\"a\": \(text)}").columns.first?.points.values.first
            #expect(value?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }

    // MARK: The slow way

    private func slowPoints(_ line: String) -> [String: UInt64]? {
        guard let map = try? Value(json: line).mapValue else { return nil }
        var points: [String: UInt64] = [:]
        for (key, value) in map {
            let number: Double? =
                switch value {
                case .string("NaN"): .nan
                case .string("Infinity"): .infinity
                case .string("-Infinity"): -.infinity
                default: value.doubleValue
                }
            guard let number, !key.isEmpty else { return nil }
            switch key {
            case "step": if value.stringValue != nil || Int64(exactly: number) == nil { return nil }
            case "time": if value.stringValue != nil || abs(number) > 8e12 { return nil }
            default: points[key] = number.bitPattern
            }
        }
        return points
    }

    private func randomNumber(_ generator: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: String(Int64.random(in: -1000...1000, using: &generator))
        case 1: String(Double.random(in: -1...1, using: &generator))
        case 2: String(generator.next() as UInt64)
        case 3:
            "\(Int.random(in: 0..<100_000, using: &generator)).\(Int.random(in: 0..<100_000, using: &generator))"
                + "e\(Int.random(in: -330..<310, using: &generator))"
        default: String(Double(bitPattern: (generator.next() as UInt64) & 0x7FEF_FFFF_FFFF_FFFF))
        }
    }

    private func randomLine(_ generator: inout SeededGenerator) -> String {
        let keys = [#""a""#, #""b""#, #""step""#, #""time""#, #""ü""#, #""\u0061""#, #""a b\n""#, #""""#]
        let others = ["true", "null", "{}", "[]", #""NaN""#, #""-Infinity""#, #""x""#, "1.5.2", "--1", "00"]
        var members: [String] = []
        // A key may come twice, but not where one of its values is refused: the slow parser forgets the first.
        let isOdd = Int.random(in: 0..<4, using: &generator) == 0
        let order = keys.shuffled(using: &generator)
        for index in 0..<Int.random(in: 0..<4, using: &generator) {
            let key = isOdd ? order[index] : [#""a""#, #""b""#, #""\u0061""#].randomElement(using: &generator)
            if isOdd, key == #""\u0061""# { continue }
            let value = isOdd ? others.randomElement(using: &generator) : nil
            let isNumber = Bool.random(using: &generator)
            members.append("\(key ?? ""): \(isNumber ? randomNumber(&generator) : value ?? "7")")
        }
        var line = Array("{\(members.joined(separator: ", "))}".unicodeScalars)
        if Int.random(in: 0..<6, using: &generator) == 0 {
            line.remove(at: Int.random(in: line.indices, using: &generator))
        }
        return String(String.UnicodeScalarView(line))
    }
}
