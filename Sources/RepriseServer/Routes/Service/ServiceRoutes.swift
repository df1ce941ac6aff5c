import Hummingbird
import RepriseModel

/// What watches over servers, and what clients ask before they log.
let serviceRoutes: [HTTPRoute] =
    [
        HTTPRoute(.get, "/health") { _, _ in Response(text: "OK") },
        HTTPRoute(.get, "/version") { _, _ in Response(text: imitatedVersion) },
    ]
    + ["/api/3.0/mlflow/server-info", "/ajax-api/3.0/mlflow/server-info"]
    .map { path in
        HTTPRoute(.get, path) { _, _ in
            Response(
                json:
                    MLflowReply.object { writer in
                        writer.field("store_type", "SqlStore")
                        writer.field("workspaces_enabled", false)
                        writer.field("trace_archival_enabled", false)
                        writer.field("multipart_uploads_enabled", false)
                        writer.field("multipart_downloads_enabled", false)
                        writer.field("presigned_upload_run_id_supported", false)
                        writer.field("presigned_upload_model_id_supported", false)
                        writer.object("features_enabled") { $0.field("gateway", false) }
                    }
                    .bytes
            )
        }
    }

/// The release of the MLflow server whose calls are answered. Clients parse it as a PEP 440 version, and decide by it
/// what to ask for.
let imitatedVersion = "3.17.2"
