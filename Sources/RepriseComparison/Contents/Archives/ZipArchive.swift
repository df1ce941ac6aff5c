/// The files in a zip archive (APPNOTE 6.3): stored and deflated ones, without encryption and below 4 GiB.
package struct ZipArchive {
    package struct Entry: Hashable, Sendable {
        package var name: String
        /// Bytes once decompressed, as the archive's directory says.
        package var size: Int
        fileprivate var method: Int
        fileprivate var checkSum: UInt32
        fileprivate var compressedSize: Int
        /// Where the entry's own header begins.
        fileprivate var start: Int
    }

    package let entries: [Entry]
    private let bytes: [UInt8]
    private let side: Side

    /// Reads the directory at the archive's end.
    package init(_ bytes: [UInt8], side: Side) throws(ContentError) {
        self.bytes = bytes
        self.side = side
        let reader = ZipReader(bytes: bytes)
        guard let end = reader.endRecord else { throw .malformed(side, "it is no zip archive, or is cut off") }
        var position = reader.word(end + 16)
        var entries: [Entry] = []
        for _ in 0..<reader.half(end + 10) {
            guard position + 46 <= end, reader.word(position) == 0x0201_4B50 else {
                throw .malformed(side, "the directory of the zip archive is damaged")
            }
            let nameLength = reader.half(position + 28)
            let length = 46 + nameLength + reader.half(position + 30) + reader.half(position + 32)
            guard position + length <= end else {
                throw .malformed(side, "the directory of the zip archive is damaged")
            }
            entries.append(try Self.entry(reader, at: position, nameLength: nameLength))
            position += length
        }
        self.entries = entries
    }

    private static func entry(_ reader: ZipReader, at position: Int, nameLength: Int) throws(ContentError) -> Entry {
        let name = String(decoding: reader.bytes[position + 46..<position + 46 + nameLength], as: UTF8.self)
        let entry = Entry(
            name: name,
            size: reader.word(position + 24),
            method: reader.half(position + 10),
            checkSum: UInt32(reader.word(position + 16)),
            compressedSize: reader.word(position + 20),
            start: reader.word(position + 42)
        )
        if reader.half(position + 8) & 1 == 1 { throw .unsupported("`\(name)` in the zip archive is encrypted") }
        if [entry.size, entry.compressedSize, entry.start].contains(0xFFFF_FFFF) {
            throw .unsupported("`\(name)` in the zip archive is larger than 4 GiB")
        }
        guard entry.method == 0 || entry.method == 8 else {
            throw .unsupported("`\(name)` in the zip archive is compressed by method \(entry.method)")
        }
        return entry
    }

    /// The content of an entry, checked against its check sum.
    package func content(_ entry: Entry) throws(ContentError) -> [UInt8] {
        let reader = ZipReader(bytes: bytes)
        guard entry.start + 30 <= bytes.count, reader.word(entry.start) == 0x0403_4B50 else { throw damaged(entry) }
        let begin = entry.start + 30 + reader.half(entry.start + 26) + reader.half(entry.start + 28)
        guard begin + entry.compressedSize <= bytes.count else { throw damaged(entry) }
        let packed = bytes[begin..<begin + entry.compressedSize]
        let content = entry.method == 0 ? Array(packed) : inflate(packed, limit: entry.size)
        guard let content, content.count == entry.size, crc32(content) == entry.checkSum else { throw damaged(entry) }
        return content
    }

    private func damaged(_ entry: Entry) -> ContentError {
        .malformed(side, "`\(entry.name)` in the zip archive is damaged")
    }
}

/// Little-endian numbers of a zip archive. A place outside of it reads as 0.
private struct ZipReader {
    let bytes: [UInt8]

    func half(_ position: Int) -> Int {
        guard position >= 0, position + 2 <= bytes.count else { return 0 }
        return Int(bytes[position]) | Int(bytes[position + 1]) << 8
    }

    func word(_ position: Int) -> Int { half(position) | half(position + 2) << 16 }

    /// The place of the end record, which a comment of at most 65,535 bytes may follow.
    var endRecord: Int? {
        let first = max(0, bytes.count - 22 - 0xFFFF)
        return stride(from: bytes.count - 22, through: first, by: -1).first { word($0) == 0x0605_4B50 }
    }
}
