import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@Suite struct `Run script` {
    private let folder = TestFolder()

    @Test func `a single command is rendered as it always was`() throws {
        var request = RunRequest.sample("echo hello > \"$REPRISE_OUTPUTS/greeting\"")
        request.variables = ["TOKENIZERS_PARALLELISM": .string("false"), "PYTHONHASHSEED": .integer(0)]
        request.data = [.sample("train-set", "/data/it's here.csv")]
        try expectGolden(RunScript.text(folder.input(request)), "run-single.sh")
    }

    @Test func `a split of a step knows where it lies and how many it has`() throws {
        var request = RunRequest.sample("")
        let words: [[CommandPiece]] = [
            [.text("python3")], [.text("train.py")], [.text("--seed="), .run(.seed)], [.text("it's")], [],
        ]
        request.steps = [
            StepRequest(name: "train", command: .list(words), splits: 4, resources: Resources(cpus: 2))
        ]
        let key = JobKey(run: request.id, step: "train", split: 3, attempt: 2)
        var input = RunScriptInput(request: request, step: request.steps[0], key: key, folder: "code/here")
        input.surroundings = ["MLFLOW_RUN_ID": "x"]
        try expectGolden(RunScript.text(input), "run-split.sh")
    }

    @Test func `status, times and variables are those of the contract`() async throws {
        let request = RunRequest.sample(
            #"echo "$REPRISE_RUN_ID $REPRISE_SEED $REPRISE_ATTEMPT $PYTHONHASHSEED"; pwd; echo oops >&2; exit 3"#
        )
        try folder.write(request)
        let result = try await folder.execute()
        let lines = result.text.split(separator: "\n").map(String.init)
        #expect(lines == ["\(request.id) 1234 1 1234", folder.path + "/work"])
        #expect(result.errorText == "oops\n")
        #expect(result.status == 3)
        let record = try #require(ExitFile.read(in: folder.path, LiveFileSystem()))
        #expect(record.status == 3)
        #expect(record.signal == nil)
        let started = try #require(record.startedAt)
        let ended = try #require(record.endedAt)
        #expect(started <= ended)
        #expect(record.userMilliseconds != nil)
        #expect(record.systemMilliseconds != nil)
    }

    @Test func `what a step leaves stays as it was, whatever becomes of it later`() async throws {
        let request = RunRequest.sample(
            #"mkdir -p parts/deep; echo 1 > parts/a; echo 2 > "parts/deep/b c"; echo 3 > other; echo 4 > "$REPRISE_OUTPUTS/o""#
        )
        var input = folder.input(request)
        input.keeps = ["parts/*", "parts/**/b c"]
        try folder.write(input)
        #expect(try await folder.execute().errorText == "")
        _ = try await LiveProcessRunner()
            .succeed(Invocation("sh", ["-c", "cd \"$0\" && rm -r work outputs && echo new > work", folder.path]))
        let files = LiveFileSystem()
        let kept = folder.path + "/kept/"
        #expect(try files.text(kept + "work/parts/a") == "1\n")
        #expect(try files.text(kept + "work/parts/deep/b c") == "2\n")
        #expect(try files.text(kept + "outputs/o") == "4\n")
        #expect(try !files.exists(kept + "work/other"))
        #expect(try !files.exists(folder.path + "/kept.tmp"))
    }

    @Test func `a step that failed, or that left a link, keeps nothing aside`() async throws {
        for command in ["echo 1 > parts; exit 3", "ln -s elsewhere parts"] {
            let folder = TestFolder()
            var input = folder.input(RunRequest.sample(command))
            input.keeps = ["parts"]
            try folder.write(input)
            #expect(try await folder.execute().errorText == "")
            #expect(try LiveFileSystem().names(in: folder.path).allSatisfy { !$0.hasPrefix("kept") })
        }
    }

    @Test func `data that travel are found in the run's folder, wherever that is`() {
        var request = RunRequest.sample("cat \"$REPRISE_DATA_TRAIN_SET\"")
        request.data = [.sample("train-set", "/data/it's here.csv")]
        var input = folder.input(request)
        input.carriesData = true
        let text = RunScript.text(input)
        #expect(text.contains("\nREPRISE_DATA_TRAIN_SET=$run/data/train-set\n"))
        #expect(!text.contains("/data/it"))
    }

    @Test func `the lent clock tells the time of day`() async throws {
        try folder.write(.sample("true"))
        let clock = try #require(ProcessTable().bootTime())
        let before = LiveWallClock().now().milliseconds
        _ = try await folder.execute(variables: ["REPRISE_CLOCK": String(clock)])
        let record = try #require(ExitFile.read(in: folder.path, LiveFileSystem()))
        let ended = try #require(record.endedAt)
        let after = LiveWallClock().now().milliseconds
        // The clock that is lent is a whole second's.
        #expect((before - 2000...after + 2000).contains(ended.milliseconds))
    }

    @Test func `where no clock is lent, one process tells the time, and the kernel how long the program took`()
        async throws
    {
        try folder.write(.sample("sleep 0.2"))
        let files = LiveFileSystem()
        try files.makeFolder(folder.path + "/bin")
        let shim = "#!/bin/sh\necho asked >> '\(folder.path)/asked'\nPATH=/usr/bin:/bin exec date \"$@\"\n"
        try files.write(shim, to: folder.path + "/bin/date", mode: 0o755)
        _ = try await folder.execute(variables: ["PATH": folder.path + "/bin:/usr/bin:/bin"])
        #expect(try files.text(folder.path + "/asked") == "asked\n")
        let record = try #require(ExitFile.read(in: folder.path, files))
        let started = try #require(record.startedAt)
        let ended = try #require(record.endedAt)
        #expect(ended.milliseconds - started.milliseconds >= 190)
    }

    @Test(arguments: [("nosuchprogram", 127), ("/etc/passwd", 126)])
    func `a command that cannot be executed says so`(program: String, status: Int) async throws {
        var request = RunRequest.sample("")
        request.steps[0].command = .list([[.text(program)]])
        try folder.write(request)
        let result = try await folder.execute()
        #expect(result.status == status)
        #expect(result.errorText.contains(program))
        #expect(ExitFile.read(in: folder.path, LiveFileSystem())?.status == status)
    }

    @Test func `a signal is recorded as one, and the shell does not remark on it`() async throws {
        try folder.write(.sample("kill -9 $$"))
        let result = try await folder.execute()
        #expect(result.status == 137)
        #expect(result.errorText.isEmpty)
        let record = ExitFile.read(in: folder.path, LiveFileSystem())
        #expect(record?.signal == 9)
        #expect(record?.status == nil)
    }

    /// Fewer than none had been ended before, so that whatever the kernel counts is more.
    @Test(.enabled(if: kernelCounts, "the kernel does not tell whom it ended for want of memory"))
    func `what the kernel ended for want of memory is told, where the program failed`() async throws {
        try folder.write(.sample("exit 3"))
        _ = try await folder.execute(variables: ["REPRISE_MEMORY_GROUP": "-1"])
        let failed = try #require(ExitFile.read(in: folder.path, LiveFileSystem()))
        #expect(failed.status == 3 && failed.outOfMemory == true && failed.peakMemory == nil)
        let other = TestFolder()
        try other.write(.sample("env | grep MEMORY_GROUP && exit 1; exit 0"))
        _ = try await other.execute(variables: ["REPRISE_MEMORY_GROUP": "-1"])
        let finished = try #require(ExitFile.read(in: other.path, LiveFileSystem()))
        #expect(finished.status == 0 && finished.outOfMemory == nil)
    }

    @Test(.enabled(if: kernelCounts, "the kernel does not tell what a group of processes had"))
    func `in a group of its own the peak is told`() async throws {
        try folder.write(.sample("true"))
        _ = try await folder.execute(variables: ["REPRISE_MEMORY_GROUP": "own"])
        let record = try #require(ExitFile.read(in: folder.path, LiveFileSystem()))
        #expect(record.status == 0)
        #expect(try #require(record.peakMemory) > 0)
    }

    @Test func `TERM to the group ends the command, and the script writes down how`() async throws {
        try folder.write(.sample("kill -TERM 0; sleep 60"))
        let result = try await folder.execute(program: "setsid", "-w", "sh", folder.path + "/run.sh")
        #expect(result.status == 143)
        #expect(ExitFile.read(in: folder.path, LiveFileSystem())?.signal == 15)
    }

    @Test func `a record for which there is no room is written when there is`() async throws {
        let record = folder.path + "/exit.json"
        try folder.write(RunRequest.sample("ln -s /dev/full ../exit.json.tmp; exit 3"))
        async let execution = folder.execute()
        let files = LiveFileSystem()
        try await eventually("the record cannot be written") { try files.status(record + ".tmp")?.kind == .link }
        try await ContinuousClock().sleep(for: .milliseconds(500))
        #expect(try !files.exists(record))
        try files.remove(record + ".tmp")
        let result = try await execution
        #expect(result.status == 3 && result.errorText == "")
        #expect(ExitFile.read(in: folder.path, files)?.status == 3)
    }

    @Test func `executed twice, it runs once; again leaves the record alone`() async throws {
        try folder.write(.sample(#"echo ran; echo '{"x": 1}' >> "$REPRISE_METRICS"; echo y > "$REPRISE_OUTPUTS/y""#))
        #expect(try await folder.execute().text == "ran\n")
        let record = try LiveFileSystem().text(folder.path + "/exit.json")
        let second = try await folder.execute()
        #expect(second.status == 2)
        #expect(second.text.isEmpty)
        #expect(second.errorText.contains("sh run.sh --again"))
        let again = try await folder.execute(arguments: ["--again"])
        #expect(again.text == "ran\n")
        #expect(again.status == 0)
        #expect(try LiveFileSystem().text(folder.path + "/exit.json") == record)
        #expect(try LiveFileSystem().text(folder.path + "/metrics.jsonl") == "{\"x\": 1}\n")
        #expect(try LiveFileSystem().text(folder.path + "/again/metrics.jsonl") == "{\"x\": 1}\n")
    }

    @Test func `an engine that starts it twice gets silence`() async throws {
        try folder.write(.sample("echo ran"))
        _ = try await folder.execute(variables: ["REPRISE_JOB": "x"])
        let second = try await folder.execute(variables: ["REPRISE_JOB": "x"])
        #expect(second.output.isEmpty)
        #expect(second.errors.isEmpty)
    }

    @Test func `what the run knows is one word, however the command quotes it`() async throws {
        var request = RunRequest.sample("")
        let data = CommandPiece.run(.data("a"))
        request.data = [.sample("a", "/x  y/$HOME'\"z")]
        request.steps[0].command = .shell([
            .text("printf '%s|' "), data, .text(" \"in "), data, .text(" quotes\" 'single "), data,
            .text(" quotes' \"$(printf %s "), data, .text(")\" # don't\nprintf '%s|' "), data,
            .text("\ncat <<END\nit's "), data, .text("\nEND\nprintf '%s|' \\\"; printf '%s' "), data,
        ])
        try folder.write(request)
        let path = "/x  y/$HOME'\"z"
        let expected = "\(path)|in \(path) quotes|single \(path) quotes|\(path)|\(path)|it's \(path)\n\"|\(path)"
        #expect(try await folder.execute().text == expected)
    }

    @Test func `the determinism kit yields to the experiment, and goes when it is turned off`() {
        var request = RunRequest.sample("true")
        request.steps[0].resources.cpus = 3
        let full = RunScript.text(folder.input(request))
        #expect(full.contains("export OMP_NUM_THREADS=3"))
        #expect(full.contains("export CUBLAS_WORKSPACE_CONFIG=:4096:8"))
        request.variables = ["OMP_NUM_THREADS": .integer(1)]
        #expect(RunScript.text(folder.input(request)).contains("export OMP_NUM_THREADS=1"))
        #expect(!RunScript.text(folder.input(request)).contains("export OMP_NUM_THREADS=3"))
        request.determinism = false
        #expect(!RunScript.text(folder.input(request)).contains("PYTHONHASHSEED"))
    }

    @Test func `a wrapper stands before the command`() async throws {
        var input = folder.input(.sample("echo inner"))
        input.prologue = ["echo prologue"]
        input.wrapper = "env WRAPPED=1"
        try folder.write(RunScript.text(input))
        #expect(try await folder.execute().text == "prologue\ninner\n")
    }
}

private let kernelCounts: Bool = {
    let groups = (try? LiveFileSystem().text("/proc/self/cgroup")) ?? ""
    return groups.split(separator: "\n").contains { $0.contains(":memory:") || $0.hasPrefix("0::/") && $0.count > 4 }
}()
