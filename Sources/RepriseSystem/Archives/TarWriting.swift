/// Tar archives in the dialect of GNU, which the tar of every system reads, that of BusyBox included: equal entries are
/// equal bytes. Nobody owns what is in them.
package enum TarWriting {
    /// When everything was modified that has no time of its own: 2000-01-01 00:00 UTC.
    package static let epoch: Int64 = 946_684_800

    static let block = 512

    /// What stands before the entry's content.
    package static func header(_ entry: TarEntry) -> [UInt8] {
        var path = entry.path
        if entry.kind == .folder, path.last != 0x2F { path.append(0x2F) }
        var target: PathBytes = []
        let type: Character
        switch entry.kind {
        case .file, .other: type = "0"
        case .folder: type = "5"
        case .link(let place): (type, target) = ("2", place)
        case .sameAs(let place): (type, target) = ("1", place)
        }
        var bytes: [UInt8] = []
        if target.count > 100 { bytes += long(target, "K") }
        if path.count > 100 { bytes += long(path, "L") }
        return bytes + header(path, entry, type, target)
    }

    /// What stands after the entry's content.
    package static func padding(after bytes: Int64) -> [UInt8] {
        [UInt8](repeating: 0, count: Int((Int64(block) - bytes % Int64(block)) % Int64(block)))
    }

    /// What ends an archive.
    package static let end = [UInt8](repeating: 0, count: 2 * block)

    /// A name that has no room in a header stands before it as a content of its own.
    private static func long(_ name: PathBytes, _ type: Character) -> [UInt8] {
        let content = name + [0]
        let entry = TarEntry(path: [], kind: .file, mode: 0, bytes: Int64(content.count), modified: 0)
        return header(Array("././@LongLink".utf8), entry, type, []) + content + padding(after: entry.bytes)
    }

    private static func header(
        _ path: PathBytes,
        _ entry: TarEntry,
        _ type: Character,
        _ target: PathBytes
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes += field(Array(path.prefix(100)), 100)
        for number in [Int64(entry.mode & 0o7777), 0, 0] { bytes += octal(number, 8) }
        bytes += octal(entry.bytes, 12)
        bytes += octal(max(0, entry.modified), 12)
        bytes += Array("        ".utf8)
        bytes += Array(String(type).utf8)
        bytes += field(Array(target.prefix(100)), 100)
        bytes += field(Array("ustar  ".utf8), 8)
        bytes += [UInt8](repeating: 0, count: block - bytes.count)
        let sum = bytes.reduce(Int64(0)) { $0 + Int64($1) }
        bytes.replaceSubrange(148..<156, with: octal(sum, 7) + [0x20])
        return bytes
    }

    private static func field(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: length - bytes.count)
    }

    /// Octal digits and a zero byte; a number that has no room is written as it is, with the highest bit set before it.
    private static func octal(_ number: Int64, _ length: Int) -> [UInt8] {
        let digits = Array(String(number, radix: 8).utf8)
        if digits.count < length {
            return [UInt8](repeating: 0x30, count: length - 1 - digits.count) + digits + [0]
        }
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * Int64($0))) }
        bytes = [UInt8](repeating: 0, count: length - 8) + bytes
        bytes[0] |= 0x80
        return bytes
    }
}
