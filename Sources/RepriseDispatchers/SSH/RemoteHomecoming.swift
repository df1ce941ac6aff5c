import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Brings home what jobs left in a workspace, while everything else goes on: one large file holds up nothing but itself.
actor RemoteHomecoming {
    /// How many requests there are at once. Machines let in only so many, and whoever looks needs one, too.
    private static let lanes = 3
    /// For how many jobs another one is worth it: start-up files of a login take their time.
    private static let fewest = 8

    private let workspace: RemoteWorkspace
    /// Rings when some are here.
    private let news: @Sendable () -> Void
    private var waiting: [Job] = []
    private(set) var underway: Set<JobKey> = []
    private var taken: Set<JobKey> = []
    private var problem: (any Error)?
    private var lanes = 0
    private var isTimed = false

    init(_ workspace: RemoteWorkspace, news: @escaping @Sendable () -> Void = {}) {
        self.workspace = workspace
        self.news = news
    }

    /// Begins to bring these, but for those that are under way already.
    func bring(_ jobs: [Job]) {
        for job in jobs where underway.insert(job.key).inserted { waiting.append(job) }
        spread()
    }

    /// Gives the lanes what waits. Few wait for one that is there already, but not for long.
    private func spread(areLate: Bool = false) {
        while lanes < Self.lanes, !waiting.isEmpty, lanes == 0 || areLate || waiting.count >= Self.fewest {
            lanes += 1
            let part = share()
            Task { await travel(part) }
        }
        guard !waiting.isEmpty, lanes < Self.lanes, !isTimed else { return }
        isTimed = true
        Task {
            try await ContinuousClock().sleep(for: .seconds(5))
            isTimed = false
            spread(areLate: true)
        }
    }

    /// Those that are here now, as it has not been told yet, and what kept others from it: whoever wants those asks again.
    func report() -> (taken: Set<JobKey>, problem: (any Error)?) {
        defer { (taken, problem) = ([], nil) }
        return (taken, problem)
    }

    /// What one lane asks for: a part of what waits, so that the others have something to do.
    private func share() -> [Job] {
        let count = min(waiting.count, max(Self.fewest, (waiting.count + Self.lanes - 1) / Self.lanes))
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    private func travel(_ first: [Job]) async {
        var part = first
        while !part.isEmpty {
            let answer = await workspace.take(part)
            taken.formUnion(answer.taken)
            underway.subtract(answer.taken.union(answer.failed))
            part.removeAll { answer.taken.contains($0.key) || answer.failed.contains($0.key) }
            if let error = answer.problem { problem = problem ?? error }
            if answer.isCut {
                // Nobody comes home by this way now.
                underway.subtract((part + waiting).map(\.key))
                waiting = []
                break
            }
            waiting = part + waiting
            news()
            part = share()
        }
        lanes -= 1
        news()
    }
}
