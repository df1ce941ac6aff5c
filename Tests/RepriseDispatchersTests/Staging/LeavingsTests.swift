import Foundation
import RepriseSystem
import Testing

@testable import RepriseDispatchers

@Suite struct `What comes back` {
    private func entry(_ path: String, _ kind: TarEntry.Kind = .file, mode: Int = 0o644) -> TarEntry {
        TarEntry(path: Array(path.utf8), kind: kind, mode: mode, bytes: kind == .file ? 4 : 0)
    }

    private func unpack(_ entries: [TarEntry], in staged: StagedFolders, end: Bool = true) throws {
        var bytes: [UInt8] = []
        for entry in entries + (end ? [entry(".parcel/end")] : []) {
            bytes += TarWriting.header(entry)
            if entry.kind == .file { bytes += Array("evil".utf8) + TarWriting.padding(after: 4) }
        }
        try staged.files.write(bytes + TarWriting.end, to: staged.tar)
        try Leavings(run: staged.here, job: staged.here).unpack(tar: staged.tar)
    }

    @Test func `nothing is written outside of the run's folder`() throws {
        let staged = try StagedFolders(.ours)
        defer { staged.remove() }
        try staged.files.write("good", to: staged.folder + "/victim")
        try staged.files.makeLink("\(staged.work)/old", to: staged.folder)
        let out = staged.folder
        try unpack(
            [
                entry("../../victim"), entry(out + "/victim"), entry("work/../../../victim"), entry("run.sh"),
                entry("work"), entry("outputs", .link(to: Array(out.utf8))), entry("started/x"),
                entry("outputs/out", .link(to: Array(out.utf8))), entry("outputs/out/victim"),
                entry("work/old/victim"), entry("outputs/same", .sameAs(Array("../../victim".utf8))),
                entry("outputs/same2", .sameAs(Array("outputs/none".utf8))),
                entry("stdout.log", .link(to: Array((out + "/victim").utf8))), entry("stdout.log"),
                entry(".parcel/notes"), entry("outputs/pipe", .other),
            ],
            in: staged
        )
        #expect(try staged.files.text(staged.folder + "/victim") == "good")
        #expect(try staged.text("outputs/out/victim") == "evil")
        #expect(try staged.text("work/old/victim") == "evil")
        #expect(try staged.files.isFolder("\(staged.work)/old"))
        #expect(try staged.files.status(staged.here + "/stdout.log")?.kind == .file)
        #expect(try !staged.files.exists(staged.here + "/run.sh"))
        #expect(try !staged.files.exists(staged.here + "/outputs/same"))
        #expect(try staged.notes().contains { $0.contains("../../victim") })
    }

    @Test func `a run that left nothing has nothing noted`() throws {
        let staged = try StagedFolders(.ours)
        defer { staged.remove() }
        try unpack([entry("outputs", .folder), entry("work/", .folder), entry("work/empty", .folder)], in: staged)
        #expect(try staged.notes().isEmpty)
        #expect(try staged.files.isFolder("\(staged.work)/empty"))
    }

    @Test func `what is gone there is removed here, and nothing else`() throws {
        let staged = try StagedFolders(.ours)
        defer { staged.remove() }
        for name in ["work/a", "work/b", "run.json", "outputs/o"] {
            try staged.files.makeFolder(folder(of: staged.here + "/" + name))
            try staged.files.write("x", to: staged.here + "/" + name)
        }
        let roundabout = ["..", lastName(of: staged.here), "work", "b"].joined(separator: "/")
        let gone = Array("work/a\nrun.json\n\(roundabout)\nwork\noutputs\noutputs/..\n".utf8)
        var tar = TarFile(limit: 1 << 20, staged.files)
        try tar.add(gone, as: Array(".parcel/gone".utf8))
        try tar.add([UInt8](), as: Array(".parcel/end".utf8))
        try tar.finish()
        try staged.files.write(tar.bytes, to: staged.tar)
        try Leavings(run: staged.here, job: staged.here).unpack(tar: staged.tar)
        #expect(try staged.names("work") == ["b"])
        #expect(try staged.names("outputs") == ["o"])
        #expect(try staged.files.exists(staged.here + "/run.json"))
    }

    @Test func `an archive that was cut off changes nothing`() throws {
        let staged = try StagedFolders(.ours)
        defer { staged.remove() }
        #expect(throws: TarDamage.self) { try unpack([entry("outputs/x")], in: staged, end: false) }
        try unpack([entry("outputs/x"), entry("outputs/y")], in: staged)
        let whole = try staged.files.read(staged.tar, limit: 1 << 20)
        try staged.files.remove(staged.here + "/outputs")
        for length in [0, 100, 512, 700, 1024, 1536, 2000] {
            try staged.files.write(Array(whole.prefix(length)), to: staged.tar)
            #expect(throws: TarDamage.self) {
                try Leavings(run: staged.here, job: staged.here).unpack(tar: staged.tar)
            }
        }
        #expect(try !staged.files.exists(staged.here + "/outputs"))
        try staged.files.write(
            "this is no archive, but long enough to be read as one" + String(repeating: "x", count: 600),
            to: staged.tar
        )
        #expect(throws: TarDamage.self) { try Leavings(run: staged.here, job: staged.here).unpack(tar: staged.tar) }
    }

    @Test func `files, folders and links take each other's places`() throws {
        let staged = try StagedFolders(.ours)
        defer { staged.remove() }
        try staged.files.makeFolder("\(staged.work)/folder/deep")
        try staged.files.write("x", to: "\(staged.work)/folder/deep/file")
        try staged.files.setMode(0o500, of: "\(staged.work)/folder/deep")
        try staged.files.write("x", to: "\(staged.work)/file")
        try unpack(
            [
                entry("work/folder"), entry("work/file/inner"), entry("outputs/a", .link(to: Array("b".utf8))),
                entry("outputs/a", .folder),
            ],
            in: staged
        )
        #expect(try staged.text("work/folder") == "evil")
        #expect(try staged.text("work/file/inner") == "evil")
        #expect(try staged.files.isFolder(staged.here + "/outputs/a"))
    }
}
