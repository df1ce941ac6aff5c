import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit

/// One seed's life of a store: runs arrive, jobs end as they please, people stop runs, supervisors die.
struct Simulation {
    let seed: UInt64
    let world: SimulatedWorld
    let ledger = InMemoryLedger()
    let executor: SeededExecutor
    private(set) var problems: [String] = []
    private var supervisor: Task<Void, Never>?
    private var all: [LedgerJob] = []
    private(set) var lives = 0

    init(seed: UInt64) {
        self.seed = seed
        world = SimulatedWorld(seed: seed)
        executor = SeededExecutor(seed: seed &+ 1)
    }

    mutating func run(steps: Int) {
        world.setFaults(refusals: 0.03, crashes: 0.004)
        for _ in 0..<(2 + world.number(0..<4)) { addRun() }
        live(until: .never)
        for _ in 0..<steps where problems.isEmpty {
            step()
            check()
        }
        finish()
    }

    // MARK: What happens

    private mutating func step() {
        if world.life.isOver { live(until: .never) }
        switch world.number(0..<100) {
        case 0..<55: executor.run(1 + world.number(0..<30))
        case 55..<75: world.clock.advance(by: .milliseconds(world.number(1..<700)))
        case 75..<94: endOne()
        case 94..<96: addRun()
        case 96: world.jumpClock()
        case 97: world.life.end()
        default: if let job = pick(all) { ledger.requestStop([job.record.key.run]) }
        }
    }

    private mutating func live(until goal: SupervisorGoal) {
        supervisor?.cancel()
        lives += 1
        let made = world.makeSupervisor(ledger, world.beginLife())
        let life = world.life
        supervisor = Task(executorPreference: executor) {
            do { try await made.run(until: goal) } catch { life.end() }
        }
    }

    private func pick<Element>(_ items: [Element]) -> Element? {
        items.isEmpty ? nil : items[world.number(0..<items.count)]
    }

    private func endOne() {
        guard let execution = pick(world.engine.live) else { return }
        guard world.engine.mayRun(execution.job.key) else {
            // An engine may forget after what a job was to come.
            if world.chance(0.05) { world.engine.takeBack([execution.job.key]) }
            return
        }
        let statuses: [JobStatus] = [
            .ended(ExitRecord(status: 0), reason: nil), .ended(ExitRecord(status: 0), reason: nil),
            .ended(ExitRecord(status: 0), reason: nil), .ended(ExitRecord(status: 3), reason: nil),
            .ended(ExitRecord(signal: 15), reason: "time limit of 1 s"), .preempted(), .lost(reason: "forgotten"),
        ]
        world.engine.end(execution.job.key, pick(statuses) ?? .preempted())
    }

    private mutating func addRun() {
        let run = world.makeRun()
        let events = RetryPolicy.Event.allCases.filter { _ in world.chance(0.5) }
        let retry = RetryPolicy(attempts: 1 + world.number(0..<3), on: events, interruptions: world.number(0..<3))
        let priority = world.number(0..<3)
        func job(_ step: String?, _ split: Int?, needs: [String] = []) -> LedgerJob {
            LedgerJob(
                record: JobRecord(key: JobKey(run: run, step: step, split: split)),
                target: "local",
                runFolder: "/runs/\(run)",
                resources: Resources(
                    cpus: world.chance(0.5) ? 1 + world.number(0..<7) : nil,
                    memory: world.chance(0.3) ? Int64(world.number(1..<100)) : nil,
                    gpus: world.chance(0.3) ? 1 + world.number(0..<3) : nil
                ),
                retry: retry,
                needs: needs,
                priority: priority
            )
        }
        var jobs = [job(nil, nil)]
        if world.chance(0.6) {
            jobs = [job("prepare", nil)]
            for split in 0..<(1 + world.number(0..<3)) { jobs.append(job("train", split, needs: ["prepare"])) }
            jobs.append(job("report", nil, needs: ["train", "prepare"]))
        }
        all += jobs
        ledger.add(jobs)
    }

    /// No more faults: everything must come to its end.
    private mutating func finish() {
        world.setFaults(refusals: 0, crashes: 0)
        world.life.end()
        live(until: .allEnded)
        let life = world.life
        for _ in 0..<4000 where problems.isEmpty {
            if executor.run(5000) == 0 {
                if let execution = world.engine.live.first(where: { world.engine.mayRun($0.job.key) }) {
                    world.engine.end(execution.job.key, .ended(ExitRecord(status: 0), reason: nil))
                } else if ledger.jobs.allSatisfy(\.state.isEnded) {
                    break
                }
                world.clock.advance(by: .milliseconds(700))
            }
            check()
        }
        executor.run()
        if life.isOver { problems.append("the last supervisor failed") }
        checkEnd()
        supervisor?.cancel()
        executor.run()
    }

    // MARK: What must hold

    private mutating func check() {
        for (key, count) in world.engine.starts where count > 1 {
            problems.append("\(key) was executed \(count) times")
        }
        let live = world.engine.live.map(\.job)
        let capacity = world.capacity
        let cpus = live.reduce(0) { $0 + max(1, $1.resources.cpus ?? 1) }
        let memory = live.reduce(0) { $0 + ($1.resources.memory ?? 0) }
        let gpus = live.flatMap(\.gpus)
        if live.count > capacity.slots ?? .max { problems.append("\(live.count) jobs at once") }
        if cpus > capacity.cpus ?? .max { problems.append("\(cpus) cpus at once") }
        if memory > capacity.memory ?? .max { problems.append("\(memory) bytes at once") }
        if Set(gpus).count != gpus.count { problems.append("a gpu was given twice: \(gpus)") }
        for job in live where gpus.isEmpty == false && job.gpus.count != job.resources.gpus ?? 0 {
            problems.append("\(job.key) asked for \(job.resources.gpus ?? 0) gpus and got \(job.gpus)")
        }
        let begun = Set(world.engine.live.filter { world.engine.mayRun($0.job.key) }.map(\.job.key.first))
        let slots = live.map { JobKey(run: $0.key.run, step: $0.key.step, split: $0.key.split) }
        if Set(slots).count != slots.count { problems.append("two attempts at one job live at once") }
        for job in all where !job.needs.isEmpty && begun.contains(job.record.key) {
            for other in all where other.record.key.run == job.record.key.run {
                guard let step = other.record.key.step, job.needs.contains(step) else { continue }
                if !hasSucceeded(other.record.key) { problems.append("\(job.record.key) did not wait for \(step)") }
            }
        }
    }

    private func hasSucceeded(_ first: JobKey) -> Bool {
        (1...6)
            .contains { attempt in
                var key = first
                key.attempt = attempt
                guard case .ended(let record, _) = world.engine.execution(key)?.status else { return false }
                return record.isSuccess
            }
    }

    private mutating func checkEnd() {
        guard problems.isEmpty else { return }
        for execution in world.engine.live { problems.append("\(execution.job.key) was left alone") }
        for record in ledger.jobs where !record.state.isEnded {
            problems.append("\(record.key) stayed \(record.state): \(record.reason ?? "-")")
        }
        for (key, count) in ledger.ends where count != 1 { problems.append("\(key) ended \(count) times") }
        for key in world.engine.starts.keys {
            if ledger.ends[key] == nil { problems.append("the end of \(key) was not written down") }
            if !world.settled.contains(key) { problems.append("what \(key) left was not taken in") }
        }
        for job in all {
            guard let record = ledger.record(of: job.record.key) else { continue }
            if record.key.attempt > job.retry.attempts + (job.retry.interruptions ?? 10) {
                problems.append("\(record.key) is one attempt too many")
            }
            let hasFinished = record.state == .finished
            let wasSpoilt = record.reason?.contains("could not be taken in") ?? false
            if hasFinished != hasSucceeded(job.record.key), !wasSpoilt {
                problems.append("\(record.key) is \(record.state), but succeeded: \(hasSucceeded(job.record.key))")
            }
        }
    }
}
