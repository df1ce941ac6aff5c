import RepriseModel
import RepriseStore

extension RequestFields {
    /// The run that `run_id`, or in old clients `run_uuid`, names. Whether there is one is not known yet.
    ///
    /// The fields in `with` must be there too: what is missing is told before what is wrong.
    func runID(with others: String...) throws -> RunID {
        let name = try optionalText("run_id").flatMap { $0.isEmpty ? nil : $0 } ?? optionalText("run_uuid")
        guard let name, !name.isEmpty else { throw MLflowError.missingField("run_id") }
        for other in others { _ = try text(other) }
        return try RunID(named: name)
    }

    /// The number in a text such as `experiment_id`. Whether there is such a project is not known yet.
    func projectNumber(_ name: String = "experiment_id", with others: String...) throws -> Int64 {
        let number = try text(name)
        for other in others { _ = try text(other) }
        return try MLflowError.projectNumber(number)
    }
}

extension RunID {
    /// Throws MLflow's answer where no run can have that name.
    init(named name: String) throws(MLflowError) {
        guard let id = RunID(name) else { throw .noRun(name) }
        self = id
    }
}

extension MLflowError {
    static func noRun(_ name: String) -> MLflowError {
        .missing("Run with id=\(NameRules.cut(name, to: 256)) not found")
    }

    static func noProject(_ number: Int64) -> MLflowError { .missing("No Experiment with id=\(number) exists") }

    static func deletedRun(_ run: RunID) -> MLflowError {
        .invalid("The run \(run) must be in the 'active' state. Current state is deleted.")
    }

    static func deletedProject(_ number: Int64) -> MLflowError {
        .invalid("The experiment \(number) must be in the 'active' state. Current state is deleted.")
    }

    static func projectNumber(_ text: String) throws(MLflowError) -> Int64 {
        guard let number = Int64(text) else {
            let shown = NameRules.cut(text, to: 256)
            throw .invalid("Invalid experiment ID '\(shown)'. Experiment ID must be a valid integer.")
        }
        return number
    }
}

extension ServerState {
    /// The project, deleted or not.
    func project(_ number: Int64) throws -> Project {
        guard let project = try store.project(number: number) else { throw MLflowError.noProject(number) }
        return project
    }

    /// The project, which must not be deleted, as for everything that writes into it.
    func activeProject(_ number: Int64) throws -> Project {
        let project = try project(number)
        guard project.deletedAt == nil else { throw MLflowError.deletedProject(number) }
        return project
    }

    /// The run, deleted or not.
    func run(_ id: RunID) throws -> LoggedRun {
        guard let run = try store.loggedRun(id) else { throw MLflowError.noRun(id.description) }
        return run
    }

    /// The run, which must not be deleted, as for everything that writes into it.
    func activeRun(_ id: RunID) throws -> LoggedRun {
        let run = try run(id)
        guard run.deletedAt == nil else { throw MLflowError.deletedRun(id) }
        return run
    }
}
