import RepriseModel

extension RunState {
    /// The state that a status of MLflow stands for, by its name or by the number that the folders keep.
    package init?(mlflow status: String) {
        switch status {
        case "SCHEDULED", "2": self = .queued
        case "RUNNING", "1": self = .running
        case "FINISHED", "3": self = .finished
        case "FAILED", "4": self = .failed
        case "KILLED", "5": self = .cancelled
        default: return nil
        }
    }
}
