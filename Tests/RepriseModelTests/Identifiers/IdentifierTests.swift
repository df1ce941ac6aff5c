import OrderedCollections
import RepriseModel
import Testing

@Suite struct `A moment` {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (1_772_357_400_250, "2026-03-01T09:30:00.250Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
    ])
    func `is shown as ISO 8601`(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test(arguments: [Int64.min, .min + 1, .max, 9_007_199_254_740_993, -9_007_199_254_740_993])
    func `is shown whatever it is`(milliseconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).description.hasSuffix("Z"))
    }
}

@Suite struct `A seed` {
    @Test func `is never negative, read back included`() throws {
        #expect(Seed(.max).value == .max)
        #expect(Seed(exactly: -1) == nil)
        #expect(throws: DecodingError.self) { try Value.integer(-5).decode(Seed.self) }
        #expect(try Value.integer(5).decode(Seed.self) == Seed(5))
    }

    @Test func `has children that depend on nothing but their number`() {
        let children = (0..<1000).map(Seed(7).child)
        #expect(Set(children).count == 1000)
        #expect(Seed(7).child(500) == children[500])
        #expect(children.allSatisfy { $0.value >= 0 })
        #expect(Seed(7).child(0).value == 7_191_089_600_892_374_487)
    }
}

@Suite struct `An id` {
    @Test(arguments: [
        "", "0", String(repeating: "0", count: 31), String(repeating: "A", count: 32),
        String(repeating: "g", count: 32),
    ])
    func `is 32 digits and nothing else`(text: String) { #expect(RunID(text) == nil) }

    @Test func `is refused with the text that is none`() {
        #expect(throws: DecodingError.self) { try Value.string("xyz").decode(RunID.self) }
        #expect(throws: DecodingError.self) { try Value.string("xyz").decode(Digest.self) }
    }
}

@Suite struct `The nearest name` {
    @Test(arguments: [
        ("paramters", "parameters"), ("Metrics", "metrics"), ("outptu", "output"), ("sed", "seed"),
    ])
    func `is found`(typed: String, meant: String) {
        #expect(nearestName(to: typed, among: ["parameters", "metrics", "output", "seed"]) == meant)
    }

    @Test func `is none where nothing is near`() {
        #expect(nearestName(to: "zebra", among: ["parameters", "metrics"]) == nil)
        #expect(nearestName(to: "", among: ["parameters"]) == nil)
        #expect(nearestName(to: "x", among: []) == nil)
    }
}
