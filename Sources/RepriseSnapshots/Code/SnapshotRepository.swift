import RepriseModel
import RepriseSystem

/// The store's own git repository, which holds the code of all snapshots. Only this type knows how git is called.
///
/// Nothing of a person's git settings, hooks, filters or attributes reaches it, so that bytes go in and come out as they
/// are. All its objects are on disk when a command that made them returns.
package struct SnapshotRepository: Sendable {
    package let path: String
    let files: any FileSystem
    let trees: any FileTree
    let processes: any ProcessRunner
    private let git: String

    /// `git` is the program's name or path; a path saves the search in PATH.
    package init(
        path: String,
        files: any FileSystem,
        trees: any FileTree,
        processes: any ProcessRunner,
        git: String = "git"
    ) {
        self.path = path
        self.files = files
        self.trees = trees
        self.processes = processes
        self.git = git
    }

    /// Where Reprise keeps its own things beside git's.
    var folder: String { path + "/reprise" }

    /// Makes the repository where there is none. Safe to call from several processes at once.
    package func prepare() async throws {
        if try files.exists(folder + "/gitconfig") { return }
        let draft = try trees.makeDraft(of: path)
        _ = try await processes.succeed(
            Invocation(
                git,
                ["init", "-q", "--bare", "--template=", draft],
                variables: surroundings(index: nil, tree: nil)
            )
        )
        try files.makeFolder(draft + "/info")
        try files.makeFolder(draft + "/reprise")
        try files.write(Self.settings, to: draft + "/config")
        try files.write(Self.attributes, to: draft + "/info/attributes")
        try files.write(Self.surroundingSettings, to: draft + "/reprise/gitconfig")
        do {
            try files.rename(draft, to: path)
        } catch {
            try files.remove(draft)
            if try !files.exists(folder + "/gitconfig") { throw error }
        }
    }

    /// Runs git on this repository. A failure is an error unless `isTolerant`.
    func run(
        _ arguments: [String],
        index: String? = nil,
        tree: String? = nil,
        input: [UInt8] = [],
        variables: [String: String?] = [:],
        limit: Int = 1 << 30,
        isTolerant: Bool = false
    ) async throws -> ProcessResult {
        let invocation = Invocation(
            git,
            arguments,
            folder: tree,
            variables: surroundings(index: index, tree: tree).merging(variables) { $1 },
            input: input,
            limit: limit
        )
        return isTolerant ? try await processes.run(invocation) : try await processes.succeed(invocation)
    }

    private func surroundings(index: String?, tree: String?) -> [String: String?] {
        var variables: [String: String?] = [
            "GIT_DIR": path, "GIT_WORK_TREE": tree, "GIT_INDEX_FILE": index, "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_CONFIG_GLOBAL": folder + "/gitconfig", "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C",
        ]
        for name in Self.foreignVariables { variables.updateValue(nil, forKey: name) }
        return variables
    }

    /// Variables by which a caller (a git hook, say) would lead git to another repository or other settings.
    private static let foreignVariables = [
        "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX",
        "GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_PAGER",
        "GIT_TRACE", "GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_NO_REPLACE_OBJECTS",
        "GIT_CEILING_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_DEFAULT_HASH", "GIT_INDEX_VERSION",
    ]

    private static let settings = """
        [core]
        \trepositoryformatversion = 0
        \tbare = true
        \tfilemode = true
        \tsymlinks = true
        \tignorecase = false
        \tautocrlf = false
        \tsafecrlf = false
        \tquotepath = false
        \tprotecthfs = false
        \tprotectntfs = false
        \tlogallrefupdates = false
        \tattributesfile = /dev/null
        \texcludesfile = /dev/null
        \thookspath = /dev/null
        \tfsmonitor = false
        \tfsync = committed,loose-object
        \tfsyncmethod = batch
        [gc]
        \tauto = 0
        [maintenance]
        \tauto = false
        [fetch]
        \trecursesubmodules = false
        [pack]
        \twindow = 10
        [fastimport]
        \tunpacklimit = 1
        [tar]
        \tumask = 0022

        """

    /// In place of the person's settings, also for the git that reads the project's repository during a
    /// fetch: there it does not look for new deltas, which takes longer than it saves.
    private static let surroundingSettings = """
        [safe]
        \tdirectory = *
        [core]
        \texcludesfile = /dev/null
        \tattributesfile = /dev/null
        \thookspath = /dev/null
        \tfsmonitor = false
        [pack]
        \twindow = 0
        \tcompression = 1

        """

    /// `info/attributes` comes before every `.gitattributes`: nothing changes a byte, nothing is left out of an export.
    private static let attributes = "* -text -crlf -filter -ident -working-tree-encoding -export-ignore -export-subst\n"
}
