import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseStore
import RepriseTracking
import Testing

@Suite struct `A run that a client logs` {
    private let later = Timestamp(milliseconds: 1_700_000_009_000)

    @Test func `is running at once, with its name as a tag`() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.clientRun("quick-fox-1", tags: [("mlflow.source.name", "train.py")])
        let run = try fixture.logged(id)
        #expect(run.state == .running)
        #expect(run.origin == "client")
        #expect(run.user == "ada")
        #expect(run.artifactRoot == "mlflow-artifacts:/0/\(id)/artifacts")
        #expect(run.tagTexts == ["mlflow.source.name": "train.py", "mlflow.runName": "quick-fox-1"])
        #expect(run.startedAt == Timestamp(milliseconds: 1_700_000_000_000))
        #expect(try fixture.store.loggedRun(fixture.runID()) == nil)
    }

    @Test func `is one that the native verbs know, without snapshot and jobs`() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.clientRun()
        try await fixture.store.log(LoggedBatch(run: id, parameters: [("lr", "0.01"), ("name", "x")]))
        let record = try fixture.store.run(id)
        #expect(record.request.snapshot == nil)
        #expect(record.request.project == "Default")
        #expect(record.request.parameters.map(\.value) == [.number(0.01), "x"])
        #expect(record.jobs.isEmpty)
        #expect(record.transitions.map(\.state) == [.running])
        #expect(try await fixture.store.openJobs().isEmpty)
        #expect(try fixture.store.runs().map(\.snapshot) == [nil])
    }

    @Test func `opened twice by a repeated request is one run`() async throws {
        let fixture = try StoreFixture()
        let id = fixture.runID()
        let new = ClientRun(id: id, name: "a", project: 0, start: later)
        let first = try await fixture.store.createRun(new)
        #expect(try await fixture.store.createRun(new).number == first.number)
        #expect(try fixture.store.run(id).transitions.count == 1)
    }

    @Test func `ends as the client says, and may be taken up again`() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.clientRun()
        let ended = try await fixture.store.updateRun(id, state: .failed, endedAt: later)
        #expect(ended.state == .failed)
        #expect(ended.endedAt == later)
        #expect(try await fixture.store.updateRun(id, state: .running).state == .running)
        #expect(try fixture.store.run(id).transitions.map(\.state) == [.running, .failed, .running])
    }

    @Test func `has a name that follows its tag and a tag that follows its name`() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.clientRun()
        #expect(try await fixture.store.updateRun(id, name: "second").tagTexts["mlflow.runName"] == "second")
        try await fixture.store.log(LoggedBatch(run: id, tags: [("mlflow.runName", "third")]))
        #expect(try fixture.logged(id).name == "third")
        #expect(try await fixture.store.untag(id, name: "mlflow.runName"))
        #expect(try await !fixture.store.untag(id, name: "mlflow.runName"))
        #expect(try fixture.logged(id).name == "third")
    }

    @Test func `can be deleted while it runs, takes nothing until it is restored, and goes with gc`() async throws {
        let fixture = try StoreFixture()
        let (store, id) = (fixture.store, try await fixture.clientRun())
        try await store.log(LoggedBatch(id, "loss", [(0, 1, 0.5)]))
        try await store.deleteRuns([id])
        try await store.deleteRuns([id])
        await #expect(throws: StoreError.runDeleted(id)) { try await store.log(LoggedBatch(id, "loss", [(1, 2, 0.5)])) }
        await #expect(throws: StoreError.runDeleted(id)) { try await store.updateRun(id, state: .finished) }
        try await store.restoreRuns([id])
        try await store.log(LoggedBatch(id, "loss", [(1, 2, 0.25)]))
        #expect(try store.points(id, "loss").values == [0.5, 0.25])
        try store.delete([id])
        let rule = GarbageRule(deletedBefore: Timestamp(milliseconds: .max), youth: .zero)
        #expect(try store.gc(rule).runs == [id])
        #expect(try store.loggedRun(id) == nil)
        #expect(try store.integrityProblems().isEmpty)
    }

    @Test func `is not the supervisor's to stop`() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.clientRun()
        try fixture.store.requestStop([id])
        #expect(try await fixture.store.stopRequests().isEmpty)
        #expect(try fixture.logged(id).state == .running)
    }

    @Test func `needs a project that is there and not deleted`() async throws {
        let fixture = try StoreFixture()
        let project = try await fixture.store.createProject(named: "p")
        try await fixture.store.deleteProject(project)
        let new = ClientRun(id: fixture.runID(), name: "a", project: project, start: later)
        await #expect(throws: StoreError.projectDeleted(project)) { try await fixture.store.createRun(new) }
        let other = ClientRun(id: fixture.runID(), name: "a", project: 99, start: later)
        await #expect(throws: StoreError.unknownProject("99")) { try await fixture.store.createRun(other) }
    }

    @Test func `that Reprise launched keeps its state, and shows where it comes from`() async throws {
        let fixture = try StoreFixture()
        let request = fixture.request(parameters: [("lr", 0.1)], tags: ["bare"])
        try fixture.insert([request])
        let run = try await fixture.store.updateRun(request.id, state: .finished, endedAt: later, name: "renamed")
        #expect(run.state == .queued)
        #expect(run.endedAt == nil)
        #expect(run.origin == nil)
        #expect(try fixture.store.run(request.id).request.name == "renamed")
        #expect(run.tagTexts["bare"] == "")
        #expect(run.tagTexts["reprise.launch"] == "launch")
        #expect(run.tagTexts["reprise.seed"] == "7")
        #expect(run.tagTexts["reprise.snapshot"] == request.snapshot?.description)
        await #expect(throws: StoreError.stillOpen(request.id)) { try await fixture.store.deleteRuns([request.id]) }
        try await fixture.store.log(LoggedBatch(run: request.id, parameters: [("lr", "0.1"), ("extra", "1")]))
        #expect(try fixture.store.run(request.id).request.parameters.map(\.name) == ["lr", "extra"])
        #expect(try fixture.store.request(request.id).parameters.map(\.name) == ["lr"])
    }
}
