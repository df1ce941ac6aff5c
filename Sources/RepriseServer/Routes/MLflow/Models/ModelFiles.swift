import HTTPTypes
import Hummingbird
import OrderedCollections
import RepriseModel
import RepriseStore

/// Files of logged models and of registered versions.
enum ModelFiles {
    /// What pages link to.
    static let http: [HTTPRoute] = [
        HTTPRoute(.get, "/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files", respond: ofLoggedModel),
        HTTPRoute(.get, "/model-versions/get-artifact", respond: ofVersion),
    ]

    @Sendable static func list(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
        let folder = try safePath(request.fields.optionalText("artifact_directory_path") ?? "")
        let model = try state.store.loggedModel(request.fields.text("model_id"))
        let root = try path(at: model.artifactLocation)
        let entries = try await blocking { try state.store.artifacts(in: root.appending(folder)) }
        var reply: Mapping = ["root_uri": .string(model.artifactLocation)]
        if !entries.isEmpty { reply["files"] = .list(entries.map { $0.value(below: folder.description) }) }
        return .value(.map(reply))
    }

    private static func ofLoggedModel(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        let file = try safePath(call.query.text("artifact_file_path"))
        let model = try state.store.loggedModel(call.path["model_id"] ?? "")
        return try await response(to: call, file, at: model.artifactLocation, state)
    }

    private static func ofVersion(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        let file = try safePath(call.query.text("path"))
        let (name, version) = (try call.query.registeredName(), try call.query.version())
        let location = try state.store.modelVersion(name, version).location
        return try await response(to: call, file, at: location, state)
    }

    private static func response(
        to call: HTTPCall,
        _ file: ArtifactPath,
        at location: String,
        _ state: ServerState
    ) async throws -> Response {
        let path = try path(at: location).appending(file)
        return try await ArtifactDownload(state: state, path: path).response(to: call.request)
    }

    /// Where this server keeps what lies at a location.
    private static func path(at location: String) throws -> ArtifactPath {
        guard let path = proxiedPath(of: location) else {
            throw MLflowError.invalid("The files at '\(location)' are not kept by this server.")
        }
        return try safePath(path)
    }
}
