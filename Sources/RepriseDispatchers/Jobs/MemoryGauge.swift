import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Adds up the memory of jobs that may only have so much, where no engine does.
struct MemoryGauge: Sendable {
    /// Milliseconds between two looks.
    static let interval: Int64 = 200

    let folders: JobFolders

    /// Those that have more than they may. Pages that processes share count once, where the kernel tells.
    func excessive(_ executions: [JobKeeper.Execution]) -> [JobKeeper.Execution] {
        if executions.isEmpty { return [] }
        let table = folders.table
        let all = table.all().filter { !$0.isZombie }
        let facts = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
        let carriers = executions.contains(where: \.isContained) ? names(all) : [:]
        return executions.filter { execution in
            guard let limit = execution.job.resources.memory else { return false }
            let members = Descent(of: roots(of: execution, all, carriers), among: all).processes
            guard members.reduce(0, { $0 + (facts[$1]?.resident ?? 0) }) > limit else { return false }
            return members.reduce(0) { $0 + (table.proportional(of: $1) ?? facts[$1]?.resident ?? 0) } > limit
        }
    }

    private func roots(
        of execution: JobKeeper.Execution,
        _ all: [ProcessFacts],
        _ carriers: [String: [Int32]]
    ) -> [Int32] {
        guard execution.isContained else { return all.filter { $0.session == execution.process }.map(\.id) }
        let own = carriers[execution.job.key.description] ?? []
        return JobTree.script(of: execution.job, among: own, folders).map { [$0] } ?? []
    }

    /// The processes that carry a job's name, by that name.
    private func names(_ all: [ProcessFacts]) -> [String: [Int32]] {
        var carriers: [String: [Int32]] = [:]
        for facts in all {
            if let name = folders.table.variable("REPRISE_JOB", of: facts.id) {
                carriers[name, default: []].append(facts.id)
            }
        }
        return carriers
    }
}
