import RepriseModel
import RepriseStore

extension MLflowError {
    /// MLflow's own words, on which its clients match.
    init(model error: ModelError) {
        switch error {
        case .unknownModel(let id): self = .missing("Logged model with ID '\(id)' not found.")
        case .unknownModelTag(let model, let tag):
            self = .missing("No tag with key '\(tag)' found for model with ID '\(model)'.")
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
