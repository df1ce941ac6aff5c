import RepriseModel

/// Everything that a job's `run.sh` is made of. Holds no secret and no path of the submitting machine but those of data.
package struct RunScriptInput: Hashable, Sendable {
    package var request: RunRequest
    package var step: StepRequest
    package var key: JobKey
    /// The seed of this very job.
    package var seed: Seed
    /// Where the command starts, below the run's `work`; empty for `work` itself.
    package var folder: String
    /// Name of a data item → absolute path where the job finds it.
    package var data: [String: String]
    /// The data travel with the job: each item lies at `data/<name>` of the run's folder, wherever that is.
    package var carriesData = false
    /// Variables that neither the experiment nor the contract sets, such as `MLFLOW_TRACKING_URI`.
    package var surroundings: [String: String]
    /// Shell lines before everything else, which may start the script again in other surroundings.
    package var head: [String]
    /// Shell lines that make the working directory ready, before the command's folder is entered.
    package var prologue: [String]
    /// Patterns of what later steps may not take away before it was taken in, with everything in `outputs/`; nil: nothing.
    package var keeps: [String]?
    /// Shell words that stand before the command, such as `unshare -rm sh ../enter.sh`; they end by executing the rest.
    package var wrapper: String?

    package init(
        request: RunRequest,
        step: StepRequest,
        key: JobKey,
        seed: Seed? = nil,
        folder: String = "",
        data: [String: String]? = nil,
        surroundings: [String: String] = [:],
        head: [String] = [],
        prologue: [String] = [],
        wrapper: String? = nil
    ) {
        self.request = request
        self.step = step
        self.key = key
        self.seed = seed ?? request.seed
        self.folder = folder
        self.data = data ?? Dictionary(request.data.map { ($0.name, $0.path) }) { first, _ in first }
        self.surroundings = surroundings
        self.head = head
        self.prologue = prologue
        self.wrapper = wrapper
    }
}
