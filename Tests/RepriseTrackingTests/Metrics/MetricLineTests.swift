import RepriseModel
import RepriseTestKit
import RepriseTracking
import Testing

@Suite struct `A line of metrics` {
    private func parse(_ line: String) -> (fault: MetricLineFault?, columns: [MetricColumn]) {
        var parser = MetricLineParser()
        let fault = Array(line.utf8).withUnsafeBytes { parser.parse($0) }
        return (fault, parser.filledColumns)
    }

    private func value(_ number: String) -> Double? { parse("{\"x\": \(number)}").columns.first?.points.values.first }

    @Test(arguments: [
        "0", "-0", "-0.0", "0.1", "1e5", "1E+5", "1.5e-7", "123456789012345678901234567890", "9007199254740993",
        "1e308", "1e309", "-1e400",
        "5e-324", "2.4703282292062327e-324", "0.3125", "1.7976931348623157e308", "9223372036854775807",
        "100000000000000000000000",
        "3.14159265358979323846264338327950288", "1e23", "8.41e21", "9.5e-22", "0.000001", "4503599627370496.5",
    ])
    func `holds the nearest double`(text: String) throws {
        #expect(value(text)?.bitPattern == Double(text)?.bitPattern)
    }

    @Test func `holds the nearest double for numbers of any length`() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<3000 {
            let digits = (0..<Int.random(in: 1...25, using: &generator))
                .map { _ in "\(Int.random(in: 0...9, using: &generator))" }
            let text =
                "\(Int.random(in: 1...9, using: &generator)).\(digits.joined())e\(Int.random(in: -330...310, using: &generator))"
            #expect(value(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
        let tiny = "0." + String(repeating: "0", count: 100_000) + "1e200000"
        #expect(value(tiny) == .infinity)
    }

    @Test(arguments: [
        "", "{", "[]", "1", "{\"a\":}", "{\"a\":1", "{\"a\":1}}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}",
        "{\"a\":+1}", "{\"a\":1e}",
        "{\"a\":0x10}", "{\"a\":nan}", "{\"a\":tru}", "{\"a\":null}", "{\"a\":[1]}", "{\"a\":\"1\"}", "{\"\":1}",
        "{a:1}", "{\"a\":1,}",
        "{\"step\":1.5,\"a\":1}", "{\"step\":\"1\",\"a\":1}", "{\"step\":1e30,\"a\":1}", "{\"time\":null,\"a\":1}",
        "{\"time\":1e30,\"a\":1}",
        "{\"a\\", "{\"a\\u12\":1}", "{\"a\\ud800\":1}", "{\"a\":-}", "{\"a\":-Inf}", "{\"a\":Infinit}", "{\"a\":1}x",
    ])
    func `counts as a whole or not at all`(line: String) {
        let (fault, columns) = parse(line)
        #expect(line.isEmpty ? fault == nil : fault != nil)
        #expect(columns.isEmpty)
    }

    @Test func `keeps what JSON has no numbers for`() {
        for (text, expected) in [
            ("NaN", Double.nan), ("\"NaN\"", .nan), ("Infinity", .infinity), ("-Infinity", -.infinity),
            ("\"-Infinity\"", -.infinity),
        ] {
            #expect(value(text).map { $0 == expected || $0.isNaN && expected.isNaN } == true, "\(text)")
        }
    }

    @Test func `knows a key by its meaning`() {
        let (fault, columns) = parse(#"{"st\u0065p": 3, "l\u006fss": 1, "loss": 2, "time": 1.5}"#)
        #expect(fault == nil)
        #expect(columns.map(\.key) == ["loss"])
        #expect(columns.first?.points == SeriesPoints(steps: [3], times: [1500], values: [2]))
    }

    @Test func `never trips over damaged bytes`() {
        var generator = SeededGenerator(seed: 10)
        let original = Array(
            #"{"step": 12, "loss": -0.31e-4, "a\u00e9\"b": "NaN", "time": 1700000000.5, "c": Infinity}"#.utf8
        )
        for _ in 0..<5000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.removeSubrange((place + 1)...)
                }
            }
            var parser = MetricLineParser()
            _ = bytes.withUnsafeBytes { parser.parse($0) }
        }
    }
}
