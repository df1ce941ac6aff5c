import RepriseModel
import RepriseSystem

extension Apptainer {
    /// Tries it: whether this user may run containers, mount images and limit memory depends on the kernel, on what is
    /// installed and on who installed it, and no question answers it.
    package func facts() async throws -> EngineFacts {
        let version = try await run(["version"])
        guard version.status == 0 else { throw error(version, ["version"], .look) }
        let cgroups = try files.exists("/sys/fs/cgroup/cgroup.controllers") ? 2 : 1
        var facts = EngineFacts(
            version: ApptainerReply.version(version.text),
            isRootless: user != 0,
            cgroups: cgroups,
            limitsMemory: false,
            limitsProcessors: false,
            storage: folder.path,
            architecture: machineArchitecture
        )
        try await drafts.with { draft in
            let image = try await probeImage(draft)
            // Apptainer limits nobody but root without cgroups v2, and says so at every start.
            let mayLimit = user == 0 || cgroups == 2
            let answer = try await probe(image, draft, isLimited: mayLimit)
            facts.limitsMemory = answer.isLimited
            facts.limitsProcessors = answer.isLimited
            facts.unpacksImages = answer.isUnpacked
        }
        return facts
    }

    /// An image with nothing but the places where this machine's programs are mounted; a folder where none can be packed.
    private func probeImage(_ draft: String) async throws -> String {
        for name in ["bin", "usr", "lib", "lib64", "dev", "proc", "sys", "tmp", "var/tmp", "etc"] {
            try files.makeFolder("\(draft)/tree/\(name)")
        }
        let arguments = ApptainerArguments.convert(draft + "/tree", to: draft + "/probe.sif", compression: [])
        let packed = try await run(arguments, draft: draft)
        return packed.status == 0 ? draft + "/probe.sif" : draft + "/tree"
    }

    private func probe(
        _ image: String,
        _ draft: String,
        isLimited: Bool
    ) async throws -> (isLimited: Bool, isUnpacked: Bool) {
        let folders = try ["/bin", "/usr", "/lib", "/lib64"].filter { try files.exists($0) }
        var attempts = [(isLimited: false, isUnpacked: false), (isLimited: false, isUnpacked: true)]
        if isLimited {
            attempts = [(isLimited: true, isUnpacked: false), (isLimited: true, isUnpacked: true)] + attempts
        }
        var refusal: EngineError?
        for attempt in attempts {
            let arguments = ApptainerArguments.probe(
                image,
                folders: folders,
                isLimited: attempt.isLimited,
                isUnpacked: attempt.isUnpacked
            )
            let result = try await run(arguments, draft: draft)
            let isUnpacked = attempt.isUnpacked || ApptainerReply.unpacked(result.errorText)
            if !ApptainerReply.isRefusal(result) { return (attempt.isLimited, isUnpacked) }
            refusal = refusal ?? error(result, arguments, .look)
            if case .noUserNamespaces = error(result, arguments, .look) { break }
            // A machine whose programs cannot be lent to the probe says nothing against the engine.
            if case .noShell = error(result, arguments, .look) { return (attempt.isLimited, isUnpacked) }
        }
        throw refusal ?? EngineError.missing(.apptainer)
    }
}
