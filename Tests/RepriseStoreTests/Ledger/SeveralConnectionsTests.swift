import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseStore
import RepriseTracking
import Testing

@Suite struct `Several processes at one store` {
    @Test func `queue, record, log and read at once, and nothing is lost`() async throws {
        let fixture = try StoreFixture()
        let launches = (0..<4).map { launch in (0..<25).map { _ in fixture.request(launch: "launch-\(launch)") } }
        let stores = try (0..<4).map { _ in try fixture.open() }
        try await withThrowingTaskGroup { group in
            for (number, requests) in launches.enumerated() {
                let store = stores[number]
                group.addTask {
                    let record = LaunchRecord(id: "launch-\(number)", createdAt: Timestamp(milliseconds: 1))
                    for request in requests {
                        try store.insert(record, runs: [request])
                        let key = JobKey(run: request.id)
                        try await store.record([JobChange(key: key, state: .running, at: Timestamp(milliseconds: 2))])
                        let point = MetricPoint(key: "a", step: 1, time: Timestamp(milliseconds: 3), value: 1)
                        for _ in 0..<4 {
                            try store.ingest([IngestBatch(run: request.id, time: point.time, points: [point])])
                        }
                        try await store.record([JobChange(key: key, state: .finished, at: Timestamp(milliseconds: 4))])
                        _ = try store.runs(limit: 10)
                    }
                }
            }
            try await group.waitForAll()
        }
        let rows = try fixture.store.runs()
        #expect(rows.count == 100)
        #expect(rows.allSatisfy { $0.state == .finished && $0.metrics.map(\.count) == [4] })
        #expect(try await fixture.store.openJobs().isEmpty)
        #expect(try fixture.store.integrityProblems().isEmpty)
    }

    @Test func `a change by one is a mark for the others`() async throws {
        let fixture = try StoreFixture()
        let other = try fixture.open()
        let before = try await other.changeMark()
        let run = fixture.request()
        try fixture.insert([run])
        let queued = try await other.changeMark()
        #expect(queued != before)
        try fixture.store.requestStop([run.id])
        #expect(try await other.changeMark() != queued)
        #expect(try await other.stopRequests() == [run.id])
        try await other.record([JobChange(key: JobKey(run: run.id), state: .cancelled, at: Timestamp(milliseconds: 2))])
        #expect(try await other.stopRequests().isEmpty)
        try fixture.store.requestStop([run.id])
        #expect(try await other.stopRequests().isEmpty)
    }
}
