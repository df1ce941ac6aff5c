import RepriseModel
import Testing

@Suite struct `Sizes and times` {
    @Test(arguments: [
        ("0", Int64(0)), ("1024", 1024), ("4GiB", 4 << 30), ("500MB", 500_000_000), ("1.5 GB", 1_500_000_000),
        ("2k", 2048),
        ("3T", 3 << 40), ("10 gib", 10 << 30),
    ])
    func `read sizes`(text: String, bytes: Int64) { #expect(Quantities.bytes(text) == bytes) }

    @Test(arguments: [
        ("90", Int64(90_000)), ("30m", 1_800_000), ("1h30m", 5_400_000), ("2d", 172_800_000), ("250ms", 250),
        ("1.5h", 5_400_000),
        ("01:30:00", 5_400_000), ("02:05", 125_000), ("0", 0),
    ])
    func `read times`(text: String, milliseconds: Int64) { #expect(Quantities.milliseconds(text) == milliseconds) }

    @Test(arguments: [
        "", "x", "-1", "1 parsec", "1..2", "1e400", "nan", "inf", "½", "9999999999999999999999", "9e30GiB", "1:2:3:4",
        "1:-2", "::",
        "9223372036854775807:00:00", "999999999999999:00:00", "1GiB2", String(repeating: "100000000d", count: 2000),
    ])
    func `refuse what is none, or too much to count`(text: String) {
        let wrongSizes = [Quantities.bytes(text), Quantities.bytes(text + "B")].compactMap { $0 }
        #expect(wrongSizes.isEmpty)
        #expect(Quantities.milliseconds(text) == nil)
    }

    @Test(arguments: [
        (Int64(0), "0 B"), (512, "512 B"), (1536, "1.5 KiB"), (1 << 40, "1 TiB"), (.max, "8388608 TiB"),
        (.min, "-8388608 TiB"),
    ])
    func `show sizes`(bytes: Int64, text: String) { #expect(Quantities.text(bytes: bytes) == text) }

    @Test(arguments: [
        (Int64(0), "0 ms"), (999, "999 ms"), (12_300, "12.3 s"), (245_000, "4m 05s"), (7_800_000, "2h 10m"),
        (273_600_000, "3d 4h"),
        (.max, "106751991167d 7h"),
    ])
    func `show times`(milliseconds: Int64, text: String) {
        #expect(Quantities.text(milliseconds: milliseconds) == text)
    }
}
