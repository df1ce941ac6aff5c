import Glibc
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseSnapshots

@Suite struct `Code capture` {
    @Test func `a folder without git is captured as it lies`() async throws {
        let ground = try Playground()
        try ground.write("print(1)\n", to: "main.py")
        try ground.write("#!/bin/sh\n", to: "bin/go", mode: 0o755)
        try ground.files.makeLink(ground.project + "/link", to: "nowhere at all")
        try ground.files.makeFolder(ground.project + "/empty/inner")
        let code = try await ground.capture()
        #expect(try await ground.listing(code) == ["100755 bin/go", "120000 link", "100644 main.py"])
        #expect(code.tree.emptyFolders == ["empty/inner"])
        #expect(code.projectCommit == nil)
        #expect(try await ground.content(code, "link") == Array("nowhere at all".utf8))
    }

    @Test func `tracked, changed and new files are in, ignored ones are not`() async throws {
        let ground = try Playground()
        try await ground.git("init", "-q")
        try ground.write("one\n", to: "tracked")
        try ground.write("*.log\nbuild/\n", to: ".gitignore")
        try await ground.git("add", "-A")
        try await ground.git("commit", "-qm", "first")
        let clean = try await ground.capture()
        #expect(!clean.isDirty)
        #expect(clean.historyCommit == clean.projectCommit && clean.projectCommit != nil)
        try ground.write("two\n", to: "tracked")
        try ground.write("new\n", to: "new")
        try ground.write("x", to: "a.log")
        try ground.write("x", to: "build/x")
        try ground.write("private\n", to: "private")
        try ground.write("private\n", to: ".git/info/exclude")
        let dirty = try await ground.capture()
        #expect(dirty.isDirty)
        #expect(try await ground.listing(dirty) == ["100644 .gitignore", "100644 new", "100644 tracked"])
        #expect(try await ground.content(dirty, "tracked") == Array("two\n".utf8))
    }

    @Test func `a file that git tracks is in although it is ignored, until it is untracked`() async throws {
        let ground = try Playground()
        try await ground.git("init", "-q")
        try ground.write("*.csv\n", to: ".gitignore")
        try ground.write("1,2\n", to: "kept.csv")
        try ground.write("1,2\n", to: "left.csv")
        try await ground.git("add", "-f", "kept.csv", ".gitignore")
        let first = try await ground.capture()
        #expect(try await ground.listing(first) == ["100644 .gitignore", "100644 kept.csv"])
        #expect(try await ground.capture().tree == first.tree)
        try ground.files.remove(ground.project + "/kept.csv")
        #expect(try await ground.listing(ground.capture()) == ["100644 .gitignore"])
        try ground.write("3,4\n", to: "kept.csv")
        #expect(try await ground.listing(ground.capture()) == ["100644 .gitignore", "100644 kept.csv"])
        try await ground.git("rm", "-q", "-f", "--cached", "kept.csv")
        #expect(try await ground.listing(ground.capture()) == ["100644 .gitignore"])
    }

    @Test func `.repriseignore, exclude and include decide over .gitignore`() async throws {
        let ground = try Playground()
        try await ground.git("init", "-q")
        try ground.write("*.ckpt\n", to: ".gitignore")
        try ground.write("notes/\n", to: ".repriseignore")
        try ground.write("local.txt\n", to: "sub/.repriseignore")
        for path in [
            "notes/a", "sub/local.txt", "sub/deep/local.txt", "local.txt", "w.ckpt", "sub/v.ckpt", "big.bin", "main",
        ] {
            try ground.write(path, to: path)
        }
        try await ground.git("add", "-f", "notes/a")
        let code = try await ground.capture(CodeRules(exclude: ["*.bin"], include: ["w.ckpt"]))
        let expected = [
            "100644 .gitignore", "100644 .repriseignore", "100644 local.txt", "100644 main",
            "100644 sub/.repriseignore",
            "100644 w.ckpt",
        ]
        #expect(try await ground.listing(code) == expected)
        #expect(try await ground.capture(CodeRules(exclude: ["*.bin"], include: ["w.ckpt"])).tree == code.tree)
        let without = try await ground.listing(ground.capture())
        #expect(without.contains("100644 big.bin") && !without.contains("100644 w.ckpt"))
        try ground.files.remove(ground.project + "/.repriseignore")
        #expect(try await ground.listing(ground.capture()).contains("100644 notes/a"))
    }

    @Test func `a pattern added later takes out what was captured before`() async throws {
        let ground = try Playground()
        try ground.write("x", to: "cache/x")
        try ground.write("y", to: "main")
        #expect(try await ground.listing(ground.capture()) == ["100644 cache/x", "100644 main"])
        try ground.write("cache/\n", to: ".gitignore")
        #expect(try await ground.listing(ground.capture()) == ["100644 .gitignore", "100644 main"])
    }

    @Test func `names of any bytes come through`() async throws {
        let ground = try Playground()
        for name in ["-rf", "new\nline", "tab\there", "quote\"d", "back\\slash", "ünï", " space ", ":(glob)*", "git~1"]
        {
            try ground.write(name, to: name)
        }
        let strange = (ground.project + "/").utf8.map { CChar(bitPattern: $0) } + [-1, -2, 0]
        let file = open(strange, O_WRONLY | O_CREAT, 0o644)
        #expect(file >= 0)
        close(file)
        let names = try await ground.listing(ground.capture()).map { String($0.dropFirst(7)) }
        let expected = [
            " space ", "-rf", ":(glob)*", #"\xFF\xFE"#, #"back\\slash"#, "git~1", "new\nline", "quote\"d", "tab\there",
            "ünï",
        ]
        #expect(names.sorted() == expected.sorted())
    }

    @Test func `attributes change no byte`() async throws {
        let ground = try Playground()
        try await ground.git("init", "-q")
        let lines = "a\r\nb\n$Id: was here $\r\n"
        try ground.write(
            "* text=auto eol=lf ident filter=lfs working-tree-encoding=UTF-16\n*.out export-ignore\n",
            to: ".gitattributes"
        )
        try ground.write(lines, to: "mixed.txt")
        try ground.write("x", to: "left.out")
        let code = try await ground.capture()
        #expect(try await ground.content(code, "mixed.txt") == Array(lines.utf8))
    }

    @Test func `repositories and submodules inside are captured by content`() async throws {
        let ground = try Playground()
        try await ground.git("init", "-q")
        try ground.files.makeFolder(ground.folder + "/library")
        try await ground.git("init", "-q", in: ground.folder + "/library")
        try ground.files.write("lib\n", to: ground.folder + "/library/lib.py")
        try await ground.git("add", "-A", in: ground.folder + "/library")
        try await ground.git("commit", "-qm", "lib", in: ground.folder + "/library")
        try await ground.git("submodule", "add", "-q", ground.folder + "/library", "modules/lib")
        try await ground.git("commit", "-qm", "with library")
        let clean = try await ground.capture()
        #expect(try await ground.listing(clean) == ["100644 .gitmodules", "100644 modules/lib/lib.py"])
        #expect(!clean.isDirty)
        try ground.write("changed\n", to: "modules/lib/lib.py")
        try ground.files.makeFolder(ground.project + "/own")
        try await ground.git("init", "-q", in: ground.project + "/own")
        try ground.write("*.tmp\n", to: "own/.gitignore")
        try ground.write("x", to: "own/x.tmp")
        try ground.write("y", to: "own/deep/y")
        let code = try await ground.capture()
        let expected = [
            "100644 .gitmodules", "100644 modules/lib/lib.py", "100644 own/.gitignore", "100644 own/deep/y",
        ]
        #expect(try await ground.listing(code) == expected)
        #expect(try await ground.content(code, "modules/lib/lib.py") == Array("changed\n".utf8))
        #expect(try await ground.capture().tree == code.tree)
    }

    @Test func `a folder becomes a file, a file a folder, a folder a link`() async throws {
        let ground = try Playground()
        for path in ["a/x", "b", "c/x", "d/x"] { try ground.write("same", to: path) }
        _ = try await ground.capture()
        for path in ["a", "b", "c"] { try ground.files.remove(ground.project + "/" + path) }
        try ground.write("file", to: "a")
        try ground.write("inner", to: "b/x")
        try ground.files.makeLink(ground.project + "/c", to: "d")
        let code = try await ground.capture()
        #expect(try await ground.listing(code) == ["100644 a", "100644 b/x", "120000 c", "100644 d/x"])
        try ground.files.remove(ground.project + "/d/x")
        #expect(try await ground.capture().tree.emptyFolders == ["d"])
    }

    @Test func `the experiment's folder is part of the tree, and the top level is the root`() async throws {
        let ground = try Playground()
        try await ground.git("init", "-q")
        try ground.write("x", to: "top")
        try ground.write("y", to: "studies/one/e.exp.yaml")
        let code = try await ground.capture(folder: "studies/one")
        #expect(code.tree.folder == "studies/one")
        #expect(try await ground.listing(code).count == 2)
    }

    @Test func `a killed git leaves nothing that stops the next capture`() async throws {
        let ground = try Playground()
        try ground.write("x", to: "x")
        let first = try await ground.capture()
        let projects = try ground.files.names(in: ground.store + "/snapshots.git/reprise/projects")
        let index = ground.store + "/snapshots.git/reprise/projects/" + (projects.first ?? "") + "/index"
        try ground.files.write("", to: index + ".lock")
        #expect(try await ground.capture().tree == first.tree)
        try ground.files.write("torn", to: index)
        #expect(try await ground.capture().tree == first.tree)
    }

    @Test func `captures at the same time agree`() async throws {
        let ground = try Playground()
        for number in 0..<50 { try ground.write("\(number)", to: "f\(number)") }
        let place = try projectRoot(of: ground.project, store: ground.store, files: ground.files)
        let capture = CodeCapture(
            repository: ground.repository,
            project: place,
            rules: CodeRules(),
            store: ground.store
        )
        let trees = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask { try await capture.capture(now: Timestamp(milliseconds: 0)).tree.tree }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(trees.count == 1)
    }

    @Test func `many new files are packed, and the tree is the same`() async throws {
        let ground = try Playground()
        for number in 0..<30 { try ground.write("content \(number)", to: "d\(number % 3)/f\(number)") }
        let place = try projectRoot(of: ground.project, store: ground.store, files: ground.files)
        var capture = CodeCapture(
            repository: ground.repository,
            project: place,
            rules: CodeRules(),
            store: ground.store
        )
        capture.packFrom = 5
        let code = try await capture.capture(now: Timestamp(milliseconds: 0))
        let packs = try ground.files.names(in: ground.store + "/snapshots.git/objects/pack")
            .filter { $0.hasSuffix(".pack") }
        #expect(packs.count == 1)
        #expect(try await ground.content(code, "d1/f28") == Array("content 28".utf8))
        #expect(try await ground.listing(code).count == 30)
    }
}
