import Foundation
import RepriseSystem
import Testing

@testable import RepriseDispatchers

/// A run's folder here and one far away, in which a program works with nothing but the tools that it is given.
struct StagedFolders {
    enum Tools: String, CaseIterable, CustomTestStringConvertible {
        case ours, busybox

        var testDescription: String { self == .ours ? "this machine's tools" : "BusyBox" }

        var isHere: Bool { self == .ours || FileManager.default.isExecutableFile(atPath: Self.busyboxPath) }

        static let busyboxPath = "/usr/bin/busybox"
        static var here: [Tools] { allCases.filter(\.isHere) }
    }

    let folder: String
    let tools: Tools
    /// The job's folder below the run's, with a slash before it.
    let below: String
    let files = LiveFileSystem()

    var here: String { folder + "/here/run" }
    var work: String { here + "/work" }
    var there: String { folder + "/there/a run's $folder" }
    var farWork: String { there + "/work" }
    var tar: String { folder + "/leavings.tar" }

    init(_ tools: Tools, below: String = "") throws {
        self.tools = tools
        self.below = below
        folder = FileManager.default.temporaryDirectory.path + "/staged-\(UUID().uuidString)"
        try files.makeFolder(work)
        try files.makeFolder(here + below)
        try files.makeFolder(folder + "/there")
        guard tools == .busybox else { return }
        try files.makeFolder(folder + "/bin")
        for applet in [
            "cat", "chmod", "cp", "find", "ln", "mkdir", "mv", "rm", "sort", "tar", "touch", "uniq", "sh", "gzip",
        ] {
            try files.makeLink(folder + "/bin/" + applet, to: Tools.busyboxPath)
        }
    }

    func remove() { try? files.remove(folder) }

    /// Executes lines of shell far away, in `$run`.
    @discardableResult
    func execute(_ script: String, code: String = "", parcel: String = "") async throws -> ProcessResult {
        let text = """
            run=\(shellQuoted(there))
            job=$run\(below)
            code=\(shellQuoted(code))
            parcel=\(shellQuoted(parcel))
            \(script)
            """
        let path = tools == .busybox ? folder + "/bin" : "/usr/bin:/bin"
        let shell = tools == .busybox ? Tools.busyboxPath : "/bin/sh"
        let arguments = tools == .busybox ? ["sh", "-c", text] : ["-c", text]
        return try await LiveProcessRunner()
            .run(Invocation(shell, arguments, variables: ["PATH": path, "TAR_OPTIONS": "--totals"]))
    }

    /// Executes lines of shell that must end well, as a job does, in the run's folder there.
    func work(_ script: String) async throws {
        let result = try await execute("cd \"$run\"/work && " + script)
        try #require(result.status == 0, "\(result.errorText)")
    }

    func stage(_ paths: [String], gone: [String] = [], code: String = "") async throws {
        let parcel = folder + "/parcel.tar"
        try Parcels().write(paths, below: here, gone: gone, to: parcel)
        let result = try await execute(StagingScript.unpack, code: code, parcel: parcel)
        try #require(result.status == 0, "\(result.errorText)")
    }

    func fetch(concluding: Bool = false) async throws {
        let result = try await execute("exec > \(shellQuoted(tar))\n" + StagingScript.leavings)
        try #require(result.errorText.isEmpty, "\(result.errorText)")
        try Leavings(run: here, job: here + below).unpack(tar: tar, concluding: concluding)
    }

    func text(_ path: String) throws -> String { try files.text(here + "/" + path) }

    func notes() throws -> [Substring] {
        let path = here + below + "/" + Leavings.notes
        return try files.exists(path) ? files.text(path).split(separator: "\n") : []
    }

    /// What lies here below a folder, sorted.
    func names(_ below: String) throws -> [String] {
        let path = here + "/" + below
        return try LiveFileTree().walk(Array(path.utf8), followingLinks: false, enters: { _ in true })
            .map { pathText($0.path) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// An archive of code: the files of a folder, all modified at the same time.
    func code(_ content: [String: String]) async throws -> String {
        var tar = TarFile(limit: 1 << 20, files)
        for (path, text) in content.sorted(by: { $0.key < $1.key }) {
            try tar.add(Array(text.utf8), as: Array(path.utf8))
            let copy = work + "/" + path
            try files.makeFolder(RepriseSystem.folder(of: copy))
            try files.write(text, to: copy)
        }
        try tar.finish()
        let path = folder + "/code:1.tar"
        try files.write(tar.bytes, to: path)
        let zipped = try await LiveProcessRunner()
            .run(Invocation("/bin/sh", ["-c", "gzip -n < \"$1\" > \"$1.gz\"", "sh", path]))
        try #require(zipped.status == 0, "\(zipped.errorText)")
        return path + ".gz"
    }
}
