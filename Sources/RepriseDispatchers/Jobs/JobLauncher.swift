import RepriseDispatch
import RepriseModel
import RepriseSystem

/// How a job's `run.sh` is begun on this machine: by itself, or in a container.
package protocol JobLauncher: Sendable {
    /// Writes what it needs into the job's folder and tells what to start. Called while the job's lock is held, for a job
    /// that was not launched before.
    func launch(_ job: Job) async throws -> JobLaunch

    /// What is left of a job whose launched process has gone and that left no exit record. Asked rarely, may ask the engine.
    ///
    /// `ended` is how the launched process ended; nil where nobody knows, since it was no child of this process. Of `job`
    /// nothing counts but its key and folder.
    func remains(of job: Job, ended: ChildUsage?) async -> JobRemains

    /// Whether even a job that ended well leaves something that `remove` takes away.
    func leavesFiles(_ job: Job) -> Bool

    /// Removes whatever container is left of the job, and returns when it is gone. Does nothing where there is none. Of
    /// `job` nothing counts but its key and folder.
    /// `isSudden`: its client was killed, or nobody knows how it ended; an engine with a daemon may then be about to make
    /// the container that it was asked for.
    func remove(_ job: Job, isSudden: Bool) async
}

extension JobLauncher {
    package func leavesFiles(_ job: Job) -> Bool { false }
}

/// What to start for a job, in its folder.
package struct JobLaunch: Hashable, Sendable {
    /// Absolute path.
    package var program: String
    package var arguments: [String]
    /// Beside what every job inherits, its secrets and its name; a nil takes one away.
    package var variables: [String: String?]
    /// Where its standard output and its errors are appended, from the job's folder.
    package var output: String
    package var errors: String
    /// The processors that the started process may use; empty for all.
    package var processors: [Int]
    /// The engine keeps the job's memory limit.
    package var limitsMemory: Bool

    package init(
        program: String,
        arguments: [String],
        variables: [String: String?] = [:],
        output: String,
        errors: String,
        processors: [Int] = [],
        limitsMemory: Bool = false
    ) {
        self.program = program
        self.arguments = arguments
        self.variables = variables
        self.output = output
        self.errors = errors
        self.processors = processors
        self.limitsMemory = limitsMemory
    }
}

/// What is left of a job whose launched process has gone.
package enum JobRemains: Hashable, Sendable {
    /// Nothing executes any more. `status` is what the engine says of `run.sh`, or its own status where it could not
    /// begin; nil where nobody knows.
    case nothing(reason: String?, status: Int? = nil, outOfMemory: Bool = false)
    /// Its script lives, with this number on this machine.
    case running(process: Int32)
}

/// `run.sh` as a process of this machine.
struct PlainLauncher: JobLauncher {
    func launch(_ job: Job) -> JobLaunch {
        var variables: [String: String?] = [:]
        if !job.gpus.isEmpty { variables["CUDA_VISIBLE_DEVICES"] = job.gpus.map(String.init).joined(separator: ",") }
        return JobLaunch(
            program: "/bin/sh",
            arguments: ["run.sh"],
            variables: variables,
            output: "stdout.log",
            errors: "stderr.log",
            processors: job.processors
        )
    }

    func remains(of job: Job, ended: ChildUsage?) -> JobRemains { .nothing(reason: nil) }

    func remove(_ job: Job, isSudden: Bool) {}
}
