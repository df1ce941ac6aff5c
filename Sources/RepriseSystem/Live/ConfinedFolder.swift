import CRepriseSystem
import Glibc
import RepriseModel

/// A folder in which things are put under names that somebody else chose. Nothing is ever written, or removed, outside
/// it: no link is followed, and what is in the way of a folder makes room for it.
package struct ConfinedFolder: ~Copyable {
    private let path: String
    private let root: OpenFile

    package init(_ path: String) throws(FileError) {
        self.path = path
        root = try OpenFile(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, operation: "list")
    }

    /// The names on the way, or nil for a path that leads out or nowhere.
    package static func names(_ path: PathBytes) -> [PathBytes]? {
        let names = path.split(separator: 0x2F).map(Array.init).filter { $0 != [0x2E] }
        guard path.first != 0x2F, !names.isEmpty, !path.contains(0), !names.contains([0x2E, 0x2E]) else { return nil }
        return names
    }

    /// Writes a file: first as `draft`, an absolute path on the same disk, then by renaming that.
    ///
    /// `next` gives the content piece by piece, and nothing at its end.
    package func write(
        _ path: PathBytes,
        mode: Int,
        modified: Int64,
        draft: String,
        next: () throws -> [UInt8]
    ) throws {
        let file = try OpenFile(
            draft,
            O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
            mode: 0o600,
            operation: "write"
        )
        while case let piece = try next(), !piece.isEmpty { try file.write(piece) }
        try file.check(fchmod(file.descriptor, mode_t(mode & 0o777)) == 0)
        let time = timespec(tv_sec: Int(modified), tv_nsec: 0)
        try file.check(futimens(file.descriptor, [time, time]) == 0)
        try within(path, "write") { parent, name in
            if renameat(AT_FDCWD, draft, parent, name) == 0 { return 0 }
            guard errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST else { return errno }
            let number = removeAll(name, in: parent)
            return number != 0 ? number : renameat(AT_FDCWD, draft, parent, name) == 0 ? 0 : errno
        }
    }

    /// Makes the folder, for its owner to fill; one that is there is fine.
    package func makeFolder(_ path: PathBytes) throws(FileError) {
        try within(path, "make the folder") { parent, name in
            let folder = enter(name, from: parent, making: true)
            if folder >= 0 { close(folder) }
            return folder >= 0 ? 0 : -folder
        }
    }

    package func makeLink(_ path: PathBytes, to target: PathBytes) throws(FileError) {
        try within(path, "link") { parent, name in
            let number = removeAll(name, in: parent)
            return number != 0 ? number : target.terminated { symlinkat($0, parent, name) == 0 ? 0 : errno }
        }
    }

    /// Gives a file that lies in the folder a second name.
    package func makeSame(_ path: PathBytes, as other: PathBytes) throws(FileError) {
        if Self.names(path) == Self.names(other) { return }
        try within(other, "link", making: false) { source, known in
            do throws(FileError) {
                try within(path, "link") { parent, name in
                    let number = removeAll(name, in: parent)
                    return number != 0 ? number : linkat(source, known, parent, name, 0) == 0 ? 0 : errno
                }
                return 0
            } catch { return EIO }
        }
    }

    /// Removes the file, the link or the whole folder; nothing there is fine.
    package func remove(_ path: PathBytes) throws(FileError) {
        do throws(FileError) {
            try within(path, "remove", making: false) { parent, name in removeAll(name, in: parent) }
        } catch {
            if error.reason != .missing { throw error }
        }
    }

    /// Hands the folder of the last name to `body`, which returns 0 or an error number.
    private func within(
        _ path: PathBytes,
        _ operation: String,
        making: Bool = true,
        _ body: (Int32, UnsafePointer<CChar>) -> Int32
    ) throws(FileError) {
        let text = self.path + "/" + pathText(path)
        guard let names = Self.names(path), let last = names.last else { throw fileError(operation, text, EINVAL) }
        var parent = fcntl(root.descriptor, F_DUPFD_CLOEXEC, 0)
        guard parent >= 0 else { throw fileError(operation, text, errno) }
        defer { close(parent) }
        for name in names.dropLast() {
            let inner = name.terminated { enter($0, from: parent, making: making) }
            guard inner >= 0 else { throw fileError(operation, text, -inner) }
            close(parent)
            parent = inner
        }
        let number = last.terminated { body(parent, $0) }
        if number != 0 { throw fileError(operation, text, number) }
    }
}

private let folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

/// The folder of that name, opened; or the negative of an error number.
private func enter(_ name: UnsafePointer<CChar>, from parent: Int32, making: Bool) -> Int32 {
    var folder = openat(parent, name, folderFlags)
    if folder >= 0 { return usable(folder, name, in: parent) }
    if errno == EACCES, fchmodat(parent, name, 0o700, 0) == 0 {
        folder = openat(parent, name, folderFlags)
    } else if making, [ENOENT, ENOTDIR, ELOOP].contains(errno) {
        if errno != ENOENT, unlinkat(parent, name, 0) != 0 { return -errno }
        if mkdirat(parent, name, 0o777) != 0, errno != EEXIST { return -errno }
        folder = openat(parent, name, folderFlags)
    } else if errno == ENOTDIR || errno == ELOOP {
        return -ENOENT
    }
    return folder >= 0 ? folder : -errno
}

/// A folder that forbids its own filling is made to allow it.
private func usable(_ folder: Int32, _ name: UnsafePointer<CChar>, in parent: Int32) -> Int32 {
    var details = stat()
    if fstat(folder, &details) == 0, details.st_mode & 0o300 != 0o300, details.st_uid == geteuid() {
        fchmod(folder, (details.st_mode & 0o7777) | 0o700)
    }
    return folder
}

/// Returns 0 or an error number.
private func removeAll(_ name: UnsafePointer<CChar>, in parent: Int32) -> Int32 {
    if unlinkat(parent, name, 0) == 0 || errno == ENOENT { return 0 }
    guard errno == EISDIR || errno == EPERM else { return errno }
    let folder = enter(name, from: parent, making: false)
    guard folder >= 0 else { return -folder }
    guard let stream = fdopendir(folder) else {
        close(folder)
        return errno
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
        guard let inner = reprise_entry_name(entry) else { continue }
        if inner[0] == 0x2E, inner[1] == 0 || (inner[1] == 0x2E && inner[2] == 0) { continue }
        let number = removeAll(inner, in: folder)
        if number != 0 { return number }
    }
    return unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : errno
}
