import HTTPTypes
import Hummingbird
import OrderedCollections
import RepriseModel
import RepriseStore

/// Files of runs, models and others, for MLflow's clients and pages.
enum ArtifactRoutes {
    static let http: [HTTPRoute] = ["/api/2.0", "/ajax-api/2.0"].flatMap(proxy) + files

    /// `artifacts/list`, which is a call of the tracking API.
    static let mlflow: [MLflowRoute] = [MLflowRoute(.get, "artifacts/list", respond: listOfRun)]

    /// The proxy to which clients turn for everything below `mlflow-artifacts:/`.
    private static func proxy(_ prefix: String) -> [HTTPRoute] {
        let artifacts = prefix + "/mlflow-artifacts/artifacts"
        return [
            HTTPRoute(.get, artifacts, respond: list),
            HTTPRoute(.get, artifacts + "/{path...}", respond: get),
            HTTPRoute(.put, artifacts + "/{path...}", respond: put),
            HTTPRoute(.delete, artifacts + "/{path...}", respond: delete),
        ] + PartRoutes.routes(prefix)
    }

    /// What pages link to.
    private static let files: [HTTPRoute] =
        ["/get-artifact", "/ajax-api/2.0/mlflow/get-artifact"].map { HTTPRoute(.get, $0, respond: getOfRun) }
        + [HTTPRoute(.post, "/ajax-api/2.0/mlflow/upload-artifact", respond: putOfRun)]

    // MARK: The proxy

    private static func list(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        let folder = try safePath(call.query.optionalText("path") ?? "")
        let entries = try await blocking { try state.store.artifacts(in: folder) }
        let files = entries.map { $0.value(below: "") }
        return Response(json: Value.map(files.isEmpty ? [:] : ["files": .list(files)]).jsonBytes())
    }

    private static func get(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        let path = try safePath(call.path["path"] ?? "")
        return try await ArtifactDownload(state: state, path: path).response(to: call.request)
    }

    private static func put(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        let path = try safePath(call.path["path"] ?? "")
        guard !path.isRoot, call.path["path"]?.hasSuffix("/") != true else { throw MLflowError.invalid("Invalid path") }
        let upload = try await ArtifactReceiving(state: state, request: call.request).upload()
        try await state.store.putArtifact(try await blocking { try upload.finish() }, at: path)
        return Response(status: .ok)
    }

    private static func delete(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        let path = try safePath(call.path["path"] ?? "")
        guard !path.isRoot else { throw MLflowError.invalid("Invalid path") }
        _ = try await state.store.deleteArtifacts(at: path)
        return Response(json: Array("{}".utf8))
    }

    // MARK: Files of a run

    private static func listOfRun(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
        let folder = try safePath(request.fields.optionalText("path") ?? "")
        let (run, root) = try knownRun(request.fields, state)
        let entries = try await blocking { try state.store.artifacts(in: .root(of: run).appending(folder)) }
        var reply: Mapping = ["root_uri": .string(root)]
        if !entries.isEmpty { reply["files"] = .list(entries.map { $0.value(below: folder.description) }) }
        return .value(.map(reply))
    }

    /// What pages send: small files, into a folder of the run.
    private static func putOfRun(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        guard let text = try call.query.optionalText("path"), !text.isEmpty else {
            throw MLflowError.invalid("Request must specify path.")
        }
        let path = try safePath(text)
        let (run, _) = try knownRun(call.query, state)
        let upload = try await ArtifactReceiving(state: state, request: call.request).upload()
        let whole = ArtifactPath.root(of: run).appending(path)
        try await state.store.putArtifact(try await blocking { try upload.finish() }, at: whole)
        return Response(json: Array("{}".utf8))
    }

    private static func getOfRun(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        let path = try safePath(call.query.text("path"))
        let (run, _) = try knownRun(call.query, state)
        let whole = ArtifactPath.root(of: run).appending(path)
        return try await ArtifactDownload(state: state, path: whole).response(to: call.request)
    }

    private static func knownRun(_ fields: RequestFields, _ state: ServerState) throws -> (run: RunID, root: String) {
        let run = try fields.runID()
        guard let root = try state.store.artifactRoot(of: run) else {
            throw MLflowError.noRun(run.description)
        }
        return (run, root)
    }
}

/// The path, or MLflow's error for one that is not safe, in its own words.
func safePath(_ text: String) throws(MLflowError) -> ArtifactPath {
    do { return try ArtifactPath(text) } catch { throw MLflowError.invalid("Invalid path") }
}

extension ArtifactEntry {
    /// As MLflow lists it. Proxies name the entry alone, runs name it with the folder that was listed.
    func value(below folder: String) -> Value {
        var fields: Mapping = ["path": .string(folder.isEmpty ? name : "\(folder)/\(name)"), "is_dir": .bool(isFolder)]
        if let bytes { fields["file_size"] = .integer(bytes) }
        return .map(fields)
    }
}
