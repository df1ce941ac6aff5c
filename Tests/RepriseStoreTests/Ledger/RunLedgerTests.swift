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

    @Test(arguments: [Int64?.none, 3])
    func `no run ends before it started, whatever the clocks say`(told: Int64?) async throws {
        let fixture = try StoreFixture()
        let request = fixture.request()
        try fixture.insert([request])
        let key = JobKey(run: request.id)
        try await fixture.store.record([
            JobChange(key: key, state: .running, at: at(5)),
            JobChange(
                key: key,
                state: .finished,
                at: at(6),
                exit: ExitRecord(status: 0, startedAt: told.map(at), endedAt: at(4))
            ),
        ])
        let record = try fixture.store.run(request.id)
        #expect(record.startedAt == at(told ?? 4))
        #expect(record.endedAt == at(4))
        #expect(record.jobs.first?.startedAt == at(told ?? 4))
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

    @Test func `what engines took away is counted apart from what failed by itself`() async throws {
        let fixture = try StoreFixture()
        let request = fixture.request()
        try fixture.insert([request])
        func end(_ attempt: Int, _ state: RunState, _ reason: String?, isFinal: Bool = false) async throws {
            let key = JobKey(run: request.id, attempt: attempt)
            let change = JobChange(key: key, state: state, at: at(Int64(attempt)), reason: reason, isFinal: isFinal)
            try await fixture.store.record([change])
        }
        func interruptions() throws -> Int? { try fixture.store.run(request.id).jobs.first?.interruptions }
        try await end(1, .failed, "exit status 1")
        #expect(try interruptions() == nil)
        try await end(2, .failed, JobChange.preemption + ": the node was needed")
        try await end(3, .lost, "node failure")
        #expect(try interruptions() == 2)
        try await end(4, .lost, "node failure", isFinal: true)
        #expect(try interruptions() == 3)
        #expect(try fixture.store.run(request.id).jobs.map(\.key.attempt) == [4])
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

    @Test func `a step's own target is that of its jobs, also when they are tried again`() async throws {
        let fixture = try StoreFixture()
        let steps = [
            StepRequest(name: "train", command: .shell([.text("true")])),
            StepRequest(name: "evaluate", command: .shell([.text("true")]), splits: 2, target: "hpc"),
        ]
        let request = fixture.request(steps: steps)
        try fixture.insert([request])
        let jobs = try await fixture.store.openJobs()
        #expect(jobs.map(\.target) == ["local", "hpc", "hpc"])
        let key = try #require(jobs.last?.record.key)
        try await fixture.store.record([JobChange(key: key, state: .failed, at: at(3), isFinal: false)])
        let again = try await fixture.store.openJobs()
        #expect(again.map(\.target) == ["local", "hpc", "hpc"])
        #expect(try fixture.store.run(request.id).request.targets == ["local", "hpc"])
    }

    @Test func `a run of steps and splits is as far along as they are together`() async throws {
        let fixture = try StoreFixture()
        let steps = [
            StepRequest(name: "prepare", command: .shell([.text("true")])),
            StepRequest(name: "train", command: .shell([.text("true")]), needs: ["prepare"], splits: 2),
        ]
        let request = fixture.request(steps: steps)
        try fixture.insert([request])
        let jobs = try await fixture.store.openJobs()
        let keys = jobs.map(\.record.key)
        #expect(keys.map(\.description).map { $0.dropFirst(32) } == [".prepare", ".train.0", ".train.1"])
        #expect(jobs.map(\.needs) == [[], ["prepare"], ["prepare"]])
        #expect(jobs.allSatisfy { $0.runFolder == fixture.store.folder.run(request.id) })
        func state(after state: RunState, of job: Int, exit: Int? = nil) async throws -> RunState {
            let record = exit.map { ExitRecord(status: $0) }
            let change = JobChange(key: keys[job], state: state, at: at(Int64(job)), reason: "because", exit: record)
            try await fixture.store.record([change])
            return try fixture.store.run(request.id).state
        }
        #expect(try await state(after: .submitted, of: 0) == .submitted)
        #expect(try await state(after: .running, of: 0) == .running)
        #expect(try await state(after: .finished, of: 0, exit: 0) == .running)
        #expect(try await state(after: .submitted, of: 1) == .running)
        #expect(try await state(after: .failed, of: 1, exit: 7) == .running)
        #expect(try await state(after: .cancelled, of: 2) == .failed)
        let record = try fixture.store.run(request.id)
        #expect(record.exitStatus == 7)
        #expect(record.reason == "train: because")
        #expect(record.transitions.map(\.state) == [.queued, .submitted, .running, .failed])
    }

    @Test func `a change never takes a job back, and one of an unknown job changes nothing at all`() async throws {
        let fixture = try StoreFixture()
        let requests = [fixture.request(), fixture.request()]
        try fixture.insert(requests)
        let keys = requests.map { JobKey(run: $0.id) }
        try await fixture.store.record([
            JobChange(key: keys[0], state: .running, at: at(1)),
            JobChange(key: keys[0], state: .submitted, at: at(2), handle: JobHandle("9")),
        ])
        let job = try #require(try fixture.store.run(requests[0].id).jobs.first)
        #expect(job.state == .running)
        #expect(job.handle == "9")
        var unknown = keys[1]
        unknown.step = "nowhere"
        await #expect(throws: StoreError.unknownJob(unknown.description)) {
            try await fixture.store.record([
                JobChange(key: keys[1], state: .running, at: at(3)),
                JobChange(key: unknown, state: .running, at: at(3)),
            ])
        }
        #expect(try fixture.store.run(requests[1].id).state == .queued)
    }

    @Test func `a signal counts as the status that a shell shows`() async throws {
        let fixture = try StoreFixture()
        let request = fixture.request()
        try fixture.insert([request])
        let exit = ExitRecord(signal: 9)
        let change = JobChange(key: JobKey(run: request.id), state: .failed, at: at(1), exit: exit)
        try await fixture.store.record([change])
        #expect(try fixture.store.run(request.id).exitStatus == 137)
    }

    @Test func `a launch inserted twice is there once`() throws {
        let fixture = try StoreFixture()
        let requests = [fixture.request(), fixture.request()]
        try fixture.insert([requests[0]])
        try fixture.insert(requests)
        #expect(try fixture.store.runs(order: .oldest).map(\.id) == requests.map(\.id))
        #expect(try fixture.store.launch("launch")?.id == "launch")
    }
}
