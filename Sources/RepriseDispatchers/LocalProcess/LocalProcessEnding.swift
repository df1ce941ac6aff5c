import RepriseDispatch
import RepriseModel
import RepriseSystem

/// How a job's processes are made to end: TERM for all, a grace, KILL for all but the script, so that it can write down
/// how the job ended, then KILL for the script. Repeated until nothing is left.
struct LocalProcessEnding: Sendable {
    /// Milliseconds after boot.
    var killAt: Int64
    var next: Int64
    private(set) var isDone = false
    private(set) var lastSignal: Int?
    private var told: Set<Int32> = []
    private var killsScriptAt: Int64?

    init(killAt: Int64, next: Int64) {
        self.killAt = killAt
        self.next = next
    }

    mutating func proceed(_ tree: JobTree, leader: Int32, now: Int64, table: ProcessTable) {
        if tree.processes.isEmpty {
            isDone = true
            return
        }
        if now < killAt {
            for process in tree.processes where told.insert(process).inserted {
                table.send(ProcessSignal.terminate, to: process)
                // One that is stopped would not notice.
                table.send(ProcessSignal.resume, to: process)
            }
            lastSignal = Int(ProcessSignal.terminate)
            next = min(killAt, now + 20)
        } else {
            kill(tree, leader: leader, now: now, table: table)
            next = now + 10
        }
    }

    private mutating func kill(_ tree: JobTree, leader: Int32, now: Int64, table: ProcessTable) {
        let scriptDies = killsScriptAt ?? now + 300
        killsScriptAt = scriptDies
        for process in tree.processes where process != leader || now >= scriptDies {
            table.send(ProcessSignal.kill, to: process)
        }
        lastSignal = Int(ProcessSignal.kill)
    }
}

/// The processes of one execution: its session, whatever carries its name in the environment, and all their children.
struct JobTree {
    let processes: [Int32]

    init(of execution: LocalProcessKeeper.Execution, among all: [ProcessFacts], _ table: ProcessTable) {
        let name = execution.job.key.description
        var members = Set(
            all.filter { facts in
                facts.session == execution.process || (facts.id == execution.process && !execution.hasEnded)
                    || table.variable("REPRISE_JOB", of: facts.id) == name
            }
            .map(\.id)
        )
        var hasGrown = !members.isEmpty
        while hasGrown {
            let children = all.filter { members.contains($0.parent) && !members.contains($0.id) }
            members.formUnion(children.map(\.id))
            hasGrown = !children.isEmpty
        }
        processes = members.sorted()
    }
}

/// Adds up the memory of jobs that may only have so much.
struct MemoryGauge: Sendable {
    /// Milliseconds between two looks.
    static let interval: Int64 = 200

    let table: ProcessTable

    /// Those that have more than they may. Pages that processes share count once, where the kernel tells.
    func excessive(_ executions: [LocalProcessKeeper.Execution]) -> [LocalProcessKeeper.Execution] {
        if executions.isEmpty { return [] }
        var members: [Int32: [ProcessFacts]] = [:]
        for facts in table.all() where !facts.isZombie { members[facts.session, default: []].append(facts) }
        return executions.filter { execution in
            let session = members[execution.process] ?? []
            guard let limit = execution.job.resources.memory, session.reduce(0, { $0 + $1.resident }) > limit else {
                return false
            }
            return session.reduce(0) { $0 + (table.proportional(of: $1.id) ?? $1.resident) } > limit
        }
    }
}
