import Glibc

/// An exclusive lock (flock) on a file. The kernel lets go of it when the last process that has it open ends, so that
/// nobody needs to clean up after a death.
///
/// It belongs to the open file: a child that inherits `descriptor` holds it as long as it lives.
package struct FileLock: ~Copyable, Sendable {
    package let descriptor: Int32
    private let path: String

    /// Takes the lock without waiting; nil while somebody else holds it.
    ///
    /// Creates the file unless told not to; then a missing one is `FileError` with reason `missing`.
    package init?(_ path: String, creating: Bool = true) throws(FileError) {
        let flags = O_RDWR | O_CLOEXEC | (creating ? O_CREAT : 0)
        let descriptor = open(path, flags, 0o644)
        guard descriptor >= 0 else { throw fileError("open", path, errno) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let number = errno
            if number == EINTR { continue }
            close(descriptor)
            if number == EWOULDBLOCK { return nil }
            throw fileError("lock", path, number)
        }
        self.descriptor = descriptor
        self.path = path
    }

    /// Takes the lock when its turn comes, looking every 10 ms; for locks that nobody holds for long. Throws
    /// `CancellationError` when its task is cancelled meanwhile.
    package static func held(_ path: String) async throws -> FileLock {
        while true {
            if let lock = try FileLock(path) { return lock }
            try await ContinuousClock().sleep(for: .milliseconds(10))
        }
    }

    deinit { close(descriptor) }

    /// Replaces what the file says, for others to read.
    package borrowing func note(_ text: String) throws(FileError) {
        let bytes = Array(text.utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw fileError("write", path, errno)
        }
    }
}
