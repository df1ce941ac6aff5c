import OrderedCollections
import RepriseModel
import RepriseStore

/// What a version of a registered model is made from, as a client says it.
///
/// Whoever may read a version reads what lies at its location. A source that this server or this machine keeps must
/// therefore lie within the run or the logged model that it is said to come from, and none may climb out of where it is.
struct ModelVersionSource {
    private(set) var source: String
    /// Nil where the client did not say.
    private(set) var run: String?
    private(set) var loggedModel: String?
    private(set) var location: String
    /// It is another version, whose source was checked when that was made.
    private var isChecked = false

    init(source: String, run: String?, loggedModel: String?) {
        self.source = source
        self.run = run
        self.loggedModel = loggedModel
        location = source
    }

    /// A prompt has no files: its source is one of the words that clients put there.
    func checkedAsPrompt() throws -> ModelVersionSource {
        if ["prompt-template", "dummy-source"].contains(source) { return self }
        throw MLflowError.invalid("Invalid prompt source: '\(source)'. Prompt sources must use an MLflow placeholder.")
    }

    /// Checks where the model comes from, and finds its files and what the client left out.
    func resolved(in store: Store) throws -> ModelVersionSource {
        var origin = self
        let uri = SourceURI(source)
        if uri.scheme == "models" { try origin.resolveModel(uri, in: store) }
        if !origin.isChecked { try origin.check(uri, store) }
        if origin.run?.isEmpty ?? true, let id = origin.loggedModel, !id.isEmpty {
            origin.run = try store.loggedModel(id).sourceRun
        }
        return origin
    }

    // MARK: models:/…

    private mutating func resolveModel(_ uri: SourceURI, in store: Store) throws {
        if uri.hasHost {
            throw invalid("Registered model sources must use the active model registry.")
        }
        guard let model = ModelURI(source) else { throw wrongSource("model_id") }
        guard case .loggedModel(let id) = model else { return try take(version: model.version(in: store), in: store) }
        guard let known = try? store.loggedModel(id), loggedModel == id else { throw wrongSource("model_id") }
        location = known.artifactLocation
    }

    private mutating func take(version: ModelVersion, in store: Store) throws {
        if try store.registeredModel(version.name).tags[RegisteredModel.promptTag]?.text.lowercased() == "true" {
            throw invalid("Prompt versions cannot be used as model version sources.")
        }
        guard run ?? version.run ?? "" == version.run ?? "",
            loggedModel ?? version.loggedModel ?? "" == version.loggedModel ?? ""
        else {
            throw invalid("The run_id and model_id request parameters must match the referenced model version.")
        }
        source = "models:/\(version.name)/\(version.version)"
        location = version.location
        run = version.run
        loggedModel = version.loggedModel
        isChecked = true
    }

    // MARK: Within what it is said to come from

    private func check(_ uri: SourceURI, _ store: Store) throws {
        let root: String?
        let field: String
        if let id = loggedModel, !id.isEmpty {
            field = "model_id"
            root = (try? store.loggedModel(id))?.artifactLocation
        } else {
            field = "run_id"
            root = try run.flatMap { RunID($0) }.flatMap(store.artifactRoot(of:))
        }
        let isWithin = root.map { uri.isWithin(SourceURI($0)) } ?? false
        if uri.isLocal, !isWithin { throw localSource(field) }
        if uri.climbs {
            throw invalid(
                "If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, "
                    + "an absolute path must be provided without relative path references present. "
                    + "Please provide an absolute path."
            )
        }
        switch uri.scheme {
        case "runs":
            guard field == "run_id", !uri.hasHost, let run, uri.parts.first == run, !run.isEmpty else {
                throw wrongSource(field)
            }
        case "models":
            guard field == "model_id" else { throw wrongSource("model_id") }
        default:
            if uri.isOfThisServer, !isWithin { throw wrongSource(field) }
        }
    }

    private func localSource(_ field: String) -> MLflowError {
        let owner = field == "run_id" ? "run" : "model"
        return invalid(
            "To use a local path as a model version source, the \(field) request parameter has to be specified and the "
                + "local path has to be contained within the artifact directory of the \(owner) specified by the "
                + "\(field)."
        )
    }

    private func wrongSource(_ field: String) -> MLflowError {
        invalid("The \(field) request parameter must identify the resource that contains the source.")
    }

    private func invalid(_ why: String) -> MLflowError {
        .invalid("Invalid model version source: '\(NameRules.cut(source, to: 1000))'. \(why)")
    }
}

/// A source taken apart, with its percent escapes undone as often as there are any.
private struct SourceURI {
    var scheme: String?
    var host: String?
    var parts: [String]
    private var text: String

    init(_ source: String) {
        text = source
        for _ in 0..<16 {
            let next = formDecoded(text.replacing("+", with: "%2B").utf8[...])
            if next == text { break }
            text = next
        }
        var path = text[...]
        if let colon = text.firstIndex(of: ":"), text[..<colon].allSatisfy({ $0.isLetter || $0 == "-" || $0.isNumber })
        {
            scheme = text[..<colon].lowercased()
            path = text[text.index(after: colon)...]
            if path.hasPrefix("//") {
                host = path.dropFirst(2).prefix { $0 != "/" }.lowercased()
                path = path.dropFirst(2).drop { $0 != "/" }
            }
        }
        parts = path.split(separator: "/").map(String.init)
    }

    var hasHost: Bool { host?.isEmpty == false }
    var isLocal: Bool { scheme == nil || scheme == "file" }
    var climbs: Bool { parts.contains("..") || parts.contains(".") || text.contains("\u{0}") }

    /// Behind the artifact proxy, by its own scheme or by its path.
    var isOfThisServer: Bool {
        if scheme == "mlflow-artifacts" { return true }
        return scheme?.hasPrefix("http") == true
            && text.contains("/api/2.0/mlflow-artifacts/artifacts")
    }

    func isWithin(_ root: SourceURI) -> Bool {
        (scheme ?? "file") == (root.scheme ?? "file") && (host ?? "") == (root.host ?? "") && !root.parts.isEmpty
            && parts.starts(with: root.parts)
    }
}
