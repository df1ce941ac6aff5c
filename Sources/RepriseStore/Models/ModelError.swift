import RepriseModel

/// What a client may hear about datasets, logged models and the model registry.
package enum ModelError: RepriseError, Hashable {
    /// A logged model.
    case unknownModel(String)
    case unknownModelTag(model: String, tag: String)
    case modelParameterChanged(model: String, key: String, old: String, new: String)
    case unknownRegisteredModel(String)
    /// `isPrompt` is that of the one that has the name.
    case registeredModelExists(String, isPrompt: Bool)
    case unknownVersion(String, Int64)
    case noVersion(String)
    case unknownAlias(String)

    package var what: String {
        switch self {
        case .unknownModel(let id): "no logged model `\(id)`"
        case .unknownModelTag(let model, let tag): "the logged model `\(model)` has no tag `\(tag)`"
        case .modelParameterChanged(let model, let key, _, _):
            "the logged model `\(model)` already has another value of the parameter `\(key)`"
        case .unknownRegisteredModel(let name): "no registered model `\(name)`"
        case .registeredModelExists(let name, let isPrompt):
            "a \(isPrompt ? "prompt" : "registered model") `\(name)` is there already"
        case .unknownVersion(let name, let version): "the registered model `\(name)` has no version \(version)"
        case .noVersion(let name): "the registered model `\(name)` has no version yet"
        case .unknownAlias(let alias): "no alias `\(alias)`"
        }
    }

    package var why: String? {
        guard case .modelParameterChanged(_, _, let old, let new) = self else { return nil }
        return "it is `\(old)`, and parameters never change; the new one would be `\(new)`"
    }

    package var code: String {
        switch self {
        case .unknownModel: "unknown-model"
        case .unknownModelTag: "unknown-model-tag"
        case .modelParameterChanged: "parameter-changed"
        case .unknownRegisteredModel: "unknown-registered-model"
        case .registeredModelExists: "registered-model-exists"
        case .unknownVersion: "unknown-model-version"
        case .noVersion: "no-model-version"
        case .unknownAlias: "unknown-alias"
        }
    }
}
