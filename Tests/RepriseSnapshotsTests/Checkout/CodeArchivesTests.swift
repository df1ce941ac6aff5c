import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseSnapshots

@Suite struct `Code that travels` {
    private func fill(_ ground: borrowing Playground) async throws -> CodeTree {
        try ground.write("#!/bin/sh\necho hello\n", to: "bin/go", mode: 0o755)
        try ground.write("text\n", to: "deep/er/a text")
        try ground.files.makeLink(ground.project + "/link", to: "deep/er/a text")
        try ground.files.makeFolder(ground.project + "/plots/raw")
        return try await ground.capture().tree
    }

    @Test func `equal code makes an equal archive, in any store and at any time`() async throws {
        let ground = try Playground()
        let tree = try await fill(ground)
        let archives = ground.maker().codeArchives
        let first = try await archives.archive(of: tree)
        #expect(try await archives.archive(of: tree) == first)
        let freed = try await archives.remove(except: [])
        #expect(freed > first.bytes)
        #expect(try !ground.files.exists(first.path))
        try await ground.maker().checkouts.remove(except: [])
        let second = try await archives.archive(of: tree)
        #expect(second == first)
        #expect(try await archives.remove(except: [tree]) == 0)
        #expect(try ground.files.digest(second.path).digest == first.digest)
    }

    @Test func `an archive that is not whole is made anew`() async throws {
        let ground = try Playground()
        let tree = try await fill(ground)
        let archives = ground.maker().codeArchives
        let first = try await archives.archive(of: tree)
        try ground.files.write("cut", to: first.path)
        #expect(try await archives.archive(of: tree) == first)
        #expect(try ground.files.digest(first.path).digest == first.digest)
    }

    @Test func `it unpacks to what the snapshot holds`() async throws {
        let ground = try Playground()
        let archive = try await ground.maker().codeArchives.archive(of: try await fill(ground))
        let folder = ground.folder + "/there"
        try ground.files.makeFolder(folder)
        let result = try await ground.processes.run(Invocation("tar", ["-xzpf", archive.path, "-C", folder]))
        #expect(result.status == 0)
        #expect(try ground.files.text(folder + "/link") == "text\n")
        #expect(try ground.files.status(folder + "/bin/go")?.mode == 0o755)
        #expect(try ground.files.status(folder + "/deep/er/a text")?.mode == 0o644)
        #expect(try ground.files.status(folder + "/bin/go")?.modified == TarWriting.epoch * 1_000_000_000)
        #expect(try ground.files.isFolder(folder + "/plots/raw"))
    }

    @Test func `what jobs made, changed and took away is told`() async throws {
        let ground = try Playground()
        let tree = try await fill(ground)
        let run = ground.store + "/runs/a"
        let work = run + "/work"
        try ground.files.makeFolder(run + "/outputs")
        _ = try await ground.maker().workspaces.prepare(tree, at: work)
        try ground.files.write("{}", to: run + "/run.json")
        let changes = ground.maker().workspaceChanges
        let nothing = try await changes.changes(in: run, since: tree)
        #expect(nothing.files.isEmpty && nothing.gone.isEmpty)

        try ground.files.write("other\n", to: "\(work)/deep/er/a text")
        try ground.files.write("new", to: "\(work)/late")
        try ground.files.makeFolder(run + "/outputs/empty")
        try ground.files.makeLink(run + "/outputs/latest", to: "\(work)/late")
        try ground.files.remove("\(work)/plots")
        try ground.files.remove("\(work)/bin")
        try ground.files.write("no folder any more", to: "\(work)/bin")
        let found = try await changes.changes(in: run, since: tree)
        #expect(found.files == ["outputs/empty", "outputs/latest", "work/bin", "work/deep/er/a text", "work/late"])
        #expect(found.gone == ["work/bin", "work/bin/go", "work/plots", "work/plots/raw"])
    }
}
