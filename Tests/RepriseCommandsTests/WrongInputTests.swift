import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

/// What a person can get wrong about folders, stores and files, against a project whose store has one run.
@Suite struct `Wrong input` {
    private let files = LiveFileSystem()

    /// A folder with an experiment, a run of it named `first`, and a folder `results` that is empty.
    private func inProject(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reprise-wrong-\(UUID().uuidString)").path
        try files.makeFolder(folder + "/results")
        try files.write(
            "name: count\nparameters: {rounds: 3}\ncommand: echo {{ rounds }} | tee out\noutputs: [out]\n",
            to: folder + "/count.exp.yaml"
        )
        do {
            let run = await reprise("run", "count.exp.yaml", "--name", "first", "--tag", "good", in: folder)
            #expect(run.status == 0, "\(run.errors)")
            try await body(folder)
        } catch {
            try files.remove(folder)
            throw error
        }
        try files.remove(folder)
    }

    private func expect(
        _ result: CommandResult,
        _ words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(result.status == 2, "\(result)", sourceLocation: sourceLocation)
        #expect(result.output.isEmpty && result.errors.hasPrefix("error: "), sourceLocation: sourceLocation)
        for word in words {
            #expect(result.errors.contains(word), "no \(word) in \(result.errors)", sourceLocation: sourceLocation)
        }
    }

    @Test func `for an export leaves everything that is there`() async throws {
        try await inProject { folder in
            for name in ["pack.tmp", "notes.tgz.new"] { try files.makeFolder("\(folder)/\(name)/mine") }
            #expect(await reprise("export", "first", "-f", "ro-crate", "-o", "pack", in: folder).status == 0)
            let id = try await snapshotID(folder)
            #expect(await reprise("snapshot", "export", id, "--to", "notes.tgz", in: folder).status == 0)
            for name in ["pack.tmp/mine", "notes.tgz.new/mine", "pack/ro-crate-metadata.json", "notes.tgz"] {
                #expect(try files.exists("\(folder)/\(name)"), "\(name)")
            }
            let names = try files.names(in: folder)
            expect(
                await reprise("snapshot", "export", id, "--to", "notes.tgz", in: folder),
                "`notes.tgz` is there already"
            )
            expect(await reprise("export", "first", "-o", "results", in: folder), "`results` is a folder", "fix: ")
            expect(await reprise("export", "first", "-o", "resluts/a.csv", in: folder), "`resluts`", "`results`")
            expect(await reprise("export", "first", "-f", "ro-crate", "-o", "no/pack", in: folder), "folder `no`")
            for (name, word) in [("a.zip", "`a.tar.gz`"), ("a.foo", "`a.foo.tar.gz`"), ("no/a.tgz", "folder `no`")] {
                expect(await reprise("snapshot", "export", id, "--to", name, in: folder), word)
            }
            #expect(try files.names(in: folder) == names)
        }
    }

    private func snapshotID(_ folder: String) async throws -> String {
        let list = try Value(json: await reprise("snapshot", "list", "--json", in: folder).output)
        return try #require(list.listValue?.first?[path: "id"]?.stringValue)
    }

    @Test func `for the folder to work in touches no store above it`() async throws {
        try await inProject { folder in
            expect(await reprise("delete", "-C", "reslts", "@last", in: folder), "no folder `reslts`", "`results`")
            expect(await reprise("delete", "-C", "count.exp.yaml", "@last", in: folder), "is not a folder")
            expect(await reprise("init", "-C", "new", in: folder), "no folder `new`")
            let isThere = try files.exists(folder + "/new")
            #expect(!isThere)
            #expect(await reprise("show", "first", "-C", "results", in: folder).status == 0)
        }
    }

    @Test func `that is empty is refused whatever it is for`() async throws {
        try await inProject { folder in
            let wrong = [
                ["-C", "", "list"], ["list", "--store", ""], ["run", "count.exp.yaml", "--snapshot", ""],
                ["snapshot", "create", "count.exp.yaml", "--name", ""], ["list", "--tag", ""], ["list", "--project="],
                ["list", "--launch", ""], ["list", "--columns", ""], ["run", "count.exp.yaml", "--on", ""],
                ["serve", "--allow-host", ""], ["export", "first", "-o", ""],
            ]
            let names = try files.names(in: folder)
            for arguments in wrong {
                let option = arguments.first { $0.hasPrefix("-") }?.prefix { $0 != "=" } ?? ""
                expect(await reprise(list: arguments, in: folder), "`\(option)` is empty", "fix: ")
            }
            expect(await reprise("snapshot", "verify", "", in: folder), "an argument of `reprise snapshot verify`")
            expect(
                await reprise("snapshot", "restore", "", "--to", "x", in: folder),
                "an argument of `reprise snapshot"
            )
            expect(await reprise("list", "--deleted", "", in: folder), "an argument of `reprise list` is empty")
            expect(await reprise("run", "", in: folder), "an argument of `reprise run` is empty")
            #expect(try files.names(in: folder) == names)
        }
    }

    @Test func `for a store names the option and what is near`() async throws {
        try await inProject { folder in
            let names = try files.names(in: folder)
            expect(
                await reprise("list", "--store", ".repirse", in: folder),
                "no store in `\(folder)/.repirse`",
                "--store",
                "did you mean `\(folder)/.reprise`?"
            )
            expect(await reprise("list", "--store", ".", in: folder), "did you mean `\(folder)/.reprise`?")
            for verb in [["list"], ["run", "count.exp.yaml"]] {
                expect(
                    await reprise(list: verb + ["--store", "count.exp.yaml"], in: folder),
                    "is not a folder",
                    "--store"
                )
            }
            let variables = ["REPRISE_HOME": folder + "/nowhere"]
            let variable = await reprise(list: ["list"], in: folder, variables: variables)
            expect(variable, "nowhere`", "`REPRISE_HOME` names it")
            #expect(try files.names(in: folder) == names)
        }
    }

    @Test func `is not what a prepared project without runs is`() async throws {
        try await inProject { folder in
            let project = folder + "/results"
            try files.remove(folder + "/.reprise")
            #expect(await reprise("init", in: project).status == 0)
            let list = await reprise("list", in: project)
            expect(list, "no runs yet", "`reprise run results.exp.yaml` makes the first")
            #expect(!list.errors.contains("init"))
        }
    }

    @Test func `for a number is bounded`() async throws {
        try await inProject { folder in
            expect(await reprise("gc", "--keep", "99999999999999999", in: folder), "36500")
            let most = String(Int.max)
            #expect(await reprise("list", "--limit", most, in: folder).status == 0)
            #expect(await reprise("logs", "first", "--tail", most, in: folder).output == "3\n")
            #expect(await reprise("query", "rounds = 3", "--limit", most, in: folder).status == 0)
            #expect(await reprise("gc", "--keep", "36500", in: folder).status == 0)
            try files.write("command: echo\nresources: {time: 1.0e300}\n", to: folder + "/long.exp.yaml")
            expect(await reprise("run", "long.exp.yaml", in: folder), "`resources.time`", "long.exp.yaml:2:")
        }
    }

    @Test func `for an override is no null`() async throws {
        try await inProject { folder in
            expect(await reprise("run", "count.exp.yaml", "rounds=", in: folder), "`rounds=` has no value", "`null`")
            expect(await reprise("run", "count.exp.yaml", "--sweep", "rounds= ", in: folder), "has no value")
        }
    }

    @Test func `for an import never tells the password`() async throws {
        try await inProject { folder in
            for source in ["postgresql://u:secretpw@h/db", "sqlite://u:secretpw@h/db"] {
                let result = await reprise("import", "mlflow", source, in: folder)
                expect(result, "fix: ")
                #expect(!result.errors.contains("secretpw"))
            }
        }
    }

    @Test func `for a name keeps nothing`() async throws {
        try await inProject { folder in
            #expect(await reprise("snapshot", "create", "count.exp.yaml", "--name", "taken", in: folder).status == 0)
            let before = await reprise("snapshot", "list", "--json", in: folder).output
            try files.write("changed\n", to: folder + "/new.txt")
            let taken = await reprise("snapshot", "create", "count.exp.yaml", "--name", "taken", in: folder)
            expect(taken, "already named `taken`")
            expect(await reprise("snapshot", "create", "count.exp.yaml", "--name", " ", in: folder), "cannot be named")
            #expect(await reprise("snapshot", "list", "--json", in: folder).output == before)
            for name in [" ", "@last", "launch:abc", String(repeating: "0aB9", count: 8), "-2", "a\nb"] {
                let result = await reprise("run", "count.exp.yaml", "--name=\(name)", in: folder)
                expect(result, "runs cannot be named", "fix: ")
            }
            #expect(try Value(json: await reprise("list", "--json", in: folder).output).listValue?.count == 1)
        }
    }

    @Test func `for a judgement is refused`() async throws {
        try await inProject { folder in
            expect(await reprise("verify", "first", "--against", "first", in: folder), "by itself", "fix: ")
            expect(await reprise("compare", "first", "@last", in: folder), "two different runs", "fix: ")
            try files.write("command: until [ -e \(folder)/go ]; do sleep 0.1; done\n", to: folder + "/wait.exp.yaml")
            async let waiting = reprise("run", "wait.exp.yaml", "--name", "waits", in: folder)
            try await eventually("the run is there") { await reprise("show", "waits", in: folder).status == 0 }
            let result = await reprise("verify", "waits", in: folder)
            try files.write("", to: folder + "/go")
            expect(result, "cannot be judged yet", "`reprise wait ")
            #expect(await waiting.status == 0)
        }
    }

    @Test func `for a filter gets the nearest that there is`() async throws {
        try await inProject { folder in
            let launch = try #require(
                try Value(json: await reprise("list", "--json", in: folder).output).listValue?.first?[path: "launch"]?
                    .stringValue
            )
            let wrong = [
                ("--experiment", "conut", "`count`"), ("--tag", "god", "`good`"), ("--project", "nothing", "there is"),
                ("--launch", String(launch.dropLast()), "`\(launch)`"), ("--sort", "nme", "`name`"),
            ]
            for (option, value, word) in wrong {
                expect(await reprise("list", option, value, in: folder), "`\(value)`", word)
            }
            #expect(await reprise("list", "--tag", "good", "--state", "failed", in: folder).status == 0)
        }
    }

    @Test func `for help gets the nearest verb`() async {
        expect(await reprise("help", "lst"), "unknown verb `lst`", "did you mean `reprise help list`?")
        expect(await reprise("help", "snapshot", "exprot"), "did you mean `reprise help snapshot export`?")
        #expect(await reprise("help", "snapshot", "export").output.contains("USAGE: reprise snapshot export"))
    }

    @Test func `for the file of a token names the option`() async throws {
        try await inProject { folder in
            expect(
                await reprise("serve", "--token-file", "results", in: folder),
                "`results` is a folder",
                "--token-file"
            )
            expect(await reprise("serve", "--token-file", "tokn", in: folder), "`tokn`", "--token-file")
        }
    }
}
