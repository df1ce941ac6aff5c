import OrderedCollections
import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseComparison

@Suite struct `Comparing JSON` {
    private let rule = NumberRule(.within(absolute: 0.01, relative: 0)) ?? .bitwise

    private func compare(_ left: String, _ right: String) throws -> ContentResult {
        try JSONComparer().compare(Array(left.utf8), Array(right.utf8), rule: rule)
    }

    @Test(arguments: [
        ("{}", "{ }"), ("[1.001]", "[1]"), (#"{"a":1,"b":[2]}"#, #"{"b":[2.005], "a":1}"#), ("[NaN]", "[NaN]"),
        (#"["é"]"#, #"["\u00e9"]"#), ("[-Infinity]", "[-Infinity]"), (#"{"a":1,"b":2,"c":3}"#, #"{"c":3,"a":1,"b":2}"#),
        ("[1]", "[1.0]"), ("[true,null]", "[true,null]"), ("[]", " [ ] "), ("7", "7.001"),
    ])
    func `forgives numbers, blanks, escapes and the order of keys`(left: String, right: String) throws {
        guard case .same = try compare(left, right) else {
            Issue.record("\(left) and \(right) should be the same")
            return
        }
    }

    @Test(arguments: [
        ("[1]", "[2]", "$[0]", "1", "2"),
        (#"{"a":{"b":[0,{"c":1}]}}"#, #"{"a":{"b":[0,{"c":9}]}}"#, "$.a.b[1].c", "1", "9"),
        ("[1,2]", "[1]", "$", "2 items", "1 items"), (#"{"a":1}"#, #"{"b":1}"#, "$.a", "present", "absent"),
        (#"{"a":1}"#, #"{"a":1,"b":2}"#, "$.b", "absent", "present"), ("[true]", "[1]", "$[0]", "true", "1"),
        ("[null]", "[0]", "$[0]", "null", "0"), (#"["x"]"#, #"["y"]"#, "$[0]", "\"x\"", "\"y\""),
        (#"{"a b":1}"#, #"{"a b":2}"#, #"$["a b"]"#, "1", "2"), ("[[1]]", "[7]", "$[0]", "[1]", "7"),
        (#"["1"]"#, "[1]", "$[0]", "\"1\"", "1"), ("[NaN]", "[1]", "$[0]", "nan", "1"),
        (#"{"x":1,"y":5,"z":1}"#, #"{"z":1,"y":6,"x":1}"#, "$.y", "5", "6"),
    ])
    func `names the path of the first difference`(
        left: String,
        right: String,
        place: String,
        one: String,
        other: String
    ) throws {
        guard case .differs(let spot) = try compare(left, right) else {
            Issue.record("\(left) and \(right) should differ")
            return
        }
        #expect([spot.place, spot.left, spot.right] == [place, one, other])
    }

    @Test(arguments: [
        "", "{", "[1,]", "[1 2]", "{\"a\"}", "[tru]", "\"abc", "[\"\\", "{\"a\":}", "[1] x", "nope", "[+]",
    ])
    func `refuses what is no JSON`(text: String) {
        #expect(throws: ContentError.self) { try compare(text, text + " ") }
    }

    @Test func `bounds how deep it goes`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: ContentError.self) { try compare(deep, deep + " ") }
        let keys = String(repeating: #"{"a":"#, count: 100_000)
        #expect(throws: ContentError.self) { try compare(keys, keys + " ") }
    }

    @Test func `agrees with a walk over whole trees`() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let left = randomValue(&generator, depth: 0)
            let right = Bool.random(using: &generator) ? randomValue(&generator, depth: 0) : shuffled(left, &generator)
            let result = try JSONComparer().compare(left.jsonBytes(), right.jsonBytes(pretty: true), rule: .bitwise)
            #expect(
                (result == .same(largest: 0)) == (left.canonical == right.canonical),
                "\(left.json()) \(right.json())"
            )
        }
    }

    @Test func `never trips over damaged documents`() {
        var generator = SeededGenerator(seed: 3)
        let original = Array(#"{"a":[1,2.5e-3,{"b":"x\u00e9\n"}],"c":null,"d":{"e":true,"f":[[],{}]}}"#.utf8)
        for _ in 0..<3000 {
            _ = try? JSONComparer().compare(original, mutated(original, &generator), rule: rule)
            _ = try? JSONComparer().compare(mutated(original, &generator), original, rule: rule)
        }
    }

    private func randomValue(_ generator: inout SeededGenerator, depth: Int) -> Value {
        switch Int.random(in: 0..<(depth < 3 ? 7 : 4), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int64.random(in: 0...1, using: &generator))
        case 3: return .string(["a", "b\n", "é"].randomElement(using: &generator) ?? "")
        case 4:
            return .list(
                (0..<Int.random(in: 0...2, using: &generator)).map { _ in randomValue(&generator, depth: depth + 1) }
            )
        default:
            var map: Mapping = [:]
            for key in ["x", "y\"", "z"].shuffled(using: &generator).prefix(Int.random(in: 0...3, using: &generator)) {
                map[key] = randomValue(&generator, depth: depth + 1)
            }
            return .map(map)
        }
    }

    private func shuffled(_ value: Value, _ generator: inout SeededGenerator) -> Value {
        switch value {
        case .list(let items): return .list(items.map { shuffled($0, &generator) })
        case .map(let map):
            var copy: Mapping = [:]
            for key in map.keys.shuffled(using: &generator) { copy[key] = map[key].map { shuffled($0, &generator) } }
            return .map(copy)
        default: return value
        }
    }
}

@Suite struct `Comparing JSON lines` {
    private func compare(_ left: String, _ right: String) throws -> ContentResult {
        let rule = NumberRule(.within(absolute: 0.01, relative: 0)) ?? .bitwise
        return try JSONLinesComparer().compare(Array(left.utf8), Array(right.utf8), rule: rule)
    }

    @Test func `goes line by line and forgives empty ones`() throws {
        #expect(try compare("{\"a\":1}\n\n{\"a\":2}\n", "{\"a\":1.001}\n{\"a\":2}") != .same(largest: 0))
        guard case .same = try compare("{\"a\":1}\n\n{\"a\":2}\n", "{\"a\":1.001}\n{\"a\":2}") else {
            Issue.record("should be the same")
            return
        }
    }

    @Test(arguments: [
        ("{\"a\":1}\n{\"a\":2}", "{\"a\":1}\n{\"a\":3}", "line 2, $.a"), ("1\n2\n", "1\n", "line 2"),
        ("1\n", "1\n\n2\n", "line 3"),
    ])
    func `names the line`(left: String, right: String, place: String) throws {
        guard case .differs(let spot) = try compare(left, right) else {
            Issue.record("should differ")
            return
        }
        #expect(spot.place == place)
    }
}
