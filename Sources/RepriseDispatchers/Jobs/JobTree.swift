import RepriseDispatch
import RepriseModel
import RepriseSystem

/// The processes of one execution: its session, whatever carries its name in the environment, and all their children.
struct JobTree {
    /// What the script started.
    private(set) var program: [Int32] = []
    /// `run.sh`, where it lives.
    private(set) var script: [Int32] = []
    /// The engine's client, where it lives.
    private(set) var client: [Int32] = []
    /// What else serves the container.
    private(set) var engine: [Int32] = []

    var isEmpty: Bool { program.isEmpty && script.isEmpty && client.isEmpty && engine.isEmpty }

    init(of execution: JobKeeper.Execution, among all: [ProcessFacts], _ folders: JobFolders) {
        let table = folders.table
        let name = execution.job.key.description
        let carriers = all.map(\.id).filter { table.variable("REPRISE_JOB", of: $0) == name }
        let leader = execution.leaderHasEnded ? nil : execution.process
        let former = leader == nil && execution.isContained ? FormerSession(execution, among: all, folders) : nil
        let session =
            all.filter { facts in
                guard facts.session == execution.process || facts.id == leader else { return false }
                return former?.holds(facts) ?? true
            }
            .map(\.id)
        let members = Descent(of: session + carriers, among: all).processes
        if execution.isContained {
            client = leader.map { members.contains($0) ? [$0] : [] } ?? []
            if let found = Self.script(of: execution.job, among: carriers, folders) {
                script = [found]
                program = Descent(of: [found], among: all).processes.filter { $0 != found }.sorted()
            }
            let known = Set(client + script + program)
            engine = members.filter { !known.contains($0) }.sorted()
        } else {
            script = leader.map { members.contains($0) ? [$0] : [] } ?? []
            program = members.filter { $0 != leader }.sorted()
        }
    }

    /// The script of a container among processes that carry the job's name: the one that sees itself under the number
    /// that stands in `started`. Of several, which sit in containers within, the outermost.
    static func script(of job: Job, among carriers: [Int32], _ folders: JobFolders) -> Int32? {
        guard let claim = folders.claim(in: job.folder), claim.process > 0 else { return nil }
        let candidates = carriers.map { (process: $0, numbers: folders.table.numbers(of: $0)) }
        return candidates.filter { $0.numbers.last == claim.process }
            .min { $0.numbers.count < $1.numbers.count }?
            .process
    }

    /// The script of a container whose client nobody watches; nil where none lives.
    static func script(of job: Job, _ folders: JobFolders) -> Int32? {
        let name = job.key.description
        let living = folders.table.all().filter { !$0.isZombie }.map(\.id)
        return script(of: job, among: living.filter { folders.table.variable("REPRISE_JOB", of: $0) == name }, folders)
    }
}

/// The session of an engine's client that has ended. It may be looked for long after, and its number may be a stranger's
/// by then.
private struct FormerSession {
    private let lock: String
    private let table: ProcessTable
    /// The number leads a session again. The kernel gives no number out anew while something is left of its session.
    private let isTaken: Bool
    /// Milliseconds after boot by which everything that serves the container had started.
    private let served: Int64

    init(_ execution: JobKeeper.Execution, among all: [ProcessFacts], _ folders: JobFolders) {
        lock = execution.job.folder + "/" + JobFolders.lock
        table = folders.table
        isTaken = all.contains { $0.id == execution.process }
        let claim = folders.claim(in: execution.job.folder)?.time?.milliseconds
        let boot = folders.table.bootTime()
        served = claim.flatMap { claim in boot.map { claim - $0 + 1000 } } ?? .max
    }

    func holds(_ facts: ProcessFacts) -> Bool {
        table.hasOpen(lock, facts.id) || (!isTaken && facts.started <= served)
    }
}

/// Processes with all their children, and the children of those.
struct Descent {
    let processes: Set<Int32>

    init(of roots: [Int32], among all: [ProcessFacts]) {
        var found = Set(roots)
        var hasGrown = !found.isEmpty
        while hasGrown {
            let children = all.filter { found.contains($0.parent) && !found.contains($0.id) }
            found.formUnion(children.map(\.id))
            hasGrown = !children.isEmpty
        }
        processes = found
    }
}
