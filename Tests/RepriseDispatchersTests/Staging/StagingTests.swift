import Foundation
import RepriseSystem
import Testing

@testable import RepriseDispatchers

@Suite struct `Staging` {
    @Test(arguments: StagedFolders.Tools.here)
    func `code and files arrive, and what the job wrote comes back`(_ tools: StagedFolders.Tools) async throws {
        let staged = try StagedFolders(tools)
        defer { staged.remove() }
        let code = try await staged.code([
            "train.py": "print(1)\n", "lib/a.py": "a\n", "lib/b.py": "b\n", "keep/c": "c",
        ])
        try staged.files.write("{}", to: staged.here + "/parameters.json")
        try staged.files.write("exit 0", to: staged.here + "/run.sh", mode: 0o755)
        try await staged.stage(["parameters.json", "run.sh"], code: code)
        #expect(try staged.files.text("\(staged.farWork)/lib/a.py") == "a\n")
        #expect(try staged.files.status(staged.there + "/run.sh")?.mode == 0o755)

        try await staged.work(
            """
            echo out > ../outputs/model; mkdir -p logs/deep; echo 1 > logs/deep/x; echo changed > lib/b.py; rm lib/a.py
            mv train.py renamed.py; echo hello > ../stdout.log; : > ../stderr.log; echo '{"status":0}' > ../exit.json
            mkdir ../outputs/empty; echo secret > ../elsewhere; mkdir ../data; echo d > ../data/x
            """
        )
        try await staged.fetch()
        #expect(try staged.names("outputs") == ["empty", "model"])
        let left = ["keep", "keep/c", "lib", "lib/b.py", "logs", "logs/deep", "logs/deep/x", "renamed.py"]
        #expect(try staged.names("work") == left)
        #expect(try staged.text("work/lib/b.py") == "changed\n")
        #expect(try staged.text("stdout.log") == "hello\n")
        #expect(try !staged.files.exists(staged.here + "/elsewhere"))
        #expect(try !staged.files.exists(staged.here + "/data"))
        #expect(try !staged.files.exists(staged.here + "/exit.json"))
        #expect(try staged.notes().isEmpty)

        try await staged.fetch(concluding: true)
        #expect(try staged.text("exit.json") == "{\"status\":0}\n")
        #expect(try staged.names("work") == left)
    }

    @Test(arguments: StagedFolders.Tools.here)
    func `pipes stay there and are told of`(_ tools: StagedFolders.Tools) async throws {
        let staged = try StagedFolders(tools)
        defer { staged.remove() }
        try await staged.stage([])
        let make = #"cd "$run" && /usr/bin/mkfifo work/pipe "outputs/a b" && echo x > outputs/c"#
        let made = try await staged.execute(make)
        try #require(made.status == 0, "\(made.errorText)")
        try await staged.fetch()
        #expect(try staged.names("outputs") == ["c"])
        #expect(
            try Set(staged.notes()) == [
                "`outputs/a b` was not brought back: it is no regular file",
                "`work/pipe` was not brought back: it is no regular file",
            ]
        )
    }

    @Test(arguments: StagedFolders.Tools.here)
    func `what did not change stays there`(_ tools: StagedFolders.Tools) async throws {
        let staged = try StagedFolders(tools, below: "/steps/eval")
        defer { staged.remove() }
        let code = try await staged.code(["a.py": "a\n"])
        try staged.files.makeFolder(staged.here + "/outputs")
        try staged.files.write("model", to: staged.here + "/outputs/model")
        try staged.files.write("x", to: "\(staged.work)/made")
        try staged.files.write("exit 0", to: staged.here + "/steps/eval/run.sh")
        try await staged.stage(["steps/eval/run.sh", "outputs/model", "work/made"], code: code)
        try await staged.work("test -e made && echo 2 > ../outputs/score && echo hi > ../steps/eval/stdout.log")
        try await staged.fetch()
        var reader = TarReader(staged.tar, staged.files)
        var names: [String] = []
        while let entry = try reader.next() { names.append(pathText(entry.path)) }
        #expect(!names.contains("work/a.py") && !names.contains("work/made") && !names.contains("outputs/model"))
        #expect(names.contains("outputs/score") && names.contains("steps/eval/stdout.log"))
        #expect(try staged.text("outputs/score") == "2\n")
        #expect(try staged.text("steps/eval/stdout.log") == "hi\n")
    }

    @Test(arguments: StagedFolders.Tools.here)
    func `names are bytes, whatever they mean to a shell or to tar`(_ tools: StagedFolders.Tools) async throws {
        let staged = try StagedFolders(tools)
        defer { staged.remove() }
        let code = try await staged.code(["-rf": "dash\n", "it's \"odd\" $(x) `y`": "odd\n"])
        try await staged.stage([], code: code)
        let long = String(repeating: "long", count: 50)
        try await staged.work(
            """
            for name in '-T' '--help' 'a b' "it's" 'quo"te' 'back\\slash' '\\n' 'line
            break' 'ünï' '日本' ' lead' '*' 'semi;colon' 'at:colon' "$(printf '\\001\\377')"; do
                printf %s "$name" > "../outputs/$name"
            done
            mkdir -p ../outputs/\(long)/\(long); echo deep > ../outputs/\(long)/\(long)/file; rm ./-rf
            ln -s \(long)/\(long)/file ../outputs/link; mkdir '../outputs/new
            line'
            """
        )
        try await staged.fetch()
        #expect(
            try staged.names("outputs")
                == [
                    " lead", "*", "--help", "-T", "\\\\n", "\\x01\\xFF".replacing("\\x01", with: "\u{1}"), "a b",
                    "at:colon",
                    "back\\\\slash", "it's", "line\nbreak", "link", long, "\(long)/\(long)", "\(long)/\(long)/file",
                    "new\nline", "quo\"te", "semi;colon", "ünï", "日本",
                ]
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        )
        #expect(try staged.text("outputs/back\\slash") == "back\\slash")
        #expect(try staged.text("outputs/link") == "deep\n")
        #expect(try staged.names("work") == ["it's \"odd\" $(x) `y`"])
    }

    @Test(arguments: StagedFolders.Tools.here)
    func `modes, times, links and hard links come back as they were`(_ tools: StagedFolders.Tools) async throws {
        let staged = try StagedFolders(tools)
        defer { staged.remove() }
        let code = try await staged.code(["a.py": "a\n", "tool": "t"])
        try await staged.stage([], code: code)
        try await staged.work(
            """
            echo x > ../outputs/program; chmod 4751 ../outputs/program; ln ../outputs/program ../outputs/second
            ln -s "$run/outputs/program" latest; ln -s /etc/hostname away; ln -s ../../.. up; ln -s "$run" ../outputs/whole
            touch -t 197001020000 ../outputs/old; cp -p tool ../outputs/tool; chmod +x a.py
            """
        )
        try await staged.fetch()
        #expect(try staged.files.status(staged.here + "/outputs/program")?.mode == 0o751)
        #expect(try staged.text("outputs/second") == "x\n")
        #expect(try staged.files.linkTarget("\(staged.work)/latest") == "../outputs/program")
        #expect(try staged.files.linkTarget(staged.here + "/outputs/whole") == "..")
        #expect(try staged.files.linkTarget("\(staged.work)/away") == "/etc/hostname")
        #expect(try staged.text("outputs/old").isEmpty)
        #expect(try staged.text("outputs/tool") == "t")
        if tools == .ours { #expect(try staged.files.status("\(staged.work)/a.py")?.mode == 0o755) }
    }

    @Test(arguments: StagedFolders.Tools.here)
    func `a later step finds what an earlier one left, and not what it took away`(
        _ tools: StagedFolders.Tools
    ) async throws {
        let staged = try StagedFolders(tools, below: "/steps/two")
        defer { staged.remove() }
        let code = try await staged.code(["a.py": "a\n", "old/b.py": "b\n", "becomes/file": "f"])
        try staged.files.makeFolder(staged.here + "/outputs/none")
        try staged.files.write("m", to: staged.here + "/outputs/m")
        try staged.files.remove("\(staged.work)/becomes")
        try staged.files.makeLink("\(staged.work)/becomes", to: staged.here + "/outputs/m")
        try await staged.stage(
            ["outputs/none", "outputs/m", "work/becomes", "work/vanished"],
            gone: ["work/old", "work/old/b.py", "work/becomes"],
            code: code
        )
        try await staged.work("test -d ../outputs/none && test ! -e old && test \"$(cat becomes)\" = m")
    }

    @Test(arguments: StagedFolders.Tools.here)
    func `staging is done once, and again after it was cut off`(_ tools: StagedFolders.Tools) async throws {
        let staged = try StagedFolders(tools)
        defer { staged.remove() }
        let code = try await staged.code(["a.py": "a\n"])
        let whole = try staged.files.read(code, limit: 1 << 20)
        try staged.files.write(Array(whole.prefix(whole.count / 2)), to: code)
        let cut = try await staged.execute(StagingScript.unpack + "\necho started", code: code)
        #expect(cut.status == 125 && cut.output.isEmpty)
        #expect(try !staged.files.exists(staged.there + "/work"))
        try staged.files.write(whole, to: code)
        try await staged.stage([], code: code)
        try await staged.work("echo mine > a.py")
        try await staged.stage([], code: code)
        try await staged.work("test \"$(cat a.py)\" = mine")
    }

    @Test(arguments: StagedFolders.Tools.here)
    func `what cannot be read is told`(_ tools: StagedFolders.Tools) async throws {
        try #require(geteuid() != 0 || tools.isHere)
        let staged = try StagedFolders(tools)
        defer { staged.remove() }
        try await staged.stage([], code: staged.code(["a.py": "a\n"]))
        try await staged.work("echo x > ../outputs/x; echo y > ../outputs/y; chmod 0 ../outputs/x")
        try await staged.fetch()
        #expect(try staged.text("outputs/y") == "y\n")
        // The superuser reads everything.
        guard geteuid() != 0 else { return }
        #expect(try staged.notes().contains { $0.contains("outputs/x") })
        #expect(try !staged.files.exists(staged.here + "/outputs/x"))
    }
}
