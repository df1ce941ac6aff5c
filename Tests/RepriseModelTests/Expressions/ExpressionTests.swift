import OrderedCollections
import RepriseModel
import Testing

private struct Names: ExpressionScope {
    var values: Value = [
        "lr": 0.05, "hidden": 64, "name": "it's adam", "none": .null, "nan": .number(.nan), "tags": ["a", "b"],
        "flag": true, "off": false, "big": .integer(.max), "val/loss": 0.5, "maps": ["max": 1], "year": "2026",
    ]

    func value(of name: ExpressionName) throws -> ExpressionValue {
        if name.text == "started" { return .time(try #require(Timestamp("2026-03-01T09:30:00Z"))) }
        var value: Value? = values
        for part in name.parts { value = value?.mapValue?[part] }
        return .value(value ?? .null)
    }

    func call(_ call: ExpressionCall, _ arguments: [ExpressionValue]) throws -> ExpressionValue {
        if call.function == "now" { return .time(try #require(Timestamp("2026-03-02"))) }
        return .value(.bool(arguments == [.value("baseline")]))
    }
}

private let functions = [ExpressionFunction("tag", arguments: 1...2), ExpressionFunction("now", arguments: 0...0)]

@Suite struct `Expressions` {
    @Test(arguments: [
        ("lr < 0.1 and hidden > 32 or tag('x')", true), ("lr < 0.01 or tag(\"baseline\")", true),
        ("not (lr < 0.1)", false), ("not lr < 0.1", false), ("NOT lr < 0.01 AND true", true),
        ("hidden == 64", true), ("hidden = 64.0", true), ("hidden != 64", false), ("hidden <> 65", true),
        ("hidden in (16, 64)", true), ("hidden in [16, 32]", false), ("hidden not in (1, 2)", true),
        ("'a' in tags", true), ("'c' in tags", false), ("'a' in (tags)", true), ("tags contains 'b'", true),
        ("name like 'it''s*'", true), ("name like '*a?am'", true), ("name like 'adam'", false),
        ("name contains \"adam\"", true), ("name not contains \"adam\"", false), ("name matches 'ad.m$'", true),
        ("name not like '*x*'", true), ("1 + 2 * 3 == 7", true), ("(1 + 2) * 3 == 9", true), ("7 % 4 == 3", true),
        ("-2 + 3 == 1", true), ("- (1) == -1", true), ("10 - 4 - 3 == 3", true), ("7 / 2 == 3.5", true),
        ("1e-3 == 0.001", true), (".5 < 1", true), ("none is null", true), ("lr is not null", true),
        ("`val/loss` < 1", true), ("maps.max == 1", true), ("maps.`max` == 1", true), ("started > '2026-02-28'", true),
        ("started < \"2026-03-01 09:31\"", true), ("now() - started == 52200", true), ("started + 1d > now()", true),
        ("30m == 1800", true), ("1h30m == 5400", true), ("250ms == 0.25", true), ("4GiB == 4294967296", true),
        ("4k == 4096", true), ("max(1, 2.5, 2) == 2.5", true), ("min(3, 2) == 2", true), ("abs(-3) == 3", true),
        ("length(name) == 9", true), ("lower('AB') == 'ab'", true), ("first(none, 4) == 4", true),
        ("round(2.6) == 3", true),
        ("flag", true), ("flag == true and off == false", true), ("'a' < 'b'", true), ("tags == ['a', 'b']", true),
        ("big + 1 > big", false), ("big + 1 > 9e18", true), ("year == '2026'", true), ("name != 'x'", true),
    ])
    func `come to what they say`(text: String, expected: Bool) throws {
        #expect(try Expression(text, functions: functions).holds(in: Names()) == expected)
    }

    @Test(arguments: [
        "none == 1", "none != 1", "none < 1", "not none == 1", "none in (1, 2)", "1 in (2, null)", "1 not in (2, null)",
        "missing > 3", "not missing", "none and true", "1 / 0 > 0", "name < 3", "nan < 1", "nan == nan", "lr like 'x'",
        "max(none, 1) > 0", "name * 2 == 0", "started > 5", "5 % 0 == 0",
    ])
    func `hold not where null or a wrong kind stands in them`(text: String) throws {
        #expect(try !Expression(text, functions: functions).holds(in: Names()))
    }

    @Test(arguments: [
        ("none or true", true), ("none and false", false), ("false and none", false), ("true or none", true),
    ])
    func `decide in spite of null where the other side decides`(text: String, expected: Bool) throws {
        #expect(try Expression(text).evaluate(in: Names()) == .value(.bool(expected)))
    }

    @Test(arguments: [
        ("", 1, "the expression is empty"), ("lr <", 5, "the end stands where a value or a name should be"),
        ("lr < < 1", 6, "`<` stands where a value or a name should be"),
        ("lr lr", 4, "`lr` stands where the end, `and` or `or` should be"),
        ("(lr", 4, "the end stands where `)` should be"),
        ("a && b", 3, "`&&` is not known here"), ("!a", 1, "`!` is not known here"),
        ("a = 'x", 5, "a text does not end"),
        ("tga('x')", 1, "there is no function `tga`"), ("1 + tag()", 5, "`tag` takes 1 to 2 values, not 0"),
        ("now(1)", 1, "`now` takes 0 values, not 1"),
        ("a not b", 7, "`b` stands where `in`, `like`, `contains` or `matches` should be"),
        ("a is 3", 6, "`3` stands where `null` should be"), ("1.2.3 > 1", 1, "`1.2.3` is no number"),
        ("a > 5x", 5, "`5x` is neither a number nor a time or a size"),
        ("a ; b", 3, "`;` cannot stand in an expression"),
        ("a > `b", 5, "a name does not end"), ("a in (1 2)", 9, "`2` stands where `,` or `)` should be"),
        ("and", 1, "`and` stands where a value or a name should be"), ("``", 1, "a name is empty"),
    ])
    func `tell a mistake with its column`(text: String, column: Int, what: String) throws {
        let error = #expect(throws: Mistake.self) { try Expression(text, functions: functions) }
        #expect(error?.what == what)
        #expect(error?.place == Place(file: "expression", line: 1, column: column))
    }

    @Test func `point into the file that they stand in`() throws {
        let place = Place(file: "a.yaml", line: 9, column: 12)
        let error = #expect(throws: Mistake.self) { try Expression("x > tagg('a')", functions: functions, at: place) }
        #expect(error?.place == Place(file: "a.yaml", line: 9, column: 16))
        #expect(error?.fix == "did you mean `tag`?")
    }

    @Test func `know their names and functions`() throws {
        let expression = try Expression(
            "a.b > 1 and not (c in (d, 2) or tag(`e f`)) and g is null",
            functions: functions
        )
        #expect(expression.names.map(\.text) == ["a.b", "c", "d", "e f", "g"])
        #expect(expression.calls.map(\.function) == ["tag"])
    }

    @Test func `bound how deep and long they are`() throws {
        for text in [
            String(repeating: "(", count: 500) + "1", String(repeating: "not ", count: 500) + "true",
            String(repeating: "- ", count: 500) + "1", "1" + String(repeating: " + 1", count: 500),
            "1 in " + String(repeating: "[", count: 500),
        ] {
            let error = #expect(throws: Mistake.self) { try Expression(text) }
            #expect(error?.code == "expression-too-deep")
        }
        let long = Array(repeating: "flag", count: 3000).joined(separator: " and ")
        #expect(throws: Mistake.self) { try Expression(long) }
        let allowed = Array(repeating: "flag", count: 2000).joined(separator: " and ")
        #expect(try Expression(allowed).holds(in: Names()))
    }

    @Test func `refuse a condition that is none and a time that is none`() throws {
        #expect(throws: Mistake.self) { try Expression("lr").holds(in: Names()) }
        #expect(throws: Mistake.self) { try Expression("lr + 1 and flag").holds(in: Names()) }
        let error = #expect(throws: Mistake.self) { try Expression("started > 'yesterday'").holds(in: Names()) }
        #expect(error?.code == "not-a-time")
        #expect(throws: Mistake.self) { try Expression("name matches '['").holds(in: Names()) }
    }

    @Test func `never crash, whatever they are fed`() throws {
        var generator = Draws(state: 2026)
        let words = [
            "lr", "and", "or", "not", "(", ")", "<", "==", "in", "[", "]", ",", "1", "2.5e3", "'x'", "\"", "`", "-",
            "+",
            "%", "is", "null", "tag", "like", "30m", "9999999999999999999", ".", "é", "\u{301}", "\n", "{", "\\",
            "max(",
        ]
        var parsed = 0
        for _ in 0..<4000 {
            let text = (0..<generator.next(below: 12)).map { _ in words[generator.next(below: words.count)] }
                .joined(separator: generator.next(below: 4) == 0 ? "" : " ")
            do {
                _ = try Expression(text, functions: functions).evaluate(in: Names())
                parsed += 1
            } catch let error as Mistake {
                #expect(error.place != nil || error.code.hasPrefix("not-a"), "`\(text)`: \(error)")
            }
        }
        #expect(parsed > 50)
    }
}

@Suite struct `Patterns` {
    @Test(arguments: [
        ("abc", "abc", true), ("abc", "a*", true), ("abc", "*c", true), ("abc", "a?c", true), ("abc", "??", false),
        ("", "*", true), ("", "?", false), ("aXbXc", "a*X*c", true), ("mississippi", "*issip*", true),
        ("ab", "a*b*c", false),
    ])
    func `fit whole texts`(text: String, pattern: String, fits: Bool) throws {
        let expression = try Expression("'\(text)' like '\(pattern)'")
        #expect(try expression.holds(in: Names()) == fits)
    }
}

/// SplitMix64, so that a failure can be drawn again.
private struct Draws {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((bits ^ (bits >> 31)) % UInt64(limit))
    }
}
