import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem
import Testing

@testable import Reprise

@Suite struct `Runs whose files travel` {
    private let lab: LaboratoryFolder
    private let store: Store

    init() throws {
        lab = try LaboratoryFolder([
            "a.exp.yaml": """
            data: {words: words.txt, folder: more}
            outputs: ["result.txt", "parts/*"]
            steps:
              prepare:
                command: |
                  set -e; mkdir -p parts/empty deep; cat "$REPRISE_DATA_WORDS" "$REPRISE_DATA_FOLDER"/a > parts/both
                  rm old.py; echo new > deep/new.txt; echo changed >> kept.py; mkfifo deep/pipe
              train:
                needs: [prepare]
                split: 2
                command: |
                  set -e; test ! -e old.py; grep -q changed kept.py; cat deep/new.txt > parts/"$REPRISE_SPLIT"
                  echo "::metric {\\"loss\\": $REPRISE_SPLIT.5}"
              evaluate:
                needs: [train]
                command: |
                  set -e; cat parts/both parts/0 parts/1 > result.txt; cat params.txt ../parameters.json > /dev/null
            """,
            "reprise.yaml": "targets: {far: {kind: slurm, ssh: nobody@nowhere.invalid}}",
            "words.txt": "some words\n", "more/a": "more words\n", "old.py": "1\n", "kept.py": "2\n", "params.txt": "",
        ])
        store = try lab.laboratory.store(makingIn: lab.path)
    }

    /// Queues the experiment on `local`, and again on `far`.
    private func queue(_ change: (inout RunRequest) -> Void = { _ in }) async throws -> (here: RunID, far: RunID) {
        let plan = try await lab.laboratory.plan(RunOptions(file: "a.exp.yaml"))
        let here = try await lab.laboratory.launch(plan).runs
        let first = try #require(here.first)
        var request = try store.request(first)
        var generator = EntropyGenerator(LiveEntropy())
        request.id = RunID(using: &generator)
        request.launch = "far"
        request.target = "far"
        change(&request)
        try store.insert(LaunchRecord(id: "far", createdAt: request.createdAt), runs: [request])
        return (first, request.id)
    }

    /// Supervises until all has ended.
    private func supervise() async throws {
        let far = FarDispatcher(lab.path + "/.far")
        let laboratory = lab.laboratory
        let site = try SupervisedSite(laboratory, store, overrides: []) { [store] settings, known, grace in
            guard settings.name == "far" else {
                return try laboratory.supervisorTarget(settings, known, store, grace: grace)
            }
            return SupervisorTarget(dispatcher: far, capacity: .unbounded, settings: settings.values)
        }
        var pace = SupervisorPace()
        pace.remoteStatus = .milliseconds(50)
        pace.submission = .milliseconds(50)
        let supervisor = Supervisor(
            ledger: store,
            lifecycle: try laboratory.keeper(site, nil) { _ in },
            targets: try site.everyTarget(),
            source: site,
            clock: ContinuousClock(),
            wallClock: laboratory.world.wallClock,
            pace: pace
        )
        try await supervisor.run()
    }

    @Test func `leave the same as those that are executed here`() async throws {
        let (here, far) = try await queue()
        try await supervise()
        let records = try [here, far].map { try lab.laboratory.show($0) }
        #expect(records.map(\.state) == [.finished, .finished], "\(records.map(\.reason))")
        #expect(records[0].outputs.map(\.path) == ["parts/0", "parts/1", "parts/both", "result.txt"])
        #expect(records[0].outputs.map(\.digest) == records[1].outputs.map(\.digest))
        #expect(records[0].outputs.map(\.path) == records[1].outputs.map(\.path))
        #expect(records[1].metrics.map(\.key) == ["loss"])
        #expect(try lab.text("work/result.txt", of: far) == "some words\nmore words\nnew\nnew\n")
        #expect(try !LiveFileSystem().exists(lab.laboratory.folder(of: far) + "/work" + "/old.py"))
        #expect(records[1].notes == ["`work/deep/pipe` was not brought back: it is no regular file"])
    }

    @Test func `each have what they were handed over with`() async throws {
        let (_, far) = try await queue { $0.settings = ["far": ["partition": "short"]] }
        try await supervise()
        let text = try lab.text("steps/prepare/target.json", of: far)
        #expect(try Value(json: text) == ["kind": "slurm", "partition": "short", "ssh": "nobody@nowhere.invalid"])
    }

    @Test func `of files as they are at each moment are refused`() async throws {
        let path = lab.path
        let (_, far) = try await queue { $0.development = path }
        try await supervise()
        let record = try lab.laboratory.show(far)
        #expect(record.state == .failed)
        #expect(record.reason?.contains("cannot be executed on `far`") == true)
    }
}
