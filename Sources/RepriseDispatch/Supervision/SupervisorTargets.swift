import OrderedCollections
import RepriseModel

/// What keeps an engine from being reached, and may pass by itself or by a person: jobs wait for it however long it takes.
package protocol EngineAway: RepriseError {
    /// False for those errors of a type that say something else.
    var isAway: Bool { get }
}

extension EngineAway {
    package var isAway: Bool { true }
}

/// Where a supervisor's targets come from, which may change while it works.
package protocol TargetSource: Sendable {
    /// How long a job that is stopped now has to end by itself; nil for what the supervisor's pace says.
    var grace: Duration? { get }

    /// What has changed since this was asked last: new targets, and those for which other things are set now. Cheap: asked
    /// several times a second. What cannot be read changes nothing, and is told.
    func news() -> TargetNews

    /// From now on jobs are made ready for the target as `news` told last.
    func adopt(_ target: String)

    /// A target that the site does not know, by what the job's launch says of it, or by what it was handed over with; nil
    /// where neither says what it is.
    func target(of job: LedgerJob) -> SupervisorTarget?

    /// Everything that was set for the job's target when an engine got it; nil where no engine did, or where the same holds
    /// now.
    func handed(_ job: LedgerJob) -> Mapping?
}

extension TargetSource {
    package var grace: Duration? { nil }
}

package struct TargetNews: Sendable {
    package var targets: [String: SupervisorTarget]
    package var trouble: String?

    package init(targets: [String: SupervisorTarget] = [:], trouble: String? = nil) {
        self.targets = targets
        self.trouble = trouble
    }
}

extension Supervisor {
    /// Takes over what has changed. A target that has become another is taken over when nothing is under way to it; what is
    /// at its engine by then stays in the hands of the former one.
    func renewTargets() {
        guard let source else { return }
        let news = source.news()
        news.trouble.map { tell(.trouble($0)) }
        comingTargets.merge(news.targets) { $1 }
        guard !comingTargets.isEmpty else { return }
        let busy = Set(jobs.values.filter(\.isStarting).map(\.job.target))
        for (name, target) in comingTargets where !busy.contains(name) {
            comingTargets[name] = nil
            source.adopt(name)
            take(target, as: name)
        }
        ring()
    }

    /// Learns those targets that only the jobs themselves tell of.
    func learnTargets(of jobs: [LedgerJob]) {
        guard let source else { return }
        for job in jobs where targets[job.target] == nil && comingTargets[job.target] == nil {
            if let target = source.target(of: job) { take(target, as: job.target) }
        }
    }

    private func take(_ target: SupervisorTarget, as name: String) {
        let kept = jobs.filter { $0.value.job.target == name && $0.value.atEngine != nil }
            .compactMapValues { try? dispatcher(of: $0.job) }
        let former = targets.updateValue(target, forKey: name)
        ownDispatchers[name] = nil
        scheduler.setCapacity(target.capacity, of: name)
        scheduler.setFreeDisk(target.freeDisk(), of: name)
        guard let former else { return add(.watch(name)) }
        add(.listen(name, target.dispatcher))
        for (key, dispatcher) in kept {
            guard var job = jobs[key]?.job else { continue }
            job.handed = former.settings.overridden(by: job.said).replacing(target.settings)
            jobs[key]?.job = job
            ownDispatchers[name, default: [:]][job.place] = dispatcher
        }
    }
}

extension Mapping {
    /// With what somebody says beside it; null takes away.
    fileprivate func overridden(by other: Mapping) -> Mapping {
        merging(other) { $1 }.filter { $0.value != .null }
    }

    /// The same, with null for whatever the other has beside it.
    fileprivate func replacing(_ other: Mapping) -> Mapping {
        merging(other.filter { self[$0.key] == nil }.mapValues { _ in .null }) { first, _ in first }
    }
}

extension SupervisedJob {
    fileprivate var isStarting: Bool { if case .starting = phase { true } else { false } }
}
