import OrderedCollections
import RepriseModel

extension RequestFields {
    /// The run that the call is about: `run_id`, or `run_uuid` of older clients.
    func loggedRunID() throws -> RunID {
        let text = try nonEmptyText("run_id") ?? text("run_uuid", elseMissing: "run_id")
        guard let run = RunID(text) else {
            throw MLflowError.missing("Run with id=\(NameRules.cut(text, to: 256)) not found")
        }
        return run
    }

    /// A text; nil where it is left out or empty.
    func nonEmptyText(_ name: String) throws -> String? {
        try optionalText(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func text(_ name: String, elseMissing missing: String) throws -> String {
        guard let text = try nonEmptyText(name) else { throw MLflowError.missingField(missing) }
        return text
    }
}

/// The number of a project, which MLflow calls an experiment's id and writes as a text.
func projectNumber(_ text: String) throws(MLflowError) -> Int64 {
    guard let number = Int64(text) else {
        throw .invalid(
            "Invalid experiment ID '\(NameRules.cut(text, to: 256))'. Experiment ID must be a valid integer."
        )
    }
    return number
}
