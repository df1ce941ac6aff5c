import RepriseModel

/// MLflow's words for where a run stands.
enum RunStatus: String, CaseIterable {
    case running = "RUNNING"
    case scheduled = "SCHEDULED"
    case finished = "FINISHED"
    case failed = "FAILED"
    case killed = "KILLED"

    init(_ state: RunState) {
        self =
            switch state {
            case .queued, .submitted: .scheduled
            case .running: .running
            case .finished: .finished
            case .failed, .lost: .failed
            case .cancelled: .killed
            }
    }

    var state: RunState {
        switch self {
        case .running: .running
        case .scheduled: .queued
        case .finished: .finished
        case .failed: .failed
        case .killed: .cancelled
        }
    }

    /// The field `status`: a name, or protobuf's number for it. nil where it is left out.
    static func read(_ fields: RequestFields) throws -> RunStatus? {
        let byNumber = [1: RunStatus.running, 2: .scheduled, 3: .finished, 4: .failed, 5: .killed]
        switch fields["status"] {
        case nil: return nil
        case .string(let name):
            if let status = RunStatus(rawValue: name) { return status }
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw MLflowError.invalid("Invalid run status '\(name.prefix(100))'. It must be one of \(known).")
        case .integer(let number):
            if let status = byNumber[Int(clamping: number)] { return status }
            throw MLflowError.wrongKind("status", .integer(number))
        case .some(let value): throw MLflowError.wrongKind("status", value)
        }
    }
}
