import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseStore
import Testing

@Suite struct `Run ledger` {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + seconds * 1000) }

    @Test func `a queued run reads back as it was asked for`() throws {
        let fixture = try StoreFixture()
        let request = fixture.request(
            parameters: [("lr", 0.5), ("deep", true), ("layers", [1, 2])],
            tags: ["baseline"]
        )
        try fixture.insert([request])
        let record = try fixture.store.run(request.id)
        #expect(record.request == request)
        #expect(record.state == .queued)
        #expect(record.jobs.map(\.key) == [JobKey(run: request.id)])
        #expect(record.transitions.map(\.state) == [.queued])
        #expect(record.tags == ["baseline": .null])
        let rows = try fixture.store.runs()
        #expect(rows.first?.parameters == ["deep": true, "layers": [1, 2], "lr": 0.5])
    }

    @Test func `a run goes through its states and ends with its job's exit status`() async throws {
        let fixture = try StoreFixture()
        let request = fixture.request()
        try fixture.insert([request])
        let key = JobKey(run: request.id)
        let exit = ExitRecord(status: 3, startedAt: at(2), endedAt: at(9))
        try await fixture.store.record([
            JobChange(key: key, state: .submitted, at: at(1), handle: JobHandle("42")),
            JobChange(key: key, state: .running, at: at(2)),
            JobChange(key: key, state: .failed, at: at(10), reason: "exit status 3", exit: exit),
        ])
        let record = try fixture.store.run(request.id)
        #expect(record.state == .failed)
        #expect(record.exitStatus == 3)
        #expect(record.reason == "exit status 3")
        #expect(record.startedAt == at(2))
        #expect(record.endedAt == at(9))
        #expect(record.transitions.map(\.state) == [.queued, .submitted, .running, .failed])
        #expect(try await fixture.store.openJobs().isEmpty)
        try await fixture.store.record([JobChange(key: key, state: .finished, at: at(11))])
        #expect(try fixture.store.run(request.id) == record)
    }

    @Test func `an attempt that is not the last queues the next one`() async throws {
        let fixture = try StoreFixture()
        let request = fixture.request()
        try fixture.insert([request])
        let key = JobKey(run: request.id)
        let change = JobChange(key: key, state: .failed, at: at(3), reason: "exit status 1", isFinal: false)
        try await fixture.store.record([change])
        try await fixture.store.record([change])
        let jobs = try await fixture.store.openJobs()
        #expect(jobs.map(\.record.key) == [JobKey(run: request.id, attempt: 2)])
        #expect(try fixture.store.run(request.id).state == .queued)
    }
}
