import OrderedCollections
import RepriseModel
import Testing

private struct Everything: Codable, Equatable {
    enum Choice: Codable, Equatable {
        case plain
        case number(Double)
        case named(a: Int, b: [String])
    }
    struct Inner: Codable, Equatable { var value: Value? }

    var empty: [Int] = []
    var emptyMap: [String: Int] = [:]
    var choices: [Choice] = [.plain, .number(.infinity), .named(a: 1, b: ["x"])]
    var inner: Inner? = Inner(value: ["z": 1, "a": [1.5, "t"]])
    var none: Inner?
    var optionals: [Int?] = [1, nil, 3]
    var numbers: [Int: String] = [1: "one"]
    var small: UInt8 = 255
    var float: Float = 0.5
    var mapping: Mapping = ["k": .number(-.infinity)]
    var nested: [[String: [Bool]]] = [["a": [true]], [:]]
}

@Suite struct `Records as values` {
    @Test func `come back through JSON as they went`() throws {
        let record = Everything()
        let json = try Value(encoding: record).json()
        let back: Everything = try Value(json: json).decode()
        #expect(back.choices == record.choices)
        #expect(back.optionals == record.optionals)
        #expect(back.inner == record.inner)
        #expect(try Value(encoding: back).json() == json)
    }

    @Test func `leave no key for what is nil, and empty ones for what is empty`() throws {
        let map = try #require(try Value(encoding: Everything()).mapValue)
        #expect(map["none"] == nil)
        #expect(map["empty"] == [])
        #expect(map["emptyMap"] == .map([:]))
    }

    @Test func `write a mapping as a map, in its order`() throws {
        let map = try #require(try Value(encoding: Everything()).mapValue)
        #expect(map["mapping"]?.mapValue?.keys == ["k"])
    }

    @Test func `refuse what does not fit`() {
        #expect(throws: DecodingError.self) { try Value.integer(256).decode(UInt8.self) }
        #expect(throws: DecodingError.self) { try Value.integer(-1).decode(UInt.self) }
        #expect(throws: DecodingError.self) { try Value.number(1.5).decode(Int.self) }
        #expect(throws: DecodingError.self) { try Value.string("1").decode(Int.self) }
        #expect(throws: DecodingError.self) { try Value.null.decode([Int].self) }
        #expect(throws: EncodingError.self) { try Value(encoding: UInt64.max) }
    }

    @Test func `name the key that is missing or wrong`() throws {
        let value: Value = ["value": 1, "inner": ["value": "text"]]
        #expect {
            try value.decode(MetricRule.self)
        } throws: { error in
            "\(error)".contains("tolerance")
        }
    }
}
