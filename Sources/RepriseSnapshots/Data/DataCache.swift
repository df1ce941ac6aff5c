import RepriseModel
import RepriseSystem

/// What was known of one data item after it was hashed: the file in the store by which an unchanged item costs one look
/// at each of its files.
///
/// Little-endian: the magic, then digest (32 bytes), total bytes and count of the whole, then for each file the length
/// of its path (UInt32), the path, device, inode, size, modified, changed, hashed at (Int64 each; times in nanoseconds)
/// and digest (32 bytes), in the order of the walk. Losing it costs time only.
struct DataCache: Equatable {
    var digest: [UInt8]
    var bytes: Int64
    var files: [DataFile]

    private static let magic = Array("reprise data 1\n".utf8)

    init(digest: [UInt8], bytes: Int64, files: [DataFile]) {
        self.digest = digest
        self.bytes = bytes
        self.files = files
    }

    /// Nil where the bytes are no such file.
    init?(_ content: [UInt8]) {
        var reader = ByteReader(content)
        guard reader.take(Self.magic.count).map(Array.init) == Self.magic, let digest = reader.take(32),
            let bytes = reader.number(Int64.self), let count = reader.number(Int64.self), count >= 0, count < 1 << 32
        else { return nil }
        (self.digest, self.bytes) = (Array(digest), bytes)
        files = []
        files.reserveCapacity(Int(min(count, 1 << 20)))
        for _ in 0..<count {
            guard let length = reader.number(UInt32.self), let path = reader.take(Int(length)),
                let device = reader.number(UInt64.self), let inode = reader.number(UInt64.self),
                let size = reader.number(Int64.self), let modified = reader.number(Int64.self),
                let changed = reader.number(Int64.self), let hashed = reader.number(Int64.self),
                let digest = reader.take(32)
            else { return nil }
            let stamp = DataStamp(device: device, inode: inode, bytes: size, modified: modified, changed: changed)
            files.append(DataFile(path: Array(path), stamp: stamp, hashedAt: hashed, digest: Array(digest)))
        }
    }

    var content: [UInt8] {
        var content = Self.magic
        content.reserveCapacity(64 + files.reduce(0) { $0 + 84 + $1.path.count })
        content += digest
        append(bytes, to: &content)
        append(Int64(files.count), to: &content)
        for file in files {
            append(UInt32(file.path.count), to: &content)
            content += file.path
            append(file.stamp.device, to: &content)
            append(file.stamp.inode, to: &content)
            append(file.stamp.bytes, to: &content)
            append(file.stamp.modified, to: &content)
            append(file.stamp.changed, to: &content)
            append(file.hashedAt, to: &content)
            content += file.digest
        }
        return content
    }
}

/// One file of an item. The path is empty for an item that is a file itself.
struct DataFile: Hashable, Sendable {
    var path: PathBytes
    var stamp: DataStamp
    /// Nanoseconds since 1970 at which hashing began.
    var hashedAt: Int64
    /// 32 bytes; empty while unknown.
    var digest: [UInt8]

    /// Whether an unchanged stamp proves an unchanged content: a file written within two seconds of the hashing may have
    /// been written again since, within the same tick of the file system's clock.
    var isSettled: Bool { hashedAt - max(stamp.modified, stamp.changed) > 2_000_000_000 }
}

/// What `stat` tells of a file that changes with its content.
struct DataStamp: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
    var bytes: Int64
    var modified: Int64
    var changed: Int64

    init(device: UInt64, inode: UInt64, bytes: Int64, modified: Int64, changed: Int64) {
        self.device = device
        self.inode = inode
        self.bytes = bytes
        self.modified = modified
        self.changed = changed
    }

    init(_ status: FileStatus) {
        self.init(
            device: status.device,
            inode: status.inode,
            bytes: status.bytes,
            modified: status.modified,
            changed: status.changed
        )
    }
}

private func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
}

private struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, position + count <= bytes.count else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        let size = MemoryLayout<Number>.size
        guard position + size <= bytes.count else { return nil }
        defer { position += size }
        return bytes.withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Number.self))
        }
    }
}
