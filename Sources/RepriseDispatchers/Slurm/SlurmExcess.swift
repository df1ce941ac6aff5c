import RepriseModel
import RepriseSystem

extension SlurmCluster {
    /// What the account or the quality of service lets no job have. Slurm is asked with the very options of such a job, since
    /// its limits, and what a job asks for that asks for nothing, are its own to know.
    func excess(among demands: [Resources]) async -> SlurmError? {
        let login = SlurmLogin(parts)
        let commands = SlurmCommands(
            settings,
            processes: login?.runner ?? parts.processes,
            variables: login == nil ? parts.variables : SlurmSurroundings.everyDecision
        )
        for demand in demands { if let excess = await commands.excess(of: demand) { return excess } }
        return nil
    }
}

extension SlurmCommands {
    func excess(of demand: Resources) async -> SlurmError? {
        let batch = SlurmBatch(name: "reprise", folder: "/", entries: [], resources: demand, hasSecrets: false)
        let options = SlurmScript.options(batch, settings).filter { !$0.hasPrefix("--output=") }
        let words = ["--test-only", "--output=/dev/null"] + options + ["--wrap=true"]
        guard let result = try? await run("sbatch", words), result.status != 0 else { return nil }
        let refusal = SlurmError.refusal(Self.words(result), status: result.status, settings)
        guard case .excessive = refusal else { return nil }
        return refusal
    }
}
