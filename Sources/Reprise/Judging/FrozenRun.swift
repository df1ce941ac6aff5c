import RepriseModel

extension RunRequest {
    /// The run's snapshot, for what cannot be done without its code.
    func frozen() throws -> Digest {
        if let snapshot { return snapshot }
        throw Mistake(
            "run `\(id.short)` has no snapshot",
            why: "it was logged by a program that Reprise did not start, so that its code was never frozen",
            fix: "start the program with `reprise run`",
            code: "no-snapshot"
        )
    }

    /// Throws for a run of `run --dev`: nobody knows what files it saw.
    func checkRepeatable() throws {
        guard let development else { return }
        throw Mistake(
            "run `\(id.short)` cannot be repeated or verified",
            why: "it saw the files of `\(development)` as they were at each moment (`run --dev`), not a snapshot",
            fix: "run the experiment without `--dev`",
            code: "run-not-frozen"
        )
    }

    /// What is said of a run that Reprise did not launch, where only launched ones will do.
    func notLaunched(_ what: String) -> Mistake {
        Mistake(
            what,
            why: "it was logged by a program that Reprise did not start",
            fix: "start the program with `reprise run`",
            code: "not-launched"
        )
    }
}
