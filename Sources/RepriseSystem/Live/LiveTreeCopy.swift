import CRepriseSystem
import Glibc
import RepriseModel

extension LiveFileTree {
    package func copy(_ folder: PathBytes, to newFolder: PathBytes) throws(FileError) {
        let source = folder.terminated { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard source >= 0 else { throw fileError("list", pathText(folder), errno) }
        defer { close(source) }
        guard newFolder.terminated({ mkdir($0, 0o777) }) == 0 else {
            throw fileError("make the folder", pathText(newFolder), errno)
        }
        let target = newFolder.terminated { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard target >= 0 else { throw fileError("list", pathText(newFolder), errno) }
        defer { close(target) }
        for entry in try walk(folder, followingLinks: false, enters: { _ in true }) {
            let number = entry.path.terminated { name in
                switch entry.status.kind {
                case .folder: mkdirat(target, name, 0o777) == 0 ? 0 : errno
                case .link: copyLink(name, from: source, to: target)
                case .file: copyFile(name, from: source, to: target, mode: entry.status.mode)
                case .other: EINVAL
                }
            }
            if number != 0 { throw fileError("copy", pathText(folder + [0x2F] + entry.path), number) }
        }
    }

    package func sharesBlocks(_ folder: String) -> Bool {
        let names = ["one", "two"].map { folder + "/.clone-\(getpid())-\(UInt32.random(in: 0 ... .max))-\($0)" }
        let files = names.map { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        defer {
            for file in files where file >= 0 { close(file) }
            for name in names { unlink(name) }
        }
        guard files.allSatisfy({ $0 >= 0 }), Glibc.write(files[0], "reprise", 7) == 7 else { return false }
        return reprise_clone_file(files[1], files[0]) == 0
    }
}

/// All of these return 0 or an error number, because what they copy is named by their caller.
private func copyLink(_ name: UnsafePointer<CChar>, from source: Int32, to target: Int32) -> Int32 {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { buffer in
        guard let start = buffer.baseAddress else { return ENOMEM }
        let count = readlinkat(source, name, start, Int(PATH_MAX))
        guard count >= 0 else { return errno }
        buffer[count] = 0
        return symlinkat(start, target, name) == 0 ? 0 : errno
    }
}

private func copyFile(_ name: UnsafePointer<CChar>, from source: Int32, to target: Int32, mode: Int) -> Int32 {
    let input = openat(source, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard input >= 0 else { return errno }
    defer { close(input) }
    let output = openat(target, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode | 0o200))
    guard output >= 0 else { return errno }
    defer { close(output) }
    return copyContent(from: input, to: output)
}

private func copyContent(from input: Int32, to output: Int32) -> Int32 {
    if reprise_clone_file(output, input) == 0 { return 0 }
    return withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 4096) { buffer in
        while true {
            let count = read(input, buffer.baseAddress, buffer.count)
            if count == 0 { return 0 }
            if count < 0, errno == EINTR { continue }
            if count < 0 { return errno }
            var done = 0
            while done < count {
                let written = Glibc.write(output, buffer.baseAddress.map { $0 + done }, count - done)
                if written < 0, errno == EINTR { continue }
                if written < 0 { return errno }
                done += written
            }
        }
    }
}
