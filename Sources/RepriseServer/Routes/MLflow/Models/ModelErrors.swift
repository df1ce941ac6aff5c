import HTTPTypes
import RepriseModel
import RepriseStore

extension MLflowError {
    /// MLflow's own words, on which its clients match.
    init(_ error: ModelError) {
        switch error {
        case .unknownModel(let id): self = .missing("Logged model with ID '\(id)' not found.")
        case .unknownModelTag(let model, let tag):
            self = .missing("No tag with key '\(tag)' found for model with ID '\(model)'.")
        case .deletedRun(let run):
            self = .invalid("The run \(run) must be in the 'active' state. Current state is deleted.")
        case .unknownProject(let number): self = .missing("No Experiment with id=\(number) exists")
        case .deletedProject(let number):
            self = .invalid("The experiment \(number) must be in the 'active' state. Current state is deleted.")
        case .unknownRegisteredModel(let name): self = .missing("Registered Model with name=\(name) not found")
        case .registeredModelExists(let name, let isPrompt):
            self = .exists("\(isPrompt ? "Prompt" : "Registered Model") (name=\(name)) already exists.")
        case .unknownVersion(let name, let version):
            self = .missing("Model Version (name=\(name), version=\(version)) not found")
        case .noVersion(let name): self = .missing("Latest version not found for model \(name).")
        case .unknownAlias(let alias): self = .invalid("Registered model alias \(alias) not found.")
        case .modelParameterChanged:
            self = .invalid([error.what, error.why].compactMap { $0 }.joined(separator: "; "))
        }
    }
}

extension MLflowRoute {
    /// A call about models or datasets, whose errors are told in MLflow's words.
    static func model(
        _ method: HTTPRequest.Method,
        _ path: String,
        version: String = "2.0",
        respond: @escaping Respond
    ) -> MLflowRoute {
        MLflowRoute(method, path, version: version) { request, state in
            do {
                return try await respond(request, state)
            } catch let error as ModelError {
                throw MLflowError(error)
            }
        }
    }
}
