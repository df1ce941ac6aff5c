/// What is made once, when it is first needed.
actor BatchParts {
    private var knownStaging: BatchStaging?
    private var knownWatch: BatchWatch?
    private var knownStopping: BatchStopping?

    func staging(_ make: @Sendable () throws -> BatchStaging) throws -> BatchStaging {
        let staging = try knownStaging ?? make()
        knownStaging = staging
        return staging
    }

    func watch(_ make: @Sendable () -> BatchWatch) -> BatchWatch {
        let watch = knownWatch ?? make()
        knownWatch = watch
        return watch
    }

    func stopping(_ make: @Sendable () -> BatchStopping) -> BatchStopping {
        let stopping = knownStopping ?? make()
        knownStopping = stopping
        return stopping
    }
}
