import RepriseModel
import RepriseSystem

/// Takes what a job left into the store, by content.
package struct OutputCollector: Sendable {
    /// Where to look.
    package struct Places: Hashable, Sendable {
        /// The run's folder: links may not leave it.
        package var run: String
        /// The working directory of the command, to which patterns are relative.
        package var work: String
        /// `$REPRISE_OUTPUTS`: everything below it is kept.
        package var outputs: String
        /// Put before the paths of what lay in `outputs`.
        package var outputsPrefix: String
        /// The project that `work` is, or lies in, where the run had no copy of its own: links may lead into it, too, and
        /// what version control and Reprise keep in it is no output.
        package var project: String?

        package init(
            run: String,
            work: String,
            outputs: String,
            outputsPrefix: String = "outputs/",
            project: String? = nil
        ) {
            self.run = run
            self.work = work
            self.outputs = outputs
            self.outputsPrefix = outputsPrefix
            self.project = project
        }
    }

    private let files: any FileSystem
    private let content: any ContentStore
    /// Bytes; a larger file stays where it is, and a note says so.
    private let largest: Int64

    package init(files: any FileSystem, content: any ContentStore, largest: Int64 = .max) {
        self.files = files
        self.content = content
        self.largest = largest
    }

    /// Keeps every file that a rule names and everything below `outputs`, each once, sorted by path.
    ///
    /// A file that cannot be kept, and a rule that names nothing, become notes, never errors; a full disk is an error.
    /// Idempotent.
    package func collect(_ rules: [OutputRule], in places: Places) throws -> CollectedOutputs {
        var search = OutputSearch(files: files, run: places.run, project: places.project, largest: largest)
        search.everything(below: places.outputs, prefix: places.outputsPrefix)
        for rule in rules { search.matches(of: PathPattern(rule.pattern), below: places.work) }
        while true {
            let found = search.found.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
            do {
                let kept = try content.put(found.map(\.file))
                let records = zip(found, kept)
                    .map { OutputRecord(path: $0.path, digest: $1.digest, bytes: $1.bytes, mode: $0.mode) }
                return CollectedOutputs(records: records, notes: search.notes)
            } catch let error as FileError {
                // One that went away or cannot be read must not cost the others.
                guard error.reason != .diskFull, search.giveUp(error.path, error) else { throw error }
            }
        }
    }
}

/// What a job left, and what could not be kept of it.
package struct CollectedOutputs: Hashable, Sendable {
    package var records: [OutputRecord]
    package var notes: [String]

    package init(records: [OutputRecord], notes: [String]) {
        self.records = records
        self.notes = notes
    }
}
