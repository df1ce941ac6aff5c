import CRepriseSystem
import Glibc
import RepriseModel

/// The machine's own files, by system calls.
package struct LiveFileSystem: FileSystem {
    package init() {}

    package func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        let file = try OpenFile(path, O_RDONLY | O_CLOEXEC, operation: "read")
        var bytes: [UInt8] = []
        while true {
            let piece = try file.read(count: min(1 << 20, limit - bytes.count + 1))
            if piece.isEmpty { return bytes }
            bytes += piece
            if bytes.count > limit {
                throw FileError(operation: "read", path: path, reason: .tooLarge(limit: limit), message: "it is larger")
            }
        }
    }

    package func read(_ path: String, offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        let file = try OpenFile(path, O_RDONLY | O_CLOEXEC, operation: "read")
        try file.check(lseek(file.descriptor, off_t(offset), SEEK_SET) >= 0)
        var bytes: [UInt8] = []
        while bytes.count < count {
            let piece = try file.read(count: count - bytes.count)
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    package func write(_ bytes: [UInt8], to path: String, mode: Int, durable: Bool) throws(FileError) {
        let temporary = path + ".\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
        do throws(FileError) {
            let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode: mode, operation: "write")
            try file.write(bytes)
            if durable { try file.check(fsync(file.descriptor) == 0) }
            try rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw FileError(operation: "write", path: path, reason: error.reason, message: error.message)
        }
        if durable { try synchroniseFolder(of: path) }
    }

    package func create(_ path: String, bytes: [UInt8], mode: Int) throws(FileError) -> Bool {
        do throws(FileError) {
            let file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode: mode, operation: "create")
            try file.write(bytes)
            return true
        } catch {
            if error.reason == .exists { return false }
            throw error
        }
    }

    package func append(_ bytes: [UInt8], to path: String) throws(FileError) {
        let file = try OpenFile(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode: 0o644, operation: "append to")
        try file.write(bytes)
    }

    package func append(_ bytes: [UInt8], to path: String, after length: Int64) throws(FileError) {
        let isNew = try status(path) == nil
        let file = try OpenFile(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode: 0o644, operation: "append to")
        let end = lseek(file.descriptor, 0, SEEK_END)
        try file.check(end >= 0)
        guard end >= off_t(length) else {
            let message = "it has \(end) bytes where \(length) were expected"
            throw FileError(operation: "append to", path: path, reason: .missing, message: message)
        }
        if end > off_t(length) { try file.check(ftruncate(file.descriptor, off_t(length)) == 0) }
        try file.check(lseek(file.descriptor, off_t(length), SEEK_SET) >= 0)
        try file.write(bytes)
        try file.check(fdatasync(file.descriptor) == 0)
        if isNew { try synchroniseFolder(of: path) }
    }

    package func makeFolder(_ path: String) throws(FileError) {
        if mkdir(path, 0o777) == 0 { return }
        switch errno {
        case EEXIST:
            var details = stat()
            guard stat(path, &details) == 0, details.st_mode & S_IFMT == S_IFDIR else {
                throw fileError("make the folder", path, EEXIST)
            }
        case ENOENT:
            let parent = folder(of: path)
            guard parent != path else { throw fileError("make the folder", path, ENOENT) }
            try makeFolder(parent)
            if mkdir(path, 0o777) != 0, errno != EEXIST { throw fileError("make the folder", path, errno) }
        default: throw fileError("make the folder", path, errno)
        }
    }

    package func remove(_ path: String) throws(FileError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw fileError("remove", path, errno) }
        if rmdir(path) == 0 || errno == ENOENT { return }
        guard errno == ENOTEMPTY || errno == EEXIST else { throw fileError("remove", path, errno) }
        // A program may have left folders that forbid their own emptying.
        chmod(path, 0o700)
        for name in try names(in: path) { try remove(path + "/" + name) }
        if rmdir(path) != 0, errno != ENOENT { throw fileError("remove", path, errno) }
    }

    package func rename(_ path: String, to newPath: String) throws(FileError) {
        if Glibc.rename(path, newPath) != 0 { throw fileError("rename", path, errno) }
    }

    package func status(_ path: String) throws(FileError) -> FileStatus? {
        var details = stat()
        guard lstat(path, &details) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw fileError("look at", path, errno)
        }
        return FileStatus(details)
    }

    package func names(in folder: String) throws(FileError) -> [String] {
        guard let stream = opendir(folder) else { throw fileError("list", folder, errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = String(cString: reprise_entry_name(entry))
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package func makeLink(_ path: String, to target: String) throws(FileError) {
        if symlink(target, path) != 0 { throw fileError("link", path, errno) }
    }

    package func linkTarget(_ path: String) throws(FileError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink(path, &buffer, Int(PATH_MAX))
        guard count >= 0 else { throw fileError("read the link", path, errno) }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package func setMode(_ mode: Int, of path: String) throws(FileError) {
        if chmod(path, mode_t(mode)) != 0 { throw fileError("change the permissions of", path, errno) }
    }

    package func digest(_ path: String) throws(FileError) -> (digest: Digest, bytes: Int64) {
        let file = try OpenFile(path, O_RDONLY | O_CLOEXEC, operation: "read")
        var hasher = SHA256Hasher()
        var total: Int64 = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(file.descriptor, buffer.baseAddress, buffer.count)
            if count == 0 { return (hasher.finish(), total) }
            if count < 0, errno == EINTR { continue }
            try file.check(count > 0)
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            total += Int64(count)
        }
    }

    package func freeSpace(_ path: String) throws(FileError) -> Int64 {
        var details = statvfs()
        guard statvfs(path, &details) == 0 else { throw fileError("look at the disk of", path, errno) }
        return Int64(details.f_bavail) * Int64(details.f_frsize)
    }

    package func isNetworkFileSystem(_ path: String) throws(FileError) -> Bool {
        let type = reprise_file_system_type(path)
        guard type != 0 else { throw fileError("look at the disk of", path, errno) }
        // NFS, SMB, SMB2, CIFS, Lustre, GPFS, BeeGFS, 9P, AFS, Ceph, and FUSE (sshfs), as in linux/magic.h and the vendors' sources.
        let remote: Set<UInt32> = [
            0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0x0BD0_0BD0, 0x4750_4653, 0x1983_0326, 0x0102_1997, 0x5346_414F,
            0x00C3_6400, 0x6573_5546,
        ]
        return remote.contains(type)
    }

    package func mayWrite(_ path: String) -> Bool { access(path, W_OK) == 0 }
}

extension FileStatus {
    package init(_ details: stat) {
        let kind: Kind =
            switch details.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        self.init(
            kind: kind,
            bytes: Int64(details.st_size),
            mode: Int(details.st_mode & 0o7777),
            device: UInt64(details.st_dev),
            inode: UInt64(details.st_ino),
            modified: Int64(details.st_mtim.tv_sec) * 1_000_000_000 + Int64(details.st_mtim.tv_nsec),
            changed: Int64(details.st_ctim.tv_sec) * 1_000_000_000 + Int64(details.st_ctim.tv_nsec)
        )
    }
}
