import OrderedCollections
import RepriseModel
import RepriseStore

/// `models:/NAME/VERSION`, `models:/NAME@ALIAS`, `models:/ID` and the like.
enum ModelURI: Equatable {
    case loggedModel(String)
    case version(String, Int64)
    case stage(String, ModelVersion.Stage)
    case newest(String)
    case alias(String, String)

    init?(_ text: String) {
        guard text.hasPrefix("models:/") else { return nil }
        let path = text.dropFirst("models:/".utf8.count).drop { $0 == "/" }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let name = parts.first, !name.allSatisfy(\.isWhitespace) else { return nil }
        if parts.count == 2 {
            self.init(name: name, suffix: parts[1])
        } else if let at = name.lastIndex(of: "@") {
            let alias = name[name.index(after: at)...]
            guard !alias.allSatisfy(\.isWhitespace) else { return nil }
            self = .alias(String(name[..<at]), String(alias))
        } else {
            self = .loggedModel(name)
        }
    }

    private init?(name: String, suffix: String) {
        if let version = Int64(suffix) {
            self = .version(name, version)
        } else if suffix.lowercased() == "latest" {
            self = .newest(name)
        } else if let stage = try? ModelRules.stage(suffix) {
            self = .stage(name, stage)
        } else {
            return nil
        }
    }

    /// The version that it means now; an id of a logged model means none.
    func version(in store: Store) throws -> ModelVersion {
        switch self {
        case .version(let name, let version): return try store.modelVersion(name, version)
        case .newest(let name): return try store.newestModelVersion(name)
        case .alias(let name, let alias): return try store.modelVersion(name, alias: alias)
        case .stage(let name, let stage):
            let newest = try store.registeredModel(name).latestVersions.first { $0.stage == stage }
            guard let newest else { throw ModelError.noVersion(name) }
            return newest
        case .loggedModel(let id): throw ModelError.unknownModel(id)
        }
    }
}
