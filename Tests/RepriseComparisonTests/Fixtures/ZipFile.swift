@testable import RepriseComparison

/// One file of a zip archive that a test puts together.
struct ZipMember {
    var name: String
    var content: [UInt8]
    /// The compressed bytes, where they are not the content itself.
    var packed: [UInt8]?
    var flags: UInt16 = 0
    var method: UInt16?
    var checkSum: UInt32?
    var size: UInt32?
}

/// The bytes of a zip archive, local headers first, as Python's `zipfile` writes them.
func zip(_ members: [ZipMember]) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
        let packed = member.packed ?? member.content
        let start = UInt32(bytes.count)
        let common =
            little([member.flags, member.method ?? (member.packed == nil ? 0 : 8), 0, 0])
            + little([
                member.checkSum ?? crc32(member.content), UInt32(packed.count),
                member.size ?? UInt32(member.content.count),
            ])
            + little([UInt16(member.name.utf8.count), 0])
        bytes += little([UInt32(0x0403_4B50)]) + little([UInt16(20)]) + common + Array(member.name.utf8) + packed
        directory += little([UInt32(0x0201_4B50)]) + little([UInt16(20), 20]) + common
        directory += little([UInt16(0), 0, 0]) + little([UInt32(0), start]) + Array(member.name.utf8)
    }
    let count = UInt16(members.count)
    let end = little([UInt32(0x0605_4B50)]) + little([UInt16(0), 0, count, count])
    return bytes + directory + end + little([UInt32(directory.count), UInt32(bytes.count)]) + [0, 0]
}
