import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseSnapshots

@Suite struct `Workspaces` {
    private func fill(_ ground: borrowing Playground) async throws -> CodeTree {
        try ground.write("#!/bin/sh\necho hello\n", to: "bin/go", mode: 0o755)
        try ground.write("text\n", to: "deep/er/text")
        try ground.files.makeLink(ground.project + "/link", to: "deep/er/text")
        try ground.files.makeFolder(ground.project + "/plots/raw")
        return try await ground.capture().tree
    }

    @Test func `a small tree is copied with permissions, links and empty folders`() async throws {
        let ground = try Playground()
        let tree = try await fill(ground)
        try ground.files.makeFolder(ground.store + "/runs/a")
        let work = ground.store + "/runs/a/work"
        #expect(try await ground.maker().workspaces.prepare(tree, at: work) == .copied)
        #expect(try ground.files.text(work + "/link") == "text\n")
        #expect(try ground.files.linkTarget(work + "/link") == "deep/er/text")
        #expect((try ground.files.status(work + "/bin/go")?.mode ?? 0) & 0o100 != 0)
        #expect(try ground.files.isFolder(work + "/plots/raw"))
    }

    @Test func `what one run writes no other run sees`() async throws {
        let ground = try Playground()
        let tree = try await fill(ground)
        let workspaces = ground.maker().workspaces
        try ground.files.makeFolder(ground.store + "/runs")
        _ = try await workspaces.prepare(tree, at: ground.store + "/runs/a")
        try ground.files.write("changed", to: ground.store + "/runs/a/deep/er/text")
        _ = try await workspaces.prepare(tree, at: ground.store + "/runs/b")
        #expect(try ground.files.text(ground.store + "/runs/b/deep/er/text") == "text\n")
    }

    @Test func `a checkout is made once, also by many at the same time, and anew where it was cut short`() async throws
    {
        let ground = try Playground()
        let tree = try await fill(ground)
        let checkouts = ground.maker().checkouts
        let paths = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 { group.addTask { try await checkouts.checkout(of: tree).path } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        let path = try #require(paths.first)
        #expect(paths.count == 1)
        try ground.files.remove(path + ".json")
        try ground.files.remove(path + "/link")
        #expect(try await checkouts.checkout(of: tree).path == path)
        #expect(try ground.files.exists(path + "/link"))
        try await checkouts.remove(except: [])
        #expect(try !ground.files.exists(path))
    }

    @Test func `a large tree is laid under a layer of the run's own, where the machine allows it`() async throws {
        let ground = try Playground()
        let tree = try await fill(ground)
        var workspaces = ground.maker().workspaces
        workspaces.copiedCount = 1
        let run = ground.store + "/runs/a"
        try ground.files.makeFolder(run)
        switch try await workspaces.prepare(tree, at: run + "/work") {
        case .copied:
            // No mount here: then the files must lie there.
            #expect(try ground.files.exists(run + "/work" + "/bin/go"))
        case .overlay(let lower):
            let overlay = ground.overlay()
            let script = overlay.script(lower: lower, work: run + "/work")
            let prefix = script.commandPrefix.joined(separator: " ")
            let body = "cd \(shellQuoted(run))/work\n\(prefix) ./bin/go > out.txt && rm link && echo new > deep/er/text"
            try ground.files.write((script.head + [body]).joined(separator: "\n") + "\n", to: run + "/run.sh")
            let result = try await ground.processes.run(Invocation("/bin/sh", [run + "/run.sh"]))
            #expect(result.status == 0, "\(result.errorText)")
            let upper = overlay.upper(of: run + "/work")
            #expect(try ground.files.text(upper + "/out.txt") == "hello\n")
            #expect(try ground.files.text(upper + "/deep/er/text") == "new\n")
            #expect(try ground.files.text(lower + "/deep/er/text") == "text\n")
            #expect(try ground.files.names(in: run + "/work").isEmpty)
        }
    }

    @Test func `the script starts itself again in a namespace, and gives an ordinary user its own number back`() {
        let overlay = OverlayMount(
            files: LiveFileSystem(),
            trees: LiveFileTree(),
            processes: LiveProcessRunner(),
            user: 1000,
            group: 100
        )
        let script = overlay.script(lower: "/s/checkouts/t", work: "/s/runs/r/work")
        let expected = [
            #"if [ -z "${REPRISE_OVERLAY:-}" ]; then"#,
            #"    REPRISE_OVERLAY=1 exec unshare --user --map-root-user --mount -- /bin/sh "$0" "$@""#,
            "fi",
            "unset REPRISE_OVERLAY",
            "mount -t overlay overlay -o userxattr,lowerdir=/s/checkouts/t,upperdir=/s/runs/r/.work/upper,"
                + "workdir=/s/runs/r/.work/inner /s/runs/r/work || exit 125",
        ]
        #expect(script.head == expected)
        #expect(script.commandPrefix == ["unshare", "--user", "--map-user=1000", "--map-group=100", "--"])
    }
}
