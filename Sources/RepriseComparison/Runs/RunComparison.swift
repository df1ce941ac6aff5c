import OrderedCollections
import RepriseModel

/// Several runs side by side, as rows of a table: the rows that differ first.
public struct RunComparison: Hashable, Sendable, Codable {
    public enum Section: String, Hashable, Sendable, Codable, CaseIterable {
        case parameters, code, environment, data, metrics, outputs, exit, machine
        /// When and how long. Never counts as a difference.
        case times
    }

    public struct Row: Hashable, Sendable, Codable {
        public var section: Section
        public var name: String
        /// One a run, in the order of the runs; `null` where a run has none.
        public var cells: [Value]
        public var differs: Bool
    }

    public var runs: [RunID]
    /// Rows that differ first; within either part by section, and then in the section's order.
    public var rows: [Row]

    /// Takes two runs or more; one alone has no differences.
    package init(_ executions: [Execution]) {
        runs = executions.map(\.record.id)
        var all: [Row] = []
        for section in Section.allCases {
            let columns = executions.map { section.entries($0) }
            for name in Self.names(columns) {
                var cells = columns.map { $0[name] ?? .null }
                let differs = section != .times && !cells.dropFirst().allSatisfy { isSame($0, cells[0]) }
                if section == .environment, Factor.isImage(name) {
                    // Compared by content alone, and shown by name.
                    cells = zip(cells, executions).map { Factor.words(image: $0, $1.record.request) ?? .null }
                }
                all.append(Row(section: section, name: name, cells: cells, differs: differs))
            }
        }
        rows = all.filter(\.differs) + all.filter { !$0.differs }
    }

    /// Whether anything differs, times apart.
    public var differs: Bool { rows.contains(where: \.differs) }

    /// Whether what the runs produced differs: metrics, outputs, how they ended.
    public var resultsDiffer: Bool {
        rows.contains { $0.differs && [.metrics, .outputs, .exit].contains($0.section) }
    }

    /// The names of all columns, in the order in which they first come.
    private static func names(_ columns: [Mapping]) -> OrderedSet<String> {
        columns.reduce(into: OrderedSet()) { $0.formUnion($1.keys) }
    }
}
