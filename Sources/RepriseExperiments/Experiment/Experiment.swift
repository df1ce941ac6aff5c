import OrderedCollections
import RepriseModel
import RepriseYAML

/// What is to be evaluated, and nothing about where: an experiment file, checked and typed.
package struct Experiment: Sendable {
    /// May hold templates.
    package var name: LocatedText
    /// The name without templates, for lists: the file's own where the name varies with parameters.
    package var title: String
    /// nil: the folder's name, which the caller knows.
    package var project: String?
    package var description: LocatedText?
    package var tags: [LocatedText]
    /// A map; every leaf knows the layer it came from.
    package var parameters: LocatedValue
    /// nil: drawn by the caller and recorded.
    package var seed: Seed?
    /// One step without a name where the experiment has a single `command`. In an order in which each comes after
    /// what it needs.
    package var steps: [ExperimentStep]
    package var environment: ExperimentEnvironment
    package var code: ExperimentCode
    package var data: [DataDeclaration]
    package var outputs: [OutputRule]
    package var metrics: OrderedDictionary<String, MetricRule>
    package var sweep: Sweep?
    /// `settings:`, for the site's layer of experiments.
    package var settings: LocatedValue?
    package var determinism: Bool
    /// What the person named: a file or a program.
    package var source: String
    /// The absolute folder of the source.
    package var folder: String
    /// What is written correctly and cannot be done yet, each by name and place.
    package var unsupported: [Mistake]
}

/// Text with the place where it stands.
package struct LocatedText: Hashable, Sendable {
    package var text: String
    package var place: Place
    /// Whether it stood in quotes, which moves its columns by one.
    package var isQuoted: Bool

    package init(_ text: String, at place: Place, isQuoted: Bool = false) {
        self.text = text
        self.place = place
        self.isQuoted = isQuoted
    }

    init(_ value: LocatedValue) { self.init(value.value.text, at: value.place, isQuoted: value.isQuoted) }
}

/// A command of an experiment, its templates not yet filled in.
package struct ExperimentStep: Sendable {
    package enum CommandText: Sendable {
        case shell(LocatedText)
        case list([LocatedText])
    }

    package var name: String?
    package var command: CommandText
    package var needs: [String]
    package var split: Int?
    package var outputs: [OutputRule]
    package var resources: Resources
    package var retry: RetryPolicy
    package var container: ContainerText
}

/// What of the folder belongs to the snapshot, beyond the files of ignored patterns.
package struct ExperimentCode: Hashable, Sendable {
    package var include: [String] = []
    package var exclude: [String] = []
    /// Files that look like secrets or are large for code, and are taken all the same.
    package var allow: [String] = []
}

/// A data item as the experiment names it, not yet looked at.
package struct DataDeclaration: Hashable, Sendable {
    package enum Location: Hashable, Sendable {
        /// An absolute path on this machine.
        case path(String)
        case uri(String)
    }

    package var name: String
    package var location: Location
    /// The digest that the file says the content has.
    package var digest: Digest?
    package var place: Place

    /// The absolute path, where the item lies on this machine.
    package var path: String? { if case .path(let path) = location { path } else { nil } }
}
