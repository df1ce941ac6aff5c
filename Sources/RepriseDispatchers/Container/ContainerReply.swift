import RepriseImages
import RepriseModel

/// What `podman` and `docker` say of a container, and why they could not begin one.
enum ContainerReply {
    /// Where a container stands.
    struct State: Hashable {
        /// `created`, `running`, `exited`, … as the engine says it.
        var name: String
        /// nil while nothing executes.
        var process: Int32?
        var status: Int
        var outOfMemory: Bool

        /// It has executed something, and does not any more.
        var hasEnded: Bool { ["exited", "stopped", "dead", "removing", "stopping"].contains(name) }
    }

    /// Reads the answer to `ContainerArguments.inspect`; nil where there is no such container.
    static func state(_ output: String) -> State? {
        let words = output.split { $0 == " " || $0 == "\n" }
        guard words.count == 4, let process = Int32(words[1]), let status = Int(words[2]) else { return nil }
        return State(
            name: String(words[0]),
            process: process > 0 ? process : nil,
            status: status,
            outOfMemory: words[3] == "true"
        )
    }

    /// Why there is no container, in words for a person; nil where the engine has said nothing.
    static func reason(_ kind: EngineKind, image: String, status: Int, words: String) -> String? {
        guard !words.allSatisfy(\.isWhitespace) else { return nil }
        let lower = words.lowercased()
        func says(_ phrases: String...) -> Bool { phrases.contains { lower.contains($0) } }
        // The shell stands in no other place of these messages than as what could not be executed.
        if says(#"exec: "/bin/sh": stat /bin/sh: no such file"#, #"exec: "/bin/sh": executable file not found"#) {
            return "the image has no shell: `/bin/sh` is not there, and `run.sh` needs one"
        }
        if says(#"exec: "/bin/sh": permission denied"#) {
            return "the image has no shell that this user may execute: `/bin/sh`"
        }
        if says("unresolvable cdi devices", #"could not select device driver "" with capabilities: [[gpu"#) {
            return "`\(kind.rawValue)` is not set up for GPUs; install the NVIDIA container toolkit"
                + (kind == .podman ? " and run `nvidia-ctk cdi generate --output /etc/cdi/nvidia.yaml`" : "")
        }
        if says("is already in use by") {
            return "a container of this job's name is there already; `\(kind.rawValue) rm --force` removes it"
        }
        let error = EngineError.container(kind, image: image, status: status, words: words)
        if case .refused(_, _, let last) = error {
            return "`\(kind.rawValue)` could not start the container: " + cleaned(last)
        }
        return ([error.what] + [error.fix].compactMap { $0 }).joined(separator: "; ")
    }

    /// Less what engines say before and after the point.
    private static func cleaned(_ words: String) -> String {
        let lines = words.split(separator: "\n")
            .map { line -> Substring in
                var line = line.drop { $0 == " " }
                for start in ["docker: ", "Error response from daemon: ", "Error: "] where line.hasPrefix(start) {
                    line = line.dropFirst(start.count)
                }
                return line
            }
        let useful = lines.filter { !$0.isEmpty && !$0.hasPrefix("Run 'docker") && !$0.hasPrefix("See 'podman") }
        return useful.joined(separator: "; ")
    }
}
