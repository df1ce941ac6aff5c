import RepriseModel

/// The words of Apptainer's command lines.
package enum ApptainerArguments {
    /// What every container of ours has: its own processes, files and environment, no home, and values of variables that
    /// no shell expands.
    package static let fence = ["--containall", "--no-home", "--home", "/tmp", "--no-eval"]

    /// Variables of a person's shell that would change what a container sees or where it keeps things.
    package static func changesContainers(_ variable: String) -> Bool {
        let prefixes = ["APPTAINERENV_", "SINGULARITYENV_", "APPTAINER_", "SINGULARITY_"]
        guard let prefix = prefixes.first(where: { variable.hasPrefix($0) }) else { return false }
        return !harmless.contains(String(variable.dropFirst(prefix.count)))
    }

    private static let harmless: Set = [
        "CONFIGDIR", "DOCKER_USERNAME", "DOCKER_PASSWORD", "KEYSDIR", "TMPDIR", "CACHEDIR",
    ]

    /// Files are compressed fast: they are executed here, and are not what is published.
    static let quickCompression = ["--mksquashfs-args", "-comp zstd -Xcompression-level 1"]

    static func convert(_ source: String, to file: String, compression: [String], isPlain: Bool = false) -> [String] {
        ["build", "--force", "--disable-cache"] + compression + (isPlain ? ["--no-https"] : []) + [file, source]
    }

    static func build(_ order: BuildOrder, to file: String, compression: [String]) -> [String] {
        let arguments = order.arguments.sorted { $0.key < $1.key }.flatMap { ["--build-arg", "\($0.key)=\($0.value)"] }
        // A recipe may name a registry of this very machine.
        return ["build", "--force", "--disable-cache", "--no-https"] + compression + arguments + [file, order.recipe]
    }

    static func pull(_ reference: RegistryReference, to file: String) -> [String] {
        ["pull", "--force", "--disable-cache"] + plain(reference) + [file, address(reference)]
    }

    static func push(_ file: String, to reference: RegistryReference) -> [String] {
        ["push", "--allow-unsigned"] + plain(reference) + [file, address(reference)]
    }

    static func execute(_ script: String, in image: String, isUnpacked: Bool = false) -> [String] {
        ["-q", "exec"] + fence + ["--pwd", "/", "--net", "--network", "none"]
            + (isUnpacked ? ["--unsquash"] : []) + [image, "/bin/sh", "-c", script]
    }

    /// Asks a container for the least that one can do, with this machine's own programs.
    static func probe(_ image: String, folders: [String], isLimited: Bool, isUnpacked: Bool) -> [String] {
        ["exec"] + fence + ["--pwd", "/"] + (isLimited ? ["--memory", "268435456", "--cpus", "1"] : [])
            + (isUnpacked ? ["--unsquash"] : []) + folders.flatMap { ["--bind", $0] } + [image, "/bin/sh", "-c", ":"]
    }

    /// The digest wins over the tag: it is what was frozen.
    static func address(_ reference: RegistryReference) -> String {
        let tail = reference.digest.map { "@sha256:\($0)" } ?? reference.tag.map { ":" + $0 } ?? ""
        return (reference.isFile ? "oras://" : "docker://") + reference.repository + tail
    }

    private static func plain(_ reference: RegistryReference) -> [String] {
        isLoopback(reference.host) ? ["--no-https"] : []
    }

    /// Registries of this very machine speak without encryption, everywhere and by custom.
    static func isLoopback(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return name == "localhost" || name == "[::1]" || name.hasPrefix("127.")
    }
}
