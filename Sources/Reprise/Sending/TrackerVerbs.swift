import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem
import RepriseTracking

/// How things stand with one tracker.
public struct TrackerReport: Hashable, Sendable {
    /// The store's number for it; nil while no run was ever to go to it.
    public var number: Int64?
    public var kind: String
    public var destination: String
    /// Whether the site names it. What waits for one that it does not name stays where it is.
    public var isInSite: Bool
    /// Runs that go to it, and those of them of which something has not arrived.
    public var runs: Int
    public var waiting: Int
    /// Why the last try failed, where it did, and when the next is due.
    public var trouble: String?
    public var nextTry: Timestamp?
    public var sentAt: Timestamp?
    /// Some of the runs that wait, each with why it could not be sent.
    public var refused: [Refusal]

    /// A run that a tracker did not take.
    public struct Refusal: Hashable, Sendable {
        public var run: RunID
        public var why: String
    }
}

/// Whether a tracker works from here.
public struct TrackerCheck: Hashable, Sendable {
    public var kind: String
    public var destination: String
    public var found: [String]
    public var problem: String?
    public var fix: String?
}

extension Laboratory {
    /// The site's trackers, and those to which runs of the store were to go.
    public func trackers(settings: [String] = []) throws -> [TrackerReport] {
        let keys = try siteTrackers(site(overrides: settings)).keys
        let known = try storeFolder(near: folder) == nil ? [] : store().trackers()
        var reports = try known.map { try report($0, isInSite: keys.contains($0.key)) }
        for key in keys where !known.contains(where: { $0.key == key }) {
            reports.append(
                TrackerReport(
                    number: nil,
                    kind: key.kind,
                    destination: key.destination,
                    isInSite: true,
                    runs: 0,
                    waiting: 0,
                    refused: []
                )
            )
        }
        return reports
    }

    private func report(_ record: TrackerRecord, isInSite: Bool) throws -> TrackerReport {
        let waiting = try store().waitingRuns(for: record.number, most: 5)
        return TrackerReport(
            number: record.number,
            kind: record.kind,
            destination: record.destination,
            isInSite: isInSite,
            runs: record.runs,
            waiting: record.waiting,
            trouble: record.trouble,
            nextTry: record.failures > 0 ? record.nextTry : nil,
            sentAt: record.sentAt,
            refused: waiting.compactMap { run, why in why.map { .init(run: run, why: $0) } }
        )
    }

    /// Tries each tracker of the site, or the named one, without leaving anything there.
    public func checkTrackers(_ name: String? = nil, settings: [String] = []) async throws -> [TrackerCheck] {
        let trackers = try siteTrackers(site(overrides: settings))
        var keys = try trackers.keys
        if let name {
            let chosen = try self.tracker(name, settings: settings)
            keys = keys.filter { $0.kind == chosen.kind && $0.destination == chosen.destination }
        }
        var checks: [TrackerCheck] = []
        for key in keys {
            var check = TrackerCheck(kind: key.kind, destination: key.destination, found: [])
            do {
                check.found = try await trackers.tracker(key, mark: "")?.check() ?? []
            } catch {
                let known = error as? any RepriseError
                let text = [known?.what ?? "\(error)", known?.why].compactMap { $0 }.joined(separator: ": ")
                check.problem = await trackers.cleaned(text)
                check.fix = known?.fix
            }
            checks.append(check)
        }
        return checks
    }

    /// Sends now what waits. With `isPatient`, until everything has arrived or the task is cancelled; `runs` are put in
    /// first, for a tracker that was not there when they were made. Hands back how things stand afterwards.
    public func sendToTrackers(
        _ name: String? = nil,
        runs: [RunID] = [],
        isPatient: Bool = false,
        settings: [String] = [],
        tell: @escaping @Sendable (_ destination: String, _ waiting: Int) -> Void = { _, _ in }
    ) async throws -> [TrackerReport] {
        let store = try store()
        let site = try site(overrides: settings)
        try announceTrackers(of: site, in: store)
        let chosen = try name.map { try Set([tracker($0, settings: settings).number].compactMap { $0 }) }
        let reports = try trackers(settings: settings)
            .filter { report in report.isInSite && (report.number.map { chosen?.contains($0) ?? true } ?? false) }
        for report in reports {
            if let number = report.number, !runs.isEmpty { try store.putIn(runs, for: number) }
        }
        let deliveries = try Deliveries(siteTrackers(site), store, world: world, chosen: chosen)
        try await deliveries.send(isPatient: isPatient) { tell($0.destination, $1.waiting) }
        let numbers = Set(reports.compactMap(\.number))
        return try trackers(settings: settings).filter { $0.number.map(numbers.contains) ?? false }
    }

    /// Sends what waits as long as the task lives; what a server does beside its other work. Never ends by itself.
    public func sendInBackground(settings: [String] = []) async throws {
        let store = try store()
        let site = try site(overrides: settings)
        try announceTrackers(of: site, in: store)
        try await Deliveries(siteTrackers(site), store, world: world).run()
    }

    /// Forgets a tracker and whatever waits for it. What has arrived there stays there.
    public func forgetTracker(_ name: String, settings: [String] = []) throws -> TrackerReport {
        let report = try tracker(name, settings: settings)
        if let number = report.number { try store().forgetTracker(number) }
        return report
    }

    /// The tracker that a person names by its number, its destination, or its kind where there is one of it.
    func tracker(_ name: String, settings: [String]) throws -> TrackerReport {
        let all = try trackers(settings: settings)
        if let number = Int64(name), let report = all.first(where: { $0.number == number }) { return report }
        let fitting = all.filter { $0.destination == name || $0.kind == name || $0.destination.hasPrefix(name + " ") }
        if fitting.count == 1 { return fitting[0] }
        let names = all.map { $0.number.map(String.init) ?? $0.kind } + all.map(\.kind)
        throw Mistake(
            fitting.isEmpty ? "there is no tracker `\(name)`" : "several trackers are called `\(name)`",
            why: all.isEmpty ? "neither the site nor the store has any" : nil,
            fix: fitting.isEmpty
                ? nearestName(to: name, among: names).map { "did you mean `\($0)`?" }
                    ?? "`reprise tracker list` shows them"
                : "name one by its number: "
                    + fitting.compactMap { $0.number.map(String.init) }.joined(separator: ", "),
            code: "unknown-tracker"
        )
    }
}

extension TrackerRecord {
    fileprivate var key: TrackerKey { TrackerKey(kind: kind, destination: destination) }
}
