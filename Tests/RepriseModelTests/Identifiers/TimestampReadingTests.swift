import RepriseModel
import Testing

@Suite struct `Times as people write them` {
    @Test(arguments: [
        ("1970-01-01", 0), ("2026-03-01", 1_772_323_200_000), ("2026-03-01T09:30:00.250Z", 1_772_357_400_250),
        ("2026-03-01 09:30", 1_772_357_400_000), ("2026-03-01T11:30+02:00", 1_772_357_400_000),
        ("2026-03-01T04:30:00-0500", 1_772_357_400_000), ("2024-02-29", 1_709_164_800_000),
        ("1969-12-31T23:59:59Z", -1000),
        ("2026-03-01t09:30:00,5z", 1_772_357_400_500), ("2026-03-01T11:30+02", 1_772_357_400_000),
    ])
    func `are read`(text: String, milliseconds: Int64) {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01", "2026-02-29", "2026-00-10", "2026-1-1", "2026-03-01T", "2026-03-01T25:00",
        "yesterday",
        "2026-03-01T09:30:00.Z", "2026-03-01T09:30+99:00", "2026-03-01 09:30 x", "２０２６-03-01",
    ])
    func `are refused where they are none`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `come back as they were written`() {
        for milliseconds in stride(
            from: Int64(-62_000_000_000_000),
            through: 250_000_000_000_000,
            by: 1_234_567_891_011
        ) {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(time.description) == time, "\(time)")
        }
    }
}
