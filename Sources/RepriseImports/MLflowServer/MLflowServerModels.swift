import OrderedCollections
import RepriseModel
import RepriseTracking

extension MLflowServer {
    package func models(of project: HistoryProject, after mark: String?) async throws -> HistoryPage<HistoryModel> {
        var body: Mapping = ["experiment_ids": [.string(project.id)], "max_results": 50]
        if let mark { body["page_token"] = .string(mark) }
        // A server before 3.0 has none.
        guard let reply = try await calls.post("logged-models/search", body, isOptional: true) else {
            return HistoryPage()
        }
        return HistoryPage(reply.list("models").compactMap { $0.mapValue.flatMap(model) }, next: reply.mark)
    }

    private func model(_ map: Mapping) -> HistoryModel? {
        guard let info = map["info"]?.mapValue, let id = info.text("model_id") else { return nil }
        let created = info.whole("creation_timestamp_ms") ?? 0
        var model = HistoryModel(
            id: id,
            name: info.text("name") ?? id,
            status: status(info.text("status")),
            createdAt: created,
            updatedAt: info.whole("last_updated_timestamp_ms") ?? created
        )
        model.statusMessage = info.text("status_message")
        model.type = info.text("model_type")
        model.run = info.text("source_run_id")
        model.artifacts = "models:/\(id)"
        model.tags = info.pairs("tags")
        let data = map["data"]?.mapValue ?? [:]
        model.parameters = data.pairs("params")
        model.metrics = data.list("metrics").compactMap { $0.mapValue.flatMap(metric) }
        return model
    }

    private func metric(_ map: Mapping) -> HistoryModel.Metric? {
        guard let key = map.text("key"), let run = map.text("run_id"), let value = map.number("value") else {
            return nil
        }
        var metric = HistoryModel.Metric(
            run: run,
            key: key,
            step: map.whole("step") ?? 0,
            time: map.whole("timestamp") ?? 0,
            value: value
        )
        metric.dataset = map.text("dataset_name")
        metric.datasetDigest = map.text("dataset_digest")
        return metric
    }

    private func status(_ text: String?) -> String {
        switch text {
        case "LOGGED_MODEL_PENDING": "PENDING"
        case "LOGGED_MODEL_UPLOAD_FAILED": "FAILED"
        default: "READY"
        }
    }

    package func registeredModels(after mark: String?) async throws -> HistoryPage<HistoryRegisteredModel> {
        let query = [("max_results", "100")] + (mark.map { [("page_token", $0)] } ?? [])
        // A server may have no registry behind it.
        guard let reply = try await calls.get("registered-models/search", query, isOptional: true) else {
            return HistoryPage()
        }
        var page = HistoryPage<HistoryRegisteredModel>(next: reply.mark)
        for value in reply.list("registered_models") {
            guard let map = value.mapValue, let name = map.text("name") else { continue }
            let created = map.whole("creation_timestamp") ?? 0
            var model = HistoryRegisteredModel(
                name: name,
                createdAt: created,
                updatedAt: map.whole("last_updated_timestamp") ?? created
            )
            model.description = map.text("description")
            model.tags = map.pairs("tags")
            for alias in map.list("aliases") {
                if let map = alias.mapValue, let text = map.text("alias") { model.aliases[text] = map.whole("version") }
            }
            model.versions = try await versions(of: name)
            page.items.append(model)
        }
        return page
    }

    private func versions(of name: String) async throws -> [HistoryRegisteredModel.Version] {
        let quote = name.contains("'") ? "\"" : "'"
        var versions: [HistoryRegisteredModel.Version] = []
        var mark: String?
        repeat {
            let query = [("filter", "name=\(quote)\(name)\(quote)"), ("max_results", "1000")]
            let reply =
                try await calls.get("model-versions/search", query + (mark.map { [("page_token", $0)] } ?? [])) ?? [:]
            versions += reply.list("model_versions").compactMap { $0.mapValue.flatMap(version) }
            mark = reply.mark
        } while mark != nil
        return versions.sorted { $0.number < $1.number }
    }

    private func version(_ map: Mapping) -> HistoryRegisteredModel.Version? {
        guard let number = map.whole("version") else { return nil }
        let created = map.whole("creation_timestamp") ?? 0
        var version = HistoryRegisteredModel.Version(
            number: number,
            stage: map.text("current_stage") ?? "None",
            source: map.text("source") ?? "",
            createdAt: created,
            updatedAt: map.whole("last_updated_timestamp") ?? created
        )
        version.description = map.text("description")
        version.user = map.text("user_id")
        version.run = map.text("run_id")
        version.runLink = map.text("run_link")
        version.model = map.text("model_id")
        version.tags = map.pairs("tags")
        return version
    }
}
