import GRDB
import RepriseModel
import RepriseTracking

extension ForeignRows {
    func models(of project: String) throws -> [HistoryModel] {
        try all(
            "logged_models",
            "WHERE experiment_id = ? AND lifecycle_stage IS NOT 'deleted' ORDER BY rowid",
            [project]
        )
        .compactMap(model)
    }

    private func model(_ row: Row) throws -> HistoryModel? {
        guard let id = row.text("model_id") else { return nil }
        let created = row.integer("creation_timestamp_ms") ?? 0
        let statuses = ["1": "PENDING", "2": "READY", "3": "FAILED"]
        var model = HistoryModel(
            id: id,
            name: row.text("name") ?? id,
            status: statuses[row.text("status") ?? ""] ?? "READY",
            createdAt: created,
            updatedAt: row.integer("last_updated_timestamp_ms") ?? created
        )
        model.statusMessage = row.text("status_message")
        model.type = row.text("model_type")
        model.run = row.text("source_run_id")
        model.artifacts = row.text("artifact_location")
        model.parameters =
            try pairs("logged_model_params", "model_id", [id], name: "param_key", value: "param_value")[id] ?? [:]
        model.tags = try pairs("logged_model_tags", "model_id", [id], name: "tag_key", value: "tag_value")[id] ?? [:]
        for row in try all("logged_model_metrics", "WHERE model_id = ? ORDER BY rowid", [id]) {
            guard let key = row.text("metric_name"), let run = row.text("run_id") else { continue }
            var metric = HistoryModel.Metric(
                run: run,
                key: key,
                step: row.integer("metric_step") ?? 0,
                time: row.integer("metric_timestamp_ms") ?? 0,
                value: Double.fromDatabaseValue(row["metric_value"] as DatabaseValue) ?? .nan
            )
            metric.dataset = row.text("dataset_name")
            metric.datasetDigest = row.text("dataset_digest")
            model.metrics.append(metric)
        }
        return model
    }

    func registeredModels() throws -> [HistoryRegisteredModel] {
        try all("registered_models", "ORDER BY rowid")
            .compactMap { row in
                guard let name = row.text("name") else { return nil }
                let created = row.integer("creation_time") ?? 0
                var model = HistoryRegisteredModel(
                    name: name,
                    createdAt: created,
                    updatedAt: row.integer("last_updated_time") ?? created
                )
                model.description = row.text("description")
                model.tags = try pairs("registered_model_tags", "name", [name])[name] ?? [:]
                for alias in try all("registered_model_aliases", "WHERE name = ?", [name]) {
                    if let text = alias.text("alias"), let version = alias.integer("version") {
                        model.aliases[text] = version
                    }
                }
                model.versions = try all("model_versions", "WHERE name = ? ORDER BY version", [name])
                    .compactMap { try version($0, of: name) }
                return model
            }
    }

    private func version(_ row: Row, of name: String) throws -> HistoryRegisteredModel.Version? {
        guard let number = row.integer("version"), row.text("current_stage") != "Deleted_Internal" else { return nil }
        let created = row.integer("creation_time") ?? 0
        var version = HistoryRegisteredModel.Version(
            number: number,
            stage: row.text("current_stage") ?? "None",
            source: row.text("source") ?? "",
            createdAt: created,
            updatedAt: row.integer("last_updated_time") ?? created
        )
        version.description = row.text("description")
        version.user = row.text("user_id")
        version.run = row.text("run_id")
        version.runLink = row.text("run_link")
        for tag in try all("model_version_tags", "WHERE name = ? AND version = ?", [name, String(number)]) {
            if let key = tag.text("key") { version.tags[key] = tag.text("value") ?? "" }
        }
        return version
    }
}
