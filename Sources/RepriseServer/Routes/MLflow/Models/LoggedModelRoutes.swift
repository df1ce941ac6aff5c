import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore

/// Logged models: what clients from 3.0 on keep of each model that a program logs.
let loggedModelRoutes: [MLflowRoute] = [
    MLflowRoute(.post, "logged-models", respond: createLoggedModel),
    MLflowRoute(.post, "logged-models/search", respond: searchLoggedModels),
    MLflowRoute(.get, "logged-models/{model_id}", respond: getLoggedModel),
    MLflowRoute(.patch, "logged-models/{model_id}", respond: finalizeLoggedModel),
    MLflowRoute(.delete, "logged-models/{model_id}") { request, state in
        try await state.store.deleteLoggedModel(request.fields.text("model_id"))
        return .empty
    },
    MLflowRoute(.post, "logged-models/{model_id}/params") { request, state in
        let parameters = try request.fields.loggedPairs("params")
        try await state.store.setLoggedModelParameters(parameters, of: request.fields.text("model_id"))
        return .empty
    },
    MLflowRoute(.patch, "logged-models/{model_id}/tags") { request, state in
        let tags = try request.fields.loggedPairs("tags")
        try await state.store.tagLoggedModel(request.fields.text("model_id"), tags)
        return .empty
    },
    MLflowRoute(.delete, "logged-models/{model_id}/tags/{tag_key}") { request, state in
        let (id, tag) = (try request.fields.text("model_id"), try request.fields.text("tag_key"))
        try await state.store.untagLoggedModel(id, tag)
        return .empty
    },
    MLflowRoute(.get, "logged-models/{model_id}/artifacts/directories", respond: ModelFiles.list),
]

@Sendable private func createLoggedModel(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let fields = request.fields
    let project = try fields.projectNumber()
    let name = try fields.optionalText("name").flatMap { $0.isEmpty ? nil : $0 }
    if let name { try ModelRules.check(loggedName: name) }
    let model = try await state.store.createLoggedModel(
        NewLoggedModel(
            id: "m-\(state.newRunID())",
            project: project,
            name: name ?? RunNames.draw(state.entropy),
            type: try fields.optionalText("model_type") ?? "",
            sourceRun: try fields.optionalText("source_run_id") ?? "",
            parameters: try fields.loggedPairs("params"),
            tags: try fields.loggedPairs("tags")
        )
    )
    return .object { $0.object("model") { $0.members(of: model) } }
}

@Sendable private func getLoggedModel(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let id = try request.fields.text("model_id")
    let deletedToo = try request.fields.optionalText("allow_deleted")?.lowercased() == "true"
    let model = try state.store.loggedModel(id, includingDeleted: deletedToo)
    return .object { $0.object("model") { $0.members(of: model) } }
}

@Sendable private func finalizeLoggedModel(
    _ request: MLflowRequest,
    _ state: ServerState
) async throws -> MLflowReply {
    let id = try request.fields.text("model_id")
    guard let value = request.fields["status"] else { throw MLflowError.missingField("status") }
    let status: LoggedModel.Status
    switch value {
    case "LOGGED_MODEL_PENDING", 1: status = .pending
    case "LOGGED_MODEL_READY", 2: status = .ready
    case "LOGGED_MODEL_UPLOAD_FAILED", 3: status = .uploadFailed
    default: throw MLflowError.wrongKind("status", value)
    }
    let model = try await state.store.finalizeLoggedModel(id, status: status)
    return .object { $0.object("model") { $0.members(of: model) } }
}

@Sendable private func searchLoggedModels(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let fields = request.fields
    guard fields["experiment_ids"] != nil else { throw MLflowError.missingField("experiment_ids") }
    let datasets = try fields.objects("datasets")
        .map { dataset in
            guard let name = try dataset.optionalText("dataset_name"), !name.isEmpty else {
                throw MLflowError.invalid("`dataset_name` in the `datasets` clause must be specified.")
            }
            return LoggedModelSearch.OnDataset(name: name, digest: try dataset.nonEmptyText("dataset_digest"))
        }
    let order = try fields.objects("order_by")
        .map { part in
            LoggedModelSearch.Order(
                field: try part.text("field_name"),
                isAscending: try part.flag("ascending") ?? true,
                dataset: .init(
                    name: try part.nonEmptyText("dataset_name"),
                    digest: try part.nonEmptyText("dataset_digest")
                )
            )
        }
    let page = try state.store.searchLoggedModels(
        LoggedModelSearch(
            projects: try fields.texts("experiment_ids").map { try MLflowError.projectNumber($0) },
            filter: try fields.optionalText("filter") ?? "",
            datasets: datasets,
            order: order,
            limit: try fields.pageSize(default: 50, most: 10_000),
            pageToken: try fields.nonEmptyText("page_token")
        )
    )
    return .object { writer in
        if !page.items.isEmpty {
            writer.array("models") { writer in
                for model in page.items { writer.object { $0.members(of: model) } }
            }
        }
        writer.field("next_page_token", page.nextToken)
    }
}

extension RequestFields {
    /// Key and text value of each; of the same key the last counts.
    fileprivate func loggedPairs(_ name: String) throws -> Mapping {
        var pairs: Mapping = [:]
        for (key, value) in try self.pairs(name) { pairs[key] = .string(value) }
        return pairs
    }

    /// A text; nil where it is left out or empty.
    func nonEmptyText(_ name: String) throws -> String? {
        try optionalText(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `max_results`.
    func pageSize(default number: Int, most: Int64) throws -> Int {
        guard let asked = try optionalInteger("max_results"), asked != 0 else { return number }
        guard asked > 0 else {
            throw MLflowError.invalid("Invalid value for max_results. It must be a positive integer, but got \(asked)")
        }
        guard asked <= most else { throw MLflowError.wrongKind("max_results", self["max_results"] ?? .null) }
        return Int(asked)
    }
}

extension JSONWriter {
    /// The members of MLflow's `LoggedModel`.
    fileprivate mutating func members(of model: LoggedModel) {
        object("info") { writer in
            writer.field("model_id", model.id)
            writer.field("experiment_id", String(model.project))
            writer.field("name", model.name)
            writer.field("creation_timestamp_ms", model.createdAt.milliseconds)
            writer.field("last_updated_timestamp_ms", model.updatedAt.milliseconds)
            writer.field("artifact_uri", model.artifactLocation)
            writer.field("status", model.status.wireName)
            writer.field("model_type", model.type)
            writer.field("source_run_id", model.sourceRun)
            writer.field("status_message", model.statusMessage)
            writer.pairs("tags", model.tags)
        }
        object("data") { writer in
            writer.pairs("params", model.parameters)
            guard !model.metrics.isEmpty else { return }
            writer.array("metrics") { writer in
                for metric in model.metrics { writer.modelMetric(metric) }
            }
        }
    }

    private mutating func modelMetric(_ metric: ModelMetric) {
        object { writer in
            writer.field("key", metric.key)
            writer.field("value", metric.value)
            writer.field("timestamp", metric.time)
            writer.field("step", metric.step)
            writer.field("dataset_name", metric.datasetName)
            writer.field("dataset_digest", metric.datasetDigest)
            writer.field("model_id", metric.model)
            writer.field("run_id", metric.run.description)
        }
    }
}

extension LoggedModel.Status {
    fileprivate var wireName: String {
        switch self {
        case .pending: "LOGGED_MODEL_PENDING"
        case .ready: "LOGGED_MODEL_READY"
        case .uploadFailed: "LOGGED_MODEL_UPLOAD_FAILED"
        }
    }
}
