import RepriseModel
import RepriseSystem
import Synchronization

/// Another file system whose n-th call fails, as on a full disk. With no such call it only counts.
package final class FailingFileSystem: FileSystem {
    private let base: any FileSystem
    private let failing: Int?
    private let isNetwork: Bool
    private let isReadOnly: Bool
    private let count = Mutex(0)

    /// - Parameter failing: The call that fails, from 1; nil for none.
    package init(
        _ base: any FileSystem = LiveFileSystem(),
        failing: Int? = nil,
        isNetwork: Bool = false,
        isReadOnly: Bool = false
    ) {
        self.base = base
        self.failing = failing
        self.isNetwork = isNetwork
        self.isReadOnly = isReadOnly
    }

    /// Calls so far.
    package var calls: Int { count.withLock { $0 } }

    private func attempt(_ operation: String, _ path: String) throws(FileError) {
        let number = count.withLock { count in
            count += 1
            return count
        }
        if number == failing {
            throw FileError(operation: operation, path: path, reason: .diskFull, message: "no space left on device")
        }
    }

    package func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        try attempt("read", path)
        return try base.read(path, limit: limit)
    }

    package func read(_ path: String, offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        try attempt("read", path)
        return try base.read(path, offset: offset, count: count)
    }

    package func write(_ bytes: [UInt8], to path: String, mode: Int, durable: Bool) throws(FileError) {
        try attempt("write", path)
        try base.write(bytes, to: path, mode: mode, durable: durable)
    }

    package func create(_ path: String, bytes: [UInt8], mode: Int) throws(FileError) -> Bool {
        try attempt("create", path)
        return try base.create(path, bytes: bytes, mode: mode)
    }

    package func append(_ bytes: [UInt8], to path: String) throws(FileError) {
        try attempt("append to", path)
        try base.append(bytes, to: path)
    }

    package func append(_ bytes: [UInt8], to path: String, after length: Int64) throws(FileError) {
        try attempt("append to", path)
        try base.append(bytes, to: path, after: length)
    }

    package func makeFolder(_ path: String) throws(FileError) {
        try attempt("make the folder", path)
        try base.makeFolder(path)
    }

    package func remove(_ path: String) throws(FileError) {
        try attempt("remove", path)
        try base.remove(path)
    }

    package func rename(_ path: String, to newPath: String) throws(FileError) {
        try attempt("rename", path)
        try base.rename(path, to: newPath)
    }

    package func status(_ path: String) throws(FileError) -> FileStatus? {
        try attempt("look at", path)
        return try base.status(path)
    }

    package func names(in folder: String) throws(FileError) -> [String] {
        try attempt("list", folder)
        return try base.names(in: folder)
    }

    package func makeLink(_ path: String, to target: String) throws(FileError) {
        try attempt("link", path)
        try base.makeLink(path, to: target)
    }

    package func linkTarget(_ path: String) throws(FileError) -> String {
        try attempt("read the link", path)
        return try base.linkTarget(path)
    }

    package func copy(_ path: String, to newPath: String, mode: Int) throws(FileError) {
        try attempt("write", newPath)
        try base.copy(path, to: newPath, mode: mode)
    }

    package func setMode(_ mode: Int, of path: String) throws(FileError) {
        try attempt("change the permissions of", path)
        try base.setMode(mode, of: path)
    }

    package func digest(_ path: String) throws(FileError) -> (digest: Digest, bytes: Int64) {
        try attempt("read", path)
        return try base.digest(path)
    }

    package func makeDurable(_ paths: [String]) throws(FileError) {
        try attempt("synchronise", paths.first ?? "")
        try base.makeDurable(paths)
    }

    package func freeSpace(_ path: String) throws(FileError) -> Int64 {
        try attempt("look at the disk of", path)
        return try base.freeSpace(path)
    }

    package func mayWrite(_ path: String) -> Bool { !isReadOnly && base.mayWrite(path) }

    package func isNetworkFileSystem(_ path: String) throws(FileError) -> Bool {
        try attempt("look at the disk of", path)
        if isNetwork { return true }
        return try base.isNetworkFileSystem(path)
    }
}
