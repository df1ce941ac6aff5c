import OrderedCollections
import RepriseModel

/// One side of a comparison: what a run was asked, what it ran from, and what became of it.
package struct Execution: Hashable, Sendable {
    package var record: RunRecord
    /// Nil where the snapshot is no longer kept: then nothing is said about code, data and environment.
    package var manifest: SnapshotManifest?

    package init(record: RunRecord, manifest: SnapshotManifest?) {
        self.record = record
        self.manifest = manifest
    }

    /// Whether `verify` judges this series: those that describe the machine's load (`system/…`) say nothing about a
    /// result, unless the experiment declares a rule for them.
    package func judges(_ key: String) -> Bool {
        !key.hasPrefix("system/") || record.request.metrics[key] != nil
    }

    /// The series to judge, sorted: those of either side.
    package static func keysToJudge(_ left: Execution, _ right: Execution) -> [String] {
        Set(left.record.metrics.map(\.key)).union(right.record.metrics.map(\.key)).filter(left.judges).sorted()
    }

    /// The rules for outputs in their order: the run's, then those of its steps.
    package var outputRules: [OutputRule] { record.request.outputs + record.request.steps.flatMap(\.outputs) }

    /// Facts of the software and of the machine.
    var facts: Mapping {
        let software = manifest?.environment.facts ?? [:]
        return software.merging(record.machine?.facts ?? [:]) { _, machine in machine }
    }
}
