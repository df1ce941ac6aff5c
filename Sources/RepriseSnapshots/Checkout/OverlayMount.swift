import RepriseModel
import RepriseSystem

/// A writable layer over a shared tree, seen by one run alone.
///
/// The layer lies beside `work/`: what the run writes below `work/` is in `.work/upper` once the run has ended, and
/// while it runs, too. A file that the run removed is there as a character device 0/0, as the kernel marks it.
package struct OverlayMount: Sendable {
    private let files: any FileSystem
    private let trees: any FileTree
    private let processes: any ProcessRunner
    private let user: Int
    private let group: Int

    /// `user` and `group` are the effective ones of this process.
    package init(
        files: any FileSystem,
        trees: any FileTree = LiveFileTree(),
        processes: any ProcessRunner,
        user: Int,
        group: Int
    ) {
        self.files = files
        self.trees = trees
        self.processes = processes
        self.user = user
        self.group = group
    }

    /// Where what a run wrote below `work` lies, seen from outside the run.
    package func upper(of work: String) -> String { overlayUpper(of: work) }

    func inner(of work: String) -> String { RepriseSystem.folder(of: work) + "/.work/inner" }

    /// The script parts for a run whose tree is `lower`. Pure.
    package func script(lower: String, work: String) -> OverlayScript {
        let options = ["lowerdir=" + lower, "upperdir=" + upper(of: work), "workdir=" + inner(of: work)]
        let isRoot = user == 0
        let mount = "mount -t overlay overlay -o \((isRoot ? options : ["userxattr"] + options).joined(separator: ","))"
        let enter = isRoot ? "unshare --mount" : "unshare --user --map-root-user --mount"
        let leave = ["unshare", "--user", "--map-user=\(user)", "--map-group=\(group)", "--"]
        return OverlayScript(
            head: [
                #"if [ -z "${REPRISE_OVERLAY:-}" ]; then"#,
                "    REPRISE_OVERLAY=1 exec \(enter) -- /bin/sh \"$0\" \"$@\"",
                "fi",
                "unset REPRISE_OVERLAY",
                "\(shellQuotedOptions(mount)) \(shellQuoted(work)) || exit 125",
            ],
            commandPrefix: isRoot ? [] : leave
        )
    }

    /// Whether this machine lets this user do so in this folder, tried out once in each boot.
    ///
    /// Paths with characters that mount options give a meaning are left to copying.
    package func works(in folder: String, boot: String) async throws -> Bool {
        guard !folder.contains(where: { ":,\\\n\" ".contains($0) }) else { return false }
        let memory = folder + "/overlay-\(user)"
        let known = (try? files.text(memory))?.split(separator: "\n").map(String.init) ?? []
        if known.count == 2, known[0] == boot { return known[1] == "works" }
        let isWorking = try await isWorking(in: trees.makeDraft(of: memory))
        try files.write(boot + "\n" + (isWorking ? "works" : "refused") + "\n", to: memory)
        return isWorking
    }

    private func isWorking(in folder: String) async throws -> Bool {
        defer {
            // What cannot be removed now goes with the next sweep of the folder.
            try? files.remove(folder)
        }
        let work = folder + "/work"
        for path in [folder + "/lower", work, upper(of: work), inner(of: work)] { try files.makeFolder(path) }
        try files.write("below", to: folder + "/lower/file")
        let script = script(lower: folder + "/lower", work: work)
        let command = script.commandPrefix.joined(separator: " ")
        let body = """
            cd \(shellQuoted(work)) && test "$(cat file)" = below && echo above > file && rm file && echo above > other || exit 1
            \(command) /bin/sh -c 'test "$(id -u)" = \(user) && echo above > mine'
            """
        try files.write((script.head + [body]).joined(separator: "\n") + "\n", to: folder + "/probe.sh")
        // A machine without `unshare` cannot.
        guard let result = try? await processes.run(Invocation("/bin/sh", [folder + "/probe.sh"])) else { return false }
        return try result.status == 0 && files.exists(upper(of: work) + "/mine")
    }

    private func shellQuotedOptions(_ command: String) -> String {
        command.split(separator: " ").map { shellQuoted(String($0)) }.joined(separator: " ")
    }
}

/// Where what a run wrote below its `work` lies, where `work` is an overlay.
package func overlayUpper(of work: String) -> String { folder(of: work) + "/.work/upper" }

/// What a run's script needs to see its tree.
package struct OverlayScript: Hashable, Sendable {
    /// Lines for the very beginning of the script, before anything else: they start it again in a namespace of its own
    /// (the process stays the same) and mount. The script must not be read from standard input.
    package var head: [String]
    /// Words before the run's command, by which it sees its own user again; empty for root.
    package var commandPrefix: [String]
}
