import OrderedCollections
import RepriseModel
import Testing

@Suite struct `JSON` {
    @Test(arguments: [
        ("1", Value.integer(1)), ("-0", .integer(0)), ("1.0", .number(1)), ("1e3", .number(1000)),
        ("9223372036854775807", .integer(.max)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)), (#""\u00e9\ud83d\ude00\n""#, "é😀\n"),
        ("[]", .list([])),
        (" {} ", .map([:])),
        (#"{"a":1,"a":2}"#, .map(["a": 2])), ("null", .null), (#""\/""#, "/"), ("-0.0", .number(-0.0)),
    ])
    func `is read`(text: String, value: Value) throws { #expect(try Value(json: text) == value) }

    @Test(arguments: [
        "", " ", "01", "-", "1.", "1.e5", ".5", "+1", "1e", "1e+", "0x1", "NaN", "nul", "tru", "truee", "[1,]", "[,1]",
        "{,}", "{\"a\":1,}",
        "{a:1}", "{\"a\" 1}", "[1 2]", "1 2", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\u+123\"", "\"a\nb\"", "[", "{", "{\"a\":", "--1", "1-2", "1e5.5", "1ee5", "-01", "\u{FEFF}1",
    ])
    func `refuses everything else`(text: String) {
        #expect(throws: JSONError.self) { try Value(json: text) }
    }

    @Test func `refuses text that is no UTF-8`() {
        #expect(throws: JSONError.self) { try Value(json: [0x22, 0xFF, 0x22][...]) }
        #expect(throws: JSONError.self) { try Value(json: [0x22, 0xED, 0xA0, 0x80, 0x22][...]) }
    }

    @Test func `bounds how deep it nests`() throws {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = String(repeating: open, count: 256) + "1" + String(repeating: close, count: 256)
            #expect(throws: Never.self) { try Value(json: text) }
            #expect(throws: JSONError.self) { try Value(json: String(repeating: open, count: 300_000)) }
        }
    }

    @Test func `says at which byte it ends to be JSON`() {
        #expect { try Value(json: "[1, x]") } throws: { ($0 as? JSONError)?.offset == 4 }
    }

    @Test(arguments: [
        Value.number(0.1), .number(-0.0), .number(1e300), .number(5), .integer(.min),
        .string("\u{0}\u{1F}\"\\é\u{2028}😀"), .null, [],
        .map([:]), ["a": [1, 2.5, true, ["b": .null]]], .number(.leastNonzeroMagnitude),
        .number(1.7976931348623157e308),
    ])
    func `comes back as it went, plain and pretty`(value: Value) throws {
        for isPretty in [false, true] {
            let back = try Value(json: value.json(pretty: isPretty))
            #expect(back == value)
            #expect(back.json() == value.json())
        }
    }

    @Test func `never trips over damaged text`() {
        var state: UInt64 = 11
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let original = Array(
            #"{"a":[1,-2.5e-3,{"b":"x\u00e9\ud83d\ude00\n"}],"c":null,"d":{"e":true,"f":[[],{}]}}"#.utf8
        )
        for _ in 0..<5000 {
            var bytes = original
            for _ in 0...random(3) {
                let place = random(bytes.count)
                switch random(3) {
                case 0: bytes[place] = UInt8(random(256))
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(random(128)), at: place)
                }
            }
            if let value = try? Value(json: bytes[...]) { #expect((try? Value(json: value.json())) != nil) }
        }
    }
}
