import RepriseModel

/// Ends jobs, many by one command: whoever asks for it within a moment is served together.
actor SlurmCancelling {
    private let commands: SlurmCommands
    private var waiting: [String] = []
    private var grace = Duration.zero
    private var flush: Task<Void, any Error>?

    init(_ commands: SlurmCommands) { self.commands = commands }

    /// Returns when Slurm has the request. A job that waits is gone then; one that runs has been sent TERM, and is sent KILL
    /// after the grace, as long as this process lives: the next one asks again.
    func cancel(_ ids: [String], grace: Duration) async throws {
        self.grace = waiting.isEmpty ? grace : max(self.grace, grace)
        waiting += ids
        let task = flush ?? Task { try await send() }
        flush = task
        try await task.value
    }

    private func send() async throws {
        try await ContinuousClock().sleep(for: .milliseconds(20))
        let (ids, grace) = (waiting, grace)
        waiting = []
        flush = nil
        for start in stride(from: 0, to: ids.count, by: 500) {
            let part = Array(ids[start..<min(start + 500, ids.count)])
            // In this order, so that no job slips through that begins in between.
            try await commands.cancel(SlurmArguments.cancelPending(part))
            try await commands.cancel(SlurmArguments.terminate(part))
            let commands = commands
            // Nobody waits for the end of the jobs.
            Task {
                try await ContinuousClock().sleep(for: grace)
                try await commands.cancel(SlurmArguments.kill(part))
                try await commands.cancel(SlurmArguments.cancel(part))
            }
        }
    }
}
