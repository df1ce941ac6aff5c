import RepriseModel
import RepriseStore

extension MLflowError {
    /// What a client is told about any error.
    init(_ error: any Error) {
        switch error {
        case let error as MLflowError: self = error
        case let error as StoreError: self.init(store: error)
        case let error as ModelError: self.init(model: error)
        case let error as any RepriseError: self.init(plain: error)
        case is CancellationError: self.init(.temporarilyUnavailable, "the server is stopping")
        default: self.init(.internalError, "this is a bug in reprise: \(error)")
        }
    }

    private init(store error: StoreError) {
        switch error {
        case .unknownRun(let name, _): self = .noRun(name)
        case .runDeleted(let run): self = .deletedRun(run)
        case .unknownProject(let name):
            self.init(.resourceDoesNotExist, "No Experiment with id=\(NameRules.cut(name, to: 256)) exists")
        case .projectDeleted(let number): self = .deletedProject(number)
        case .projectExists(let name, _): self = .exists("Experiment(name=\(name)) already exists.")
        default: self.init(plain: error)
        }
    }

    private init(plain error: any RepriseError) {
        let message = [error.what, error.why, error.fix].compactMap { $0 }.joined(separator: "; ")
        switch error.fault {
        case .usage: self.init(.invalidParameterValue, message)
        // The client tries again: a full disk or a lock does not last.
        case .world: self.init(.temporarilyUnavailable, message)
        case .bug: self.init(.internalError, message)
        }
    }
}
