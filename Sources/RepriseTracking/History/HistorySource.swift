import RepriseModel

/// The history of another tracking system, read without changing it.
///
/// Everything comes in pages, so that a history larger than the memory can be read. What cannot be read is told as a
/// fault and left out; only what stops the whole reading is thrown.
package protocol HistorySource: Sendable {
    /// How a message calls it: a folder, a file, an address.
    var place: String { get }

    func projects() async throws -> HistoryPage<HistoryProject>

    /// How many runs the projects have together; nil where counting would cost as much as reading.
    func runCount(of projects: [HistoryProject]) async throws -> Int?

    /// Some runs of the project, with everything but points and files.
    func runs(of project: HistoryProject, after mark: String?) async throws -> HistoryPage<HistoryRun>

    /// Some points of the run. A series may come in several pieces, one after another.
    func points(of run: HistoryRun, after mark: String?) async throws -> HistoryPage<MetricColumn>

    /// Models that were logged in the project's runs.
    func models(of project: HistoryProject, after mark: String?) async throws -> HistoryPage<HistoryModel>

    /// Names of the model registry, each with its versions.
    func registeredModels(after mark: String?) async throws -> HistoryPage<HistoryRegisteredModel>
}

/// A part of something long.
package struct HistoryPage<Item: Sendable>: Sendable {
    package var items: [Item]
    /// What could not be read, in words for people.
    package var faults: [String]
    /// Where the next page begins; nil after the last one.
    package var next: String?

    package init(_ items: [Item] = [], faults: [String] = [], next: String? = nil) {
        self.items = items
        self.faults = faults
        self.next = next
    }
}
