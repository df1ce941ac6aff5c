import RepriseModel

/// Reads tar archives as GNU, BusyBox, libarchive and POSIX write them, also several one after the other.
///
/// Bounded in what it keeps in memory, whatever the archive says.
package struct TarReader {
    /// The most that a name or a set of names may take.
    private static let longestName: Int64 = 1 << 20

    /// Begins a line that stands between two archives, in a block of its own.
    package static let lineMark: UInt8 = 1

    private let path: String
    private let files: any FileSystem
    /// Where the next header begins, or what is left of the content does.
    package private(set) var position: Int64
    private var rest: Int64 = 0
    private var padding: Int64 = 0
    private var window: [UInt8] = []
    private var windowStart: Int64 = 0

    /// Reads from `position` on, where an archive begins.
    package init(_ path: String, _ files: any FileSystem, from position: Int64 = 0) {
        self.path = path
        self.files = files
        self.position = position
    }

    /// The next entry; nil where the file ends, or before a line between archives. Throws `TarDamage` for what is no
    /// archive or is cut off.
    package mutating func next() throws -> TarEntry? {
        var names = LongNames()
        while true {
            skip()
            let header = try bytes(TarWriting.block)
            if header.isEmpty || header[0] == Self.lineMark { return nil }
            guard header.count == TarWriting.block else { throw TarDamage(path: path, isCut: true) }
            position += Int64(TarWriting.block)
            if header.allSatisfy({ $0 == 0 }) { continue }
            guard let raw = RawTarHeader(header) else { throw TarDamage(path: path, isCut: false) }
            rest = names.bytes ?? raw.bytes
            padding = (512 - rest % 512) % 512
            switch raw.type {
            case "L", "K", "x", "g":
                guard rest <= Self.longestName else { throw TarDamage(path: path, isCut: false) }
                names.read(try wholeContent(), raw.type)
            default:
                let entry = names.entry(raw)
                if entry.kind != .file { rest = raw.hasContent ? rest : 0 }
                if rest == 0 { padding = 0 }
                return entry
            }
        }
    }

    /// The words that stand here between two archives; nil where none do, or not the whole block of them.
    package mutating func line() throws -> String? {
        skip()
        let block = try bytes(TarWriting.block)
        guard block.count == TarWriting.block, block[0] == Self.lineMark else { return nil }
        position += Int64(TarWriting.block)
        return String(decoding: block.dropFirst(), as: UTF8.self).split { $0.isWhitespace }.joined(separator: " ")
    }

    private mutating func skip() {
        position += rest + padding
        (rest, padding) = (0, 0)
    }

    /// The next piece of the entry's content; empty at its end.
    package mutating func piece(limit: Int = 1 << 20) throws -> [UInt8] {
        let count = Int(min(rest, Int64(limit)))
        if count == 0 { return [] }
        let piece = try bytes(count)
        guard piece.count == count else { throw TarDamage(path: path, isCut: true) }
        position += Int64(count)
        rest -= Int64(count)
        return piece
    }

    private mutating func wholeContent() throws -> [UInt8] {
        var content: [UInt8] = []
        while rest > 0 { content += try piece() }
        return content
    }

    private mutating func bytes(_ count: Int) throws -> [UInt8] {
        let end = windowStart + Int64(window.count)
        if position < windowStart || position + Int64(count) > end {
            window = try files.read(path, offset: position, count: max(count, 256 << 10))
            windowStart = position
        }
        let start = Int(position - windowStart)
        return Array(window[min(start, window.count)..<min(start + count, window.count)])
    }
}

/// A file that should be a tar archive.
package struct TarDamage: RepriseError {
    package var path: String
    /// It ends too early.
    package var isCut: Bool

    package init(path: String, isCut: Bool) {
        self.path = path
        self.isCut = isCut
    }

    package var what: String { isCut ? "`\(path)` ends too early" : "`\(path)` is no tar archive" }
    package var code: String { "archive-damaged" }
    package var fault: Fault { .world }
}

/// Names and sizes that stand before an entry, because its header has no room for them.
private struct LongNames {
    var path: PathBytes?
    var target: PathBytes?
    var bytes: Int64?

    mutating func read(_ content: [UInt8], _ type: Character) {
        switch type {
        case "L": path = Array(content.prefix { $0 != 0 })
        case "K": target = Array(content.prefix { $0 != 0 })
        case "x": readRecords(content[...])
        default: break
        }
    }

    /// Records of POSIX: `LENGTH NAME=VALUE\n`, where the length counts the record as a whole.
    private mutating func readRecords(_ content: ArraySlice<UInt8>) {
        var rest = content
        while let space = rest.firstIndex(of: 0x20),
            let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
            length > space - rest.startIndex + 1, length <= rest.count
        {
            let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
            rest = rest.dropFirst(length)
            guard let equals = record.firstIndex(of: 0x3D) else { continue }
            let value = Array(record[(equals + 1)...])
            switch String(decoding: record[..<equals], as: UTF8.self) {
            case "path": path = value
            case "linkpath": target = value
            case "size": bytes = Int64(String(decoding: value, as: UTF8.self)).map { max(0, $0) }
            default: break
            }
        }
    }

    func entry(_ raw: RawTarHeader) -> TarEntry {
        let target = target ?? raw.target
        var name = path ?? raw.path
        let kind: TarEntry.Kind
        switch raw.type {
        case "0", "\0", "7": kind = name.last == 0x2F ? .folder : .file
        case "5": kind = .folder
        case "2": kind = .link(to: target)
        case "1": kind = .sameAs(target)
        default: kind = .other
        }
        while name.count > 1, name.last == 0x2F { name.removeLast() }
        let bytes = kind == .file ? bytes ?? raw.bytes : 0
        return TarEntry(path: name, kind: kind, mode: raw.mode, bytes: bytes, modified: raw.modified)
    }
}

/// The 512 bytes before an entry's content.
private struct RawTarHeader {
    var path: PathBytes
    var mode: Int
    var bytes: Int64
    var modified: Int64
    var type: Character
    var target: PathBytes
    /// Old archives give links a size and no content.
    var hasContent: Bool { !["1", "2", "3", "4", "5", "6"].contains(type) }

    /// nil where the checksum is another.
    init?(_ block: [UInt8]) {
        func text(_ range: Range<Int>) -> [UInt8] { Array(block[range].prefix { $0 != 0 }) }
        func number(_ range: Range<Int>) -> Int64 { Self.number(block[range]) }
        let sum = block.enumerated().reduce(Int64(0)) { $0 + (148..<156 ~= $1.offset ? 0x20 : Int64($1.element)) }
        guard sum == number(148..<156) else { return nil }
        path = text(0..<100)
        let isPOSIX = Array(block[257..<263]) == Array("ustar\0".utf8)
        if isPOSIX, block[345] != 0 { path = text(345..<500) + [0x2F] + path }
        mode = Int(number(100..<108) & 0o7777)
        bytes = max(0, number(124..<136))
        modified = number(136..<148)
        type = Character(Unicode.Scalar(block[156]))
        target = text(157..<257)
    }

    private static func number(_ field: ArraySlice<UInt8>) -> Int64 {
        guard let first = field.first else { return 0 }
        if first & 0x80 != 0 {
            let low = field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int64(truncatingIfNeeded: low)
        }
        let digits = field.drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        return digits.reduce(Int64(0)) { $0 << 3 | Int64($1 - 0x30) }
    }
}
