import CRepriseSystem
import Glibc
import RepriseModel

/// A descriptor that closes itself.
package struct OpenFile: ~Copyable {
    package let descriptor: Int32
    private let path: String
    private let operation: String

    package init(_ path: String, _ flags: Int32, mode: Int = 0, operation: String) throws(FileError) {
        descriptor = open(path, flags, mode_t(mode))
        self.path = path
        self.operation = operation
        if descriptor < 0 { throw fileError(operation, path, errno) }
    }

    deinit { close(descriptor) }

    package func check(_ isFine: Bool) throws(FileError) {
        if !isFine { throw fileError(operation, path, errno) }
    }

    /// One read of at most `count` bytes; empty at the end.
    package func read(count: Int) throws(FileError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var result = Glibc.read(descriptor, buffer.baseAddress, count)
            while result < 0, errno == EINTR { result = Glibc.read(descriptor, buffer.baseAddress, count) }
            failed = result < 0
            filled = max(0, result)
        }
        try check(!failed)
        return bytes
    }

    package func write(_ bytes: [UInt8]) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.write(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
            }
            if count < 0, errno == EINTR { continue }
            try check(count >= 0)
            done += count
        }
    }
}

extension LiveFileSystem {
    package func copy(_ path: String, to newPath: String, mode: Int) throws(FileError) {
        let source = try OpenFile(path, O_RDONLY | O_CLOEXEC, operation: "read")
        let target = try OpenFile(newPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode: mode, operation: "write")
        if reprise_clone_file(target.descriptor, source.descriptor) == 0 { return }
        while true {
            let count = reprise_copy_range(source.descriptor, target.descriptor, 1 << 30)
            if count == 0 { return }
            if count > 0 || errno == EINTR { continue }
            guard errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP else {
                throw fileError("write", newPath, errno)
            }
            break
        }
        while true {
            let piece = try source.read(count: 1 << 20)
            if piece.isEmpty { return }
            try target.write(piece)
        }
    }

    func synchroniseFolder(of path: String) throws(FileError) {
        let folder = try OpenFile(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, operation: "synchronise")
        try folder.check(fsync(folder.descriptor) == 0)
    }
}

/// The path without its last name; `.` for a bare name.
package func folder(of path: String) -> String {
    // By bytes: for Swift, a slash before a combining mark is no slash.
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

package func fileError(_ operation: String, _ path: String, _ number: Int32) -> FileError {
    let reason: FileError.Reason =
        switch number {
        case ENOENT, ENOTDIR: .missing
        case EACCES, EPERM, EROFS: .denied
        case EEXIST: .exists
        case EISDIR: .folder
        case ENOSPC, EDQUOT: .diskFull
        default: .other
        }
    return FileError(
        operation: operation,
        path: path,
        reason: reason,
        message: String(cString: strerror(number)).lowercased()
    )
}
