import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem
import Synchronization

/// The site as one supervisor sees it: its files are read anew when they change, so that a supervisor of yesterday knows
/// what they say today.
///
/// A job is prepared with what holds for its target when it is handed over, which is written down beside it
/// (`HandedSettings`): whatever the files say later, it is looked for where it is.
final class SupervisedSite: Sendable {
    let store: Store
    private let laboratory: Laboratory
    private let overrides: [String]
    private let handed: HandedSettings
    private let make: Make

    /// Makes what a supervisor needs of a target, with that dispatcher where there is one already. What comes last tells how
    /// long a job has to end by itself, as the site says at that moment.
    typealias Make =
        @Sendable (TargetSettings, (any Dispatcher)?, @escaping @Sendable () -> Duration) throws
        -> SupervisorTarget

    private struct State {
        var site: Site
        /// Of the site, where what its files say can be read.
        var settings: Settings
        /// How often it was read.
        var reading = 1
        var stamps: [FileStatus?]
        /// What holds for jobs that are prepared now. One that the files do not name any more stays.
        var targets: OrderedDictionary<String, TargetSettings> = [:]
        /// What the supervisor was told, and takes over when it can.
        var coming: [String: TargetSettings] = [:]
        /// The dispatchers of targets that execute here, which know their children.
        var dispatchers: [String: (any Dispatcher, of: TargetSettings)] = [:]
    }

    private let state: Mutex<State>

    init(_ laboratory: Laboratory, _ store: Store, overrides: [String], make: @escaping Make) throws {
        self.laboratory = laboratory
        self.store = store
        self.overrides = overrides
        self.make = make
        handed = HandedSettings(files: store.files)
        let stamps = Self.stamps(try laboratory.siteFiles(), store.files)
        let site = try laboratory.site(overrides: overrides)
        var state = State(site: site, settings: try site.settings, stamps: stamps)
        state.targets = try Self.targets(of: state.site)
        self.state = Mutex(state)
    }

    /// As its files say now, or said when they could be read last.
    var site: Site { state.withLock { $0.site } }

    /// Another number whenever its files were read again.
    var reading: Int { state.withLock { $0.reading } }

    /// Bytes of the largest output that is kept.
    var outputLimit: Int64 { state.withLock { $0.settings.outputLimit } }

    /// Where programs leave TensorBoard's event files; nil where nobody wants to know.
    var eventFiles: PathPattern? { state.withLock { $0.settings.tensorBoard }.map(PathPattern.init) }

    /// What holds for the job: for the target, for its launch alone, and of old for one that an engine has.
    func settings(of job: LedgerJob) throws -> TargetSettings { try settings(of: job.target, saying: job.said) }

    func settings(of target: String, saying said: Mapping) throws -> TargetSettings {
        let (known, site) = state.withLock { ($0.targets[target], $0.site) }
        if let known { return known.overridden(by: said) }
        return try TargetSettings(target, saying: said) ?? site.settings(for: target)
    }

    /// Writes down what the job is about to be handed over with. Targets of this machine know their jobs by themselves.
    func note(_ target: TargetSettings, for job: LedgerJob) throws {
        if !target.kind.executesHere { try handed.write(target, of: job) }
    }

    /// What a supervisor begins with.
    func everyTarget() throws -> [String: SupervisorTarget] {
        var targets: [String: SupervisorTarget] = [:]
        for settings in state.withLock({ Array($0.targets.values) }) where settings.isSupported {
            targets[settings.name] = try supervisorTarget(settings)
        }
        return targets
    }

    private func supervisorTarget(_ settings: TargetSettings) throws -> SupervisorTarget {
        let grace: @Sendable () -> Duration = { [weak self] in self?.grace ?? SupervisorPace().grace }
        guard settings.kind.executesHere else { return try make(settings, nil, grace) }
        let bare = settings.withoutCapacity
        let former = state.withLock { $0.dispatchers[settings.name] }
        let target = try make(settings, former.flatMap { $0.of == bare ? $0.0 : nil }, grace)
        state.withLock { $0.dispatchers[settings.name] = (target.dispatcher, bare) }
        return target
    }

    private static func targets(of site: Site) throws -> OrderedDictionary<String, TargetSettings> {
        var targets: OrderedDictionary<String, TargetSettings> = [:]
        for name in site.targets { targets[name] = try site.settings(for: name) }
        return targets
    }

    private static func stamps(_ paths: [String], _ files: any FileSystem) -> [FileStatus?] {
        // One that cannot be looked at says so when it is read.
        paths.map { try? files.status($0) }
    }
}

extension SupervisedSite: TargetSource {
    var grace: Duration? { state.withLock { $0.settings.grace } }

    func news() -> TargetNews {
        guard let paths = try? laboratory.siteFiles() else { return TargetNews() }
        let stamps = Self.stamps(paths, store.files)
        let isNew = state.withLock { state in
            defer { state.stamps = stamps }
            return state.stamps != stamps
        }
        guard isNew else { return TargetNews() }
        do { return TargetNews(targets: try changes()) } catch {
            return TargetNews(
                trouble: "the site's files cannot be read, and what they said before holds: \(words(error))"
            )
        }
    }

    /// Reads the files, and returns what has become of the targets.
    private func changes() throws -> [String: SupervisorTarget] {
        let site = try laboratory.site(overrides: overrides)
        let settings = try site.settings
        let now = try Self.targets(of: site).values.filter(\.isSupported)
        let changed = state.withLock { state in
            (state.site, state.settings) = (site, settings)
            state.reading += 1
            return now.filter { (state.coming[$0.name] ?? state.targets[$0.name]) != $0 }
        }
        var targets: [String: SupervisorTarget] = [:]
        for settings in changed { targets[settings.name] = try supervisorTarget(settings) }
        state.withLock { state in for settings in changed { state.coming[settings.name] = settings } }
        return targets
    }

    func adopt(_ target: String) {
        state.withLock { state in
            if let settings = state.coming.removeValue(forKey: target) { state.targets[target] = settings }
        }
    }

    func target(of job: LedgerJob) -> SupervisorTarget? {
        let said = [job.settings, handed.read(of: job) ?? [:]]
        guard let settings = said.lazy.compactMap({ TargetSettings(job.target, saying: $0) }).first,
            settings.isSupported
        else { return nil }
        // Each job has the rest by its launch, or by what it was handed over with.
        let base =
            settings.kind.executesHere ? settings : TargetSettings(job.target, saying: ["kind": settings.kind.value])
        guard let base, let target = try? supervisorTarget(base) else { return nil }
        state.withLock { $0.targets[job.target] = base }
        return target
    }

    func handed(_ job: LedgerJob) -> Mapping? {
        guard let former = handed.read(of: job) else { return nil }
        let now = (try? settings(of: job.target, saying: job.settings))?.values ?? [:]
        guard Value.map(former).canonical != Value.map(now).canonical else { return nil }
        return former.merging(now.filter { former[$0.key] == nil }.mapValues { _ in .null }) { first, _ in first }
    }
}

extension TargetKind {
    fileprivate var value: Value { .string(rawValue) }
}
