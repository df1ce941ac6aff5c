import OrderedCollections
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseSnapshots

@Suite struct `Snapshot maker` {
    private func make(_ ground: borrowing Playground, data: [DataRequest] = []) async throws -> MadeSnapshot {
        let command = Command.list([[.text("/bin/sh")]])
        let request = SnapshotRequest(project: "p", folder: ground.project, data: data, commands: [command])
        return try await ground.maker().make(request)
    }

    @Test func `taking the same snapshot twice changes nothing`() async throws {
        let ground = try Playground()
        try ground.write("x", to: "main")
        try ground.write("1", to: "data.csv")
        let request = [DataRequest(name: "d", path: "data.csv")]
        let first = try await make(ground, data: request)
        let second = try await make(ground, data: request)
        #expect(first.record.manifest == second.record.manifest)
        #expect(first.record.commit == second.record.commit && first.data == second.data)
        #expect(first.record.id == (try identity(of: first.record.manifest)))
        #expect(try await ground.maker().verify(first.record).isEmpty)
    }

    @Test func `every change of one thing gives another identity`() async throws {
        let ground = try Playground()
        try ground.write("x", to: "main")
        try ground.write("1", to: "data/one")
        try ground.files.makeLink(ground.project + "/link", to: "main")
        try ground.write("/data/\n", to: ".gitignore")
        let request = [DataRequest(name: "d", path: "data")]
        var names: [Digest: String] = [try await make(ground, data: request).record.id: "as it was"]
        let changes: [(String, (borrowing Playground) throws -> Void)] = [
            ("content", { try $0.write("y", to: "main") }),
            ("permission", { try $0.files.setMode(0o755, of: $0.project + "/main") }),
            ("name", { try $0.files.rename($0.project + "/main", to: $0.project + "/Main") }),
            (
                "link",
                {
                    try $0.files.remove($0.project + "/link")
                    try $0.files.makeLink($0.project + "/link", to: "main2")
                }
            ),
            ("empty folder", { try $0.files.makeFolder($0.project + "/empty") }),
            ("new file", { try $0.write("", to: "empty/file") }),
        ]
        for (what, change) in changes {
            try change(ground)
            let id = try await make(ground, data: request).record.id
            #expect(names[id] == nil, "\(what) gives the identity of: \(names[id] ?? "")")
            names[id] = what
        }
        try ground.write("2", to: "data/one")
        try ground.files.remove(ground.project + "/reprise.lock")
        let changed = try await make(ground, data: request).record.manifest
        #expect(names[try identity(of: changed)] == nil)
        var other = changed
        other.environment.facts["package.numpy"] = "1.26.5"
        #expect(try identity(of: other) != identity(of: changed))
    }

    @Test func `the identity is the digest of canonical JSON`() throws {
        let manifest = SnapshotManifest(
            code: CodeTree(tree: "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
            data: [],
            environment: EnvironmentFingerprint(facts: ["b": "2", "a": "1"])
        )
        let text =
            #"{"code":{"emptyFolders":[],"folder":"","tree":"4b825dc642cb6eb9a060e54bf8d69288fbee4904"},"#
            + #""data":[],"environment":{"facts":{"a":"1","b":"2"},"kind":"host"},"version":1}"#
        #expect(try identity(of: manifest) == SHA256Hasher.digest(of: text.utf8))
    }

    @Test func `a snapshot is restored when the project is gone, history included`() async throws {
        let ground = try Playground()
        try await ground.git("init", "-q")
        try ground.write("one", to: "main")
        try await ground.git("add", "-A")
        try await ground.git("commit", "-qm", "the first commit")
        try ground.write("two", to: "main")
        try ground.write("#!/bin/sh\n", to: "new/go", mode: 0o755)
        try ground.files.makeFolder(ground.project + "/hollow/inner")
        let maker = ground.maker(store: ground.folder + "/elsewhere")
        let made = try await maker.make(SnapshotRequest(project: "p", folder: ground.project))
        #expect(made.record.isDirty)
        try ground.files.remove(ground.project)
        #expect(try await maker.verify(made.record).isEmpty)
        let target = ground.folder + "/restored"
        try await maker.restore(made.record, to: target)
        #expect(try ground.files.text(target + "/main") == "two")
        #expect((try ground.files.status(target + "/new/go")?.mode ?? 0) & 0o100 != 0)
        #expect(try ground.files.isFolder(target + "/hollow/inner"))
        let log = try await maker.repository.run(["log", "--format=%s", made.record.commit ?? ""]).text
        #expect(log.split(separator: "\n").last == "the first commit")
        await #expect(throws: Mistake.self) { try await maker.restore(made.record, to: target) }
    }

    @Test func `a shallow project is captured with the history that it has`() async throws {
        let ground = try Playground()
        try await ground.git("init", "-q")
        for number in 0..<3 {
            try ground.write("\(number)", to: "main")
            try await ground.git("add", "-A")
            try await ground.git("commit", "-qm", "number \(number)")
        }
        let clone = ground.folder + "/clone"
        try await ground.git("clone", "-q", "--depth=1", "file://" + ground.project, clone)
        let maker = ground.maker(store: ground.folder + "/elsewhere")
        let made = try await maker.make(SnapshotRequest(project: "p", folder: clone))
        #expect(!made.record.isDirty && made.record.projectCommit != nil)
        let log = try await maker.repository.run(["log", "--format=%s", made.record.commit ?? ""]).text
        #expect(log.split(separator: "\n").last == "number 2")
    }

    @Test func `damage is found`() async throws {
        let ground = try Playground()
        try ground.write("precious", to: "main")
        let made = try await make(ground)
        let maker = ground.maker()
        var other = made.record
        other.manifest.environment.facts["x"] = "y"
        #expect(try await maker.verify(other).count == 1)
        let name = gitObjectName(kind: "blob", content: Array("precious".utf8))
        let object = ground.store + "/snapshots.git/objects/\(name.prefix(2))/\(name.dropFirst(2))"
        try ground.files.remove(object)
        let problems = try await maker.verify(made.record)
        #expect(problems == ["`main` is missing or damaged (object `\(name)`)"])
    }

    @Test func `two snapshots are compared file by file and fact by fact`() async throws {
        let ground = try Playground()
        for name in ["same", "changed", "removed", "mode"] { try ground.write("1\n", to: name) }
        let left = try await make(ground).record.manifest
        try ground.write("2\n", to: "changed")
        try ground.files.remove(ground.project + "/removed")
        try ground.write("", to: "added")
        try ground.files.setMode(0o755, of: ground.project + "/mode")
        var right = try await make(ground).record.manifest
        right.environment.facts["package.numpy"] = "2"
        let maker = ground.maker()
        let comparison = try await maker.compare(left, right)
        #expect(
            comparison.files.map { "\($0.change) \($0.path)" } == [
                "added added", "changed changed", "mode mode", "removed removed",
            ]
        )
        #expect(comparison.environment == [.init(name: "package.numpy", left: nil, right: "2")])
        #expect(try await maker.compare(left, left).isSame)
        #expect(try await maker.difference(left, right, path: "changed").contains("-1\n+2\n"))
    }

    @Test func `an export holds code and manifest, whatever attributes say`() async throws {
        let ground = try Playground()
        try ground.write("*.out export-ignore\n", to: ".gitattributes")
        try ground.write("kept", to: "left.out")
        let made = try await make(ground)
        let file = ground.folder + "/snapshot.tar.gz"
        try await ground.maker().export(made.record, to: file, as: file)
        let listing = try await ground.processes.succeed(Invocation("tar", ["-tzf", file])).text
        let names = Set(listing.split(separator: "\n").map(String.init))
        #expect(names.contains("\(made.record.id.short)/code/left.out"))
        #expect(names.contains("\(made.record.id.short)/snapshot.json"))
    }

    @Test func `a snapshot that is forgotten and collected does not harm the next one`() async throws {
        let ground = try Playground()
        try ground.write("x", to: "main")
        let made = try await make(ground)
        let maker = ground.maker()
        try await maker.repository.forget(made.record.id)
        #expect(try maker.repository.commit(of: made.record.id) == nil)
        try await maker.repository.collect()
        _ = try await maker.repository.run(["prune", "--expire=now"])
        let again = try await make(ground)
        #expect(try await maker.verify(again.record).isEmpty)
    }

    @Test func `a name has initials, project, day and two words`() {
        var generator = Counting()
        let name = snapshotName(
            initials: "ab",
            project: "My Digits",
            at: Timestamp(milliseconds: 1_772_357_400_250),
            using: &generator
        )
        #expect(name.hasPrefix("ab/my-digits/2026-03-01/"))
        #expect(name.split(separator: "/").last?.split(separator: "-").count == 2)
    }
}

private struct Counting: RandomNumberGenerator {
    var number: UInt64 = 0
    mutating func next() -> UInt64 {
        number &+= 0x9E37_79B9_7F4A_7C15
        return number
    }
}
