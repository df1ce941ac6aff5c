import RepriseModel
import RepriseSite

/// What can never be executed in a queue, however long it waits, found before anything is queued.
struct BatchRefusal: RepriseError, Hashable {
    var what: String
    var why: String?
    let fix: String? = "ask for less in the experiment's `resources`, or name another `queue`"
    var code: String { "aws-impossible" }
    var fault: Fault { .usage }

    /// nil where some environment may take such a job one day, or where nobody can tell. `machines` are those that an
    /// environment may start; nil where it may start any.
    init?(
        _ demand: Resources,
        queue: String,
        environments: [(BatchEnvironment, machines: [BatchMachine]?)]
    ) {
        let lacks = environments.map { BatchLack(demand, $0.0, $0.machines) }
        guard let first = lacks.first, lacks.allSatisfy({ $0 != nil }), let first else { return nil }
        what = "the job queue `\(queue)` can never give a run \(first.asked)"
        var reasons: [String] = []
        for reason in lacks.compactMap({ $0?.why }) where !reasons.contains(reason) { reasons.append(reason) }
        why = reasons.joined(separator: "; ")
    }
}

/// What an environment has too little of for a job.
private struct BatchLack {
    var asked: String
    var why: String

    init?(_ demand: Resources, _ environment: BatchEnvironment, _ machines: [BatchMachine]?) {
        let place = "the compute environment `\(environment.name)`"
        if let most = environment.processors, let cpus = demand.cpus, cpus > most {
            asked = "\(cpus) processors"
            why = "\(place) has at most \(most)"
        } else if environment.isFargate {
            guard let lack = Self.ofFargate(demand) else { return nil }
            (asked, why) = (lack.asked, "\(place) is Fargate, which has \(lack.most)")
        } else {
            guard let machines, let largest = machines.max(by: { Self.size($0) < Self.size($1) }),
                !machines.contains(where: { $0.holds(demand) })
            else { return nil }
            asked = Self.words(demand)
            why = "\(place) has machines of kind \(Self.names(machines)); the largest has \(largest.words)"
        }
    }

    private static func ofFargate(_ demand: Resources) -> (asked: String, most: String)? {
        if let gpus = demand.gpus, gpus > 0 { return (words(Resources(gpus: gpus)), "none") }
        if let cpus = demand.cpus, cpus > 16 { return (words(Resources(cpus: cpus)), "at most 16") }
        guard let memory = demand.memory, memory > 120 << 30 else { return nil }
        return (words(Resources(memory: memory)), "at most 120 GiB")
    }

    /// By GPUs first: a machine that has them is what a job asks for that names them.
    private static func size(_ machine: BatchMachine) -> (Int, Int, Int64) {
        (machine.gpus, machine.processors, machine.memory)
    }

    private static func names(_ machines: [BatchMachine]) -> String {
        let names = machines.map { "`\($0.name)`" }.sorted()
        return names.count > 4 ? names.prefix(3).joined(separator: ", ") + " …" : names.joined(separator: ", ")
    }

    private static func words(_ demand: Resources) -> String {
        var parts: [String] = []
        if let cpus = demand.cpus { parts.append("\(cpus) processor\(cpus == 1 ? "" : "s")") }
        if let memory = demand.memory { parts.append(Quantities.text(bytes: memory) + " of memory") }
        if let gpus = demand.gpus { parts.append("\(gpus) GPU\(gpus == 1 ? "" : "s")") }
        guard let last = parts.popLast() else { return "a machine" }
        return parts.isEmpty ? last : parts.joined(separator: ", ") + " and " + last
    }
}

extension BatchCluster {
    /// Asks for the queue's environments, and for what their kinds of machines have. Who may not ask has nothing refused.
    func refusal(of demands: [Resources]) async -> (any RepriseError)? {
        let demands = demands.filter(\.mayBeTooMuch)
        guard conflict == nil, !demands.isEmpty, let known = try? await environments(), !known.isEmpty else {
            return nil
        }
        return demands.lazy.compactMap { BatchRefusal($0, queue: settings.queue ?? "", environments: known) }.first
    }

    private func environments() async throws -> [(BatchEnvironment, machines: [BatchMachine]?)] {
        let queue = settings.queue ?? ""
        let short = queue.split(separator: "/").last.map(String.init) ?? queue
        let names = try await commands.queues(queue).first { $0.name == short }?.environments ?? []
        guard !names.isEmpty else { return [] }
        let known = try await commands.environments(names)
        guard known.count == names.count else { return [] }
        var all: [(BatchEnvironment, machines: [BatchMachine]?)] = []
        for environment in known {
            let found =
                if let patterns = environment.patterns { try? await commands.machines(patterns) } else {
                    nil as [BatchMachine]?
                }
            all.append((environment, found.flatMap { $0.isEmpty ? nil : $0 }))
        }
        return all
    }
}

extension Resources {
    fileprivate var mayBeTooMuch: Bool { cpus ?? 1 > 1 || memory != nil || gpus ?? 0 > 0 }
}
