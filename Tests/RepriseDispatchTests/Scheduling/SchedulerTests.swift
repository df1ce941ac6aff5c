import RepriseDispatch
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `Scheduling` {
    private var generator = SeededGenerator(seed: 5)

    private mutating func job(
        _ resources: Resources = Resources(),
        priority: Int = 0,
        target: String = "local"
    ) -> LedgerJob {
        LedgerJob(
            record: JobRecord(key: JobKey(run: RunID(using: &generator))),
            target: target,
            runFolder: "/x",
            resources: resources,
            retry: RetryPolicy(),
            needs: [],
            priority: priority
        )
    }

    @Test mutating func `jobs start in the order of the ledger, greater priority first`() {
        var scheduler = Scheduler(["local": Capacity(slots: 1)])
        let jobs = [job(), job(), job(priority: 1), job()]
        for job in jobs { #expect(scheduler.add(job) == nil) }
        var order: [JobKey] = []
        while let next = scheduler.next() {
            order.append(next.job.record.key)
            #expect(scheduler.next() == nil)
            scheduler.release(next.job.record.key)
        }
        #expect(order == [2, 0, 1, 3].map { jobs[$0].record.key })
    }

    @Test mutating func `a job says what it waits for`() {
        var scheduler = Scheduler(["local": Capacity(slots: 2, cpus: 8, memory: 8 << 30, gpus: [0, 1])])
        let big = job(Resources(cpus: 7, memory: 5 << 30, gpus: 2))
        #expect(scheduler.add(big) == nil)
        #expect(scheduler.next()?.holdings.gpus == [0, 1])
        let waiting = [
            job(Resources(cpus: 2)), job(Resources(memory: 8 << 30)), job(Resources(gpus: 1)), job(),
        ]
        for job in waiting { #expect(scheduler.add(job) == nil) }
        #expect(scheduler.reason(waiting[0].record.key) == "waits for 2 cpus: 1 of 8 free")
        #expect(scheduler.reason(waiting[1].record.key) == "waits for 8 GiB of memory: 3 GiB free")
        #expect(scheduler.reason(waiting[2].record.key) == "waits for 1 GPU: 0 free")
        #expect(scheduler.next()?.job == waiting[3])
        #expect(scheduler.reason(waiting[0].record.key) == "waits for a slot: 2 of 2 taken")
    }

    @Test mutating func `what can never run is refused with the reason`() {
        var scheduler = Scheduler(["local": Capacity(slots: 2, cpus: 8, memory: 1 << 30, gpus: [])])
        #expect(scheduler.add(job(Resources(gpus: 4))) == "asks for 4 GPUs, this machine has 0")
        #expect(scheduler.add(job(Resources(cpus: 9))) == "asks for 9 cpus, this machine has 8")
        #expect(scheduler.add(job(Resources(memory: 2 << 30))) == "asks for 2 GiB of memory, this machine has 1 GiB")
        #expect(scheduler.add(job(target: "hpc")) == "its target `hpc` is not known here")
        #expect(scheduler.next() == nil)
    }

    @Test mutating func `disk is waited for`() {
        var scheduler = Scheduler(["local": Capacity(slots: 2)])
        scheduler.setFreeDisk(1 << 30, of: "local")
        let job = job(Resources(disk: 2 << 30))
        #expect(scheduler.add(job) == nil)
        #expect(scheduler.next() == nil)
        #expect(scheduler.reason(job.record.key) == "waits for 2 GiB of disk: 1 GiB free")
        scheduler.setFreeDisk(3 << 30, of: "local")
        #expect(scheduler.next() != nil)
    }

    @Test mutating func `small jobs pass a large one, but not for ever`() throws {
        var scheduler = Scheduler(["local": Capacity(slots: 8, cpus: 4)])
        let first = job()
        #expect(scheduler.add(first) == nil)
        #expect(scheduler.next()?.job == first)
        var running = [first.record.key]
        let large = job(Resources(cpus: 4))
        #expect(scheduler.add(large) == nil)
        for _ in 0..<200 { #expect(scheduler.add(job()) == nil) }
        var passed = 0
        while true {
            while let next = scheduler.next() {
                running.append(next.job.record.key)
                if next.job.record.key == large.record.key {
                    #expect(passed >= 3)
                    #expect(passed <= Scheduler.patience)
                    return
                }
                passed += 1
            }
            try #require(!running.isEmpty)
            scheduler.release(running.removeFirst())
        }
    }

    @Test mutating func `a removed job does not start`() {
        var scheduler = Scheduler(["local": Capacity(slots: 1)])
        let jobs = [job(), job()]
        for job in jobs { #expect(scheduler.add(job) == nil) }
        #expect(scheduler.remove(jobs[0].record.key) == jobs[0])
        #expect(scheduler.next()?.job == jobs[1])
        #expect(scheduler.waitingCount == 0)
    }

    @Test mutating func `whatever comes and goes, nothing is given twice and all get their turn`() throws {
        let capacity = Capacity(slots: 5, cpus: 8, memory: 64, gpus: [0, 1, 2], processors: Array(0..<8))
        var scheduler = Scheduler(["local": capacity])
        var running: [JobKey: (Resources, JobHoldings)] = [:]
        var waiting = 0
        for step in 0..<2000 {
            if step < 1000, Bool.random(using: &generator) {
                let resources = Resources(
                    cpus: Int.random(in: 1...8, using: &generator),
                    memory: Int64.random(in: 0...64, using: &generator),
                    gpus: Int.random(in: 0...3, using: &generator)
                )
                #expect(scheduler.add(job(resources, priority: Int.random(in: 0...2, using: &generator))) == nil)
                waiting += 1
            } else if let key = running.keys.min(by: { $0.description < $1.description }) {
                scheduler.release(key)
                running[key] = nil
            }
            while let next = scheduler.next() {
                running[next.job.record.key] = (next.job.resources, next.holdings)
                waiting -= 1
            }
            #expect(running.count <= 5)
            #expect(running.values.reduce(0) { $0 + ($1.0.cpus ?? 1) } <= 8)
            #expect(running.values.reduce(0) { $0 + ($1.0.memory ?? 0) } <= 64)
            let gpus = running.values.flatMap(\.1.gpus)
            #expect(Set(gpus).count == gpus.count)
            let processors = running.values.flatMap(\.1.processors)
            #expect(Set(processors).count == processors.count)
            #expect(scheduler.waitingCount == waiting)
            #expect(!running.isEmpty || waiting == 0)
        }
        #expect(waiting == 0)
    }

    @Test mutating func `a hundred thousand queued jobs are decided one by one`() {
        var scheduler = Scheduler(["local": Capacity(slots: 2)])
        for _ in 0..<100_000 { _ = scheduler.add(job()) }
        var count = 0
        while let next = scheduler.next() {
            count += 1
            scheduler.release(next.job.record.key)
        }
        #expect(count == 100_000)
    }
}
