import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseComparison

@Suite struct `Inflating` {
    /// `step 0 loss 1.0000` and 59 more lines, packed with codes of its own.
    private let dynamic = """
        4d934b6e04310844f739c59c60647efe1c28bb4889d4b9bfd25153145e3e81e1817dfd7efebcc6ebebfbba5ef21ef7f9b8fe913c68bca390
        02d97d1e64401a88f24295184032e77ad02ce47a1eb40add973d6817bacf834e21b63ac0c619799954ff63a3592981b126e28c4c3c59298c
        ea57824c2359498cd83bd9228b996c9329d821abf9d2c357c6293d3cb2aed2c30d8c1e2ed9b3d2c3ab063d6c23971eb610470f0bdc470f73
        e4d2838f821ea660f430d164f4b081387ae8c97d183d74e75c8c1eba72f6361b4b0fa3874ed4a0876247761ac34ba6877af6e2f450cbbaae
        8d650d6f1e9af3f3e6a139036f1ed89b370fc17dcd63a06ef318e8af79d4f7a3879cf40d692c7b097ac8ceff11d658ee3cbc31e4d2431672
        6763c85d8d21971e827f19a7b1f5f107
        """

    private func unpacked(_ hexadecimal: String, limit: Int = 1 << 20) throws -> [UInt8]? {
        let packed = try #require(bytes(hexadecimal: hexadecimal.filter { !$0.isWhitespace }))
        return inflate(packed[...], limit: limit)
    }

    @Test(arguments: [
        ("cb48cdc9c957c8402701", "hello hello hello hello"), ("010300fcff616263", "abc"), ("0300", ""),
        ("4b4c1c05a360140c770000", String(repeating: "a", count: 1000)),
    ])
    func `reads blocks of every kind`(packed: String, text: String) throws {
        #expect(try unpacked(packed) == Array(text.utf8))
    }

    @Test func `reads codes that the data bring along`() throws {
        let text = try #require(try unpacked(dynamic))
        #expect(text.count == 1190)
        #expect(String(decoding: text.prefix(38), as: UTF8.self) == "step 0 loss 1.0000\nstep 1 loss 0.5000\n")
        #expect(text.last == 0x0A)
    }

    @Test func `stops at its limit`() throws {
        #expect(try unpacked("4b4c1c05a360140c770000", limit: 999) == nil)
        #expect(try unpacked(dynamic, limit: 1189) == nil)
        #expect(try unpacked("010300fcff616263", limit: 2) == nil)
    }

    @Test(arguments: ["", "00", "07", "010300fcff6162", "010300fcfe616263", "cb48cdc9c957c84027", "4b0401"])
    func `refuses what is cut off or damaged`(packed: String) throws {
        #expect(try unpacked(packed) == nil)
    }

    @Test func `never trips over damaged data, and never passes its limit`() throws {
        var generator = SeededGenerator(seed: 8)
        let original = try #require(bytes(hexadecimal: dynamic.filter { !$0.isWhitespace }))
        for _ in 0..<2000 {
            let result = inflate(mutated(original, &generator)[...], limit: 4096)
            #expect(result?.count ?? 0 <= 4096)
        }
    }

    @Test func `checks sums as zip archives do`() { #expect(crc32(Array("123456789".utf8)) == 0xCBF4_3926) }
}
