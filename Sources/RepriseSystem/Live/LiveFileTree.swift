import CRepriseSystem
import Glibc
import RepriseModel

/// The machine's own trees of files.
package struct LiveFileTree: FileTree {
    package init() {}

    package func status(_ path: PathBytes, followingLinks: Bool) throws(FileError) -> FileStatus? {
        var details = stat()
        let result = path.terminated { fstatat(AT_FDCWD, $0, &details, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW) }
        guard result == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw fileError("look at", pathText(path), errno)
        }
        return FileStatus(details)
    }

    package func walk(
        _ folder: PathBytes,
        followingLinks: Bool,
        enters: (PathBytes) -> Bool
    ) throws(FileError) -> [TreeEntry] {
        let descriptor = folder.terminated { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw fileError("list", pathText(folder), errno) }
        var walk = Walk(root: folder, followingLinks: followingLinks)
        try walk.enter(descriptor, path: [], enters: enters)
        return walk.entries
    }

    package func start(of path: PathBytes, limit: Int) throws(FileError) -> [UInt8] {
        let descriptor = path.terminated { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) }
        guard descriptor >= 0 else { throw fileError("read", pathText(path), errno) }
        defer { close(descriptor) }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            while filled < limit {
                let count = read(descriptor, buffer.baseAddress.map { $0 + filled }, limit - filled)
                if count < 0, errno == EINTR { continue }
                if count < 0 { failure = errno }
                if count <= 0 { break }
                filled += count
            }
        }
        guard failure == 0 else { throw fileError("read", pathText(path), failure) }
        return bytes
    }

    package func makeFolder(_ path: PathBytes) throws(FileError) {
        let number = path.terminated { mkdir($0, 0o777) == 0 ? 0 : errno }
        switch number {
        case 0: return
        case EEXIST:
            if try status(path, followingLinks: true)?.kind != .folder {
                throw fileError("make the folder", pathText(path), EEXIST)
            }
        case ENOENT:
            guard let slash = path.lastIndex(of: 0x2F), slash > 0 else {
                throw fileError("make the folder", pathText(path), ENOENT)
            }
            try makeFolder(Array(path[..<slash]))
            try makeFolder(path)
        default: throw fileError("make the folder", pathText(path), number)
        }
    }

    package func makeDraft(of path: String) throws(FileError) -> String {
        try makeFolder(Array(folder(of: path).utf8))
        while true {
            let draft = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).new"
            if mkdir(draft, 0o777) == 0 { return draft }
            if errno != EEXIST { throw fileError("make the folder", draft, errno) }
        }
    }

    package func linkTarget(_ path: PathBytes) throws(FileError) -> PathBytes {
        var failed = false
        let target = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, filled in
            let count = path.terminated { name in
                buffer.withMemoryRebound(to: CChar.self) {
                    $0.baseAddress.map { readlink(name, $0, Int(PATH_MAX)) } ?? -1
                }
            }
            failed = count < 0
            filled = max(0, count)
        }
        if failed { throw fileError("read the link", pathText(path), errno) }
        return target
    }

    package func digest(_ path: PathBytes) throws(FileError) -> (digest: Digest, bytes: Int64) {
        let descriptor = path.terminated { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw fileError("read", pathText(path), errno) }
        defer { close(descriptor) }
        var hasher = SHA256Hasher()
        var total: Int64 = 0
        return try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 4096) { buffer throws(FileError) in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count == 0 { return (hasher.finish(), total) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw fileError("read", pathText(path), errno) }
                hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                total += Int64(count)
            }
        }
    }

    package func locked<Result>(_ path: String, _ body: () async throws -> Result) async throws -> Result {
        let file = try OpenFile(path, O_RDWR | O_CREAT | O_CLOEXEC, mode: 0o644, operation: "lock")
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw fileError("lock", path, errno) }
            try await Task.sleep(for: .milliseconds(2))
        }
        let result = try await body()
        flock(file.descriptor, LOCK_UN)
        return result
    }
}

/// One walk under way. Descriptors are open only along the current path.
private struct Walk {
    let root: PathBytes
    let followingLinks: Bool
    var entries: [TreeEntry] = []
    /// The folders around the current place, by device and inode.
    var around: [(device: UInt64, inode: UInt64)] = []

    mutating func enter(_ descriptor: Int32, path: PathBytes, enters: (PathBytes) -> Bool) throws(FileError) {
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            throw fileError("list", pathText(root + [0x2F] + path), errno)
        }
        defer { closedir(stream) }
        if followingLinks {
            var details = stat()
            fstat(descriptor, &details)
            let here = (device: UInt64(details.st_dev), inode: UInt64(details.st_ino))
            if around.contains(where: { $0 == here }) {
                throw fileError("walk", pathText(root + [0x2F] + path), ELOOP)
            }
            around.append(here)
        }
        while let entry = readdir(stream) {
            try visit(reprise_entry_name(entry), in: descriptor, path: path, enters: enters)
        }
        if followingLinks { around.removeLast() }
    }

    private mutating func visit(
        _ name: UnsafePointer<CChar>,
        in descriptor: Int32,
        path: PathBytes,
        enters: (PathBytes) -> Bool
    ) throws(FileError) {
        if name[0] == 0x2E, name[1] == 0 || (name[1] == 0x2E && name[2] == 0) { return }
        let length = strlen(name)
        var full = path
        if !path.isEmpty { full.append(0x2F) }
        full.append(contentsOf: UnsafeRawBufferPointer(start: name, count: length))
        var details = stat()
        guard fstatat(descriptor, name, &details, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW) == 0 else {
            // What vanishes during a walk is as good as never there; a link to nowhere is not.
            if errno == ENOENT, fstatat(descriptor, name, &details, AT_SYMLINK_NOFOLLOW) != 0 { return }
            throw fileError("look at", pathText(root + [0x2F] + full), errno)
        }
        let status = FileStatus(details)
        entries.append(TreeEntry(path: full, status: status))
        guard status.kind == .folder, enters(full) else { return }
        let inner = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard inner >= 0 else { throw fileError("list", pathText(root + [0x2F] + full), errno) }
        try enter(inner, path: full, enters: enters)
    }
}

extension PathBytes {
    /// The path with the zero byte that system calls want.
    func terminated<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { buffer in
            for (index, byte) in enumerated() { buffer[index] = CChar(bitPattern: byte) }
            buffer[count] = 0
            guard let start = buffer.baseAddress else { return body("") }
            return body(start)
        }
    }
}
