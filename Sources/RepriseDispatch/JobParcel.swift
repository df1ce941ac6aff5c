import RepriseModel

/// What travels with a job whose engine does not see this machine's files: all that it needs goes there before it begins,
/// and what it leaves comes back.
///
/// There its run's folder looks as it does here, wherever it lies. The dispatcher brings everything back before it says
/// that the job has ended, `exit.json` last.
package struct JobParcel: Hashable, Sendable {
    /// The run's folder here, absolute. What comes back lies below it just as the job left it.
    package var runFolder: String
    /// The code, unpacked into the run's `work`; nil where the job has none of its own, as in `files`.
    package var code: Archive?
    /// Paths below the run's folder: the request, the parameters, the job's `run.sh`, and what earlier steps left.
    package var files: [String]
    /// Paths below the run's folder: what came with the code and earlier steps took away.
    package var gone: [String] = []
    package var data: [Data]

    /// A gzipped tar, one for all runs of the same code.
    package struct Archive: Hashable, Sendable {
        /// Absolute.
        package var path: String
        /// `code-` and hexadecimal digits. Equal names are equal bytes, so that it is sent once.
        package var name: String

        package init(path: String, name: String) {
            self.path = path
            self.name = name
        }
    }

    /// A data item, which the job finds at `data/<name>` of its run's folder.
    package struct Data: Hashable, Sendable {
        package var name: String
        /// Absolute path here of the file or folder.
        package var path: String
        /// `data-` and hexadecimal digits. Equal contents are equal bytes, so that it is sent once.
        package var content: String
        package var isFolder: Bool

        package init(name: String, path: String, content: String, isFolder: Bool) {
            self.name = name
            self.path = path
            self.content = content
            self.isFolder = isFolder
        }
    }

    package init(runFolder: String, code: Archive? = nil, files: [String], data: [Data] = []) {
        self.runFolder = runFolder
        self.code = code
        self.files = files
        self.data = data
    }
}
