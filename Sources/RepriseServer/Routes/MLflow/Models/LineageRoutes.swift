import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore

/// What runs read and made: datasets and logged models.
let lineageRoutes: [MLflowRoute] = [
    MLflowRoute(.post, "runs/log-inputs", respond: logInputs),
    MLflowRoute(.post, "runs/outputs", respond: logOutputs),
    MLflowRoute(.post, "runs/log-model", respond: logModelInfo),
    MLflowRoute(.post, "experiments/search-datasets", respond: searchDatasets),
]

@Sendable private func logInputs(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let run = try request.fields.runID()
    let inputs = try request.fields.objects("datasets").map(DatasetInput.init(fields:))
    for input in inputs { try ModelRules.check(input) }
    let models = try request.fields.objects("models").map { try $0.optionalText("model_id") ?? "" }
    try await state.store.logInputs(of: run, datasets: inputs, models: models)
    return .empty
}

@Sendable private func logOutputs(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let run = try request.fields.runID()
    guard request.fields["models"] != nil else { throw MLflowError.missingField("models") }
    let models = try request.fields.objects("models")
        .map { ModelOutput(id: try $0.optionalText("model_id") ?? "", step: try $0.optionalInteger("step") ?? 0) }
    try await state.store.logOutputs(of: run, models: models)
    return .empty
}

/// How clients before 3.0 tell of a model: a description that goes into a tag of the run.
@Sendable private func logModelInfo(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let run = try request.fields.runID()
    let text = try request.fields.text("model_json")
    guard let model = try? Value(json: text).mapValue else {
        throw MLflowError.invalid("Malformed model info. \n \(text) \n is not a valid JSON.")
    }
    let missing = ["artifact_path", "flavors", "utc_time_created", "run_id"].filter { model[$0] == nil }
    guard missing.isEmpty else {
        let names = missing.map { "'\($0)'" }.joined(separator: ", ")
        throw MLflowError.invalid("Model json is missing mandatory fields: {\(names)}")
    }
    var kept = model.filter { ["run_id", "utc_time_created", "artifact_path", "model_uuid"].contains($0.key) }
    let flavors = (model["flavors"]?.mapValue ?? [:])
        .mapValues { flavor in flavor.mapValue.map { .map($0.filter { $0.key != "config" }) } ?? flavor }
    kept["flavors"] = .map(flavors)
    try await state.store.addModelInfo(.map(kept), to: run)
    return .empty
}

@Sendable private func searchDatasets(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let ids = try request.fields.texts("experiment_ids")
    guard !ids.isEmpty else {
        throw MLflowError.invalid("SearchDatasets request must specify at least one experiment_id.")
    }
    guard ids.count <= 20 else {
        throw MLflowError.invalid(
            "SearchDatasets request cannot specify more than 20 experiment_ids. Received \(ids.count) experiment_ids."
        )
    }
    let summaries = try state.store.datasetSummaries(projects: ids.map { try MLflowError.projectNumber($0) })
    guard !summaries.isEmpty else { return .empty }
    return .object { writer in
        writer.array("dataset_summaries") { writer in
            for summary in summaries {
                writer.object { writer in
                    writer.field("experiment_id", String(summary.project))
                    writer.field("name", summary.name)
                    writer.field("digest", summary.digest)
                    writer.field("context", summary.context)
                }
            }
        }
    }
}

extension DatasetInput {
    fileprivate init(fields: RequestFields) throws {
        let dataset = try fields.fields("dataset") ?? RequestFields([:])
        var tags: Mapping = [:]
        for (name, value) in try fields.pairs("tags") { tags[name] = .string(value) }
        self.init(
            dataset: Dataset(
                name: try dataset.optionalText("name") ?? "",
                digest: try dataset.optionalText("digest") ?? "",
                sourceType: try dataset.optionalText("source_type") ?? "",
                source: try dataset.optionalText("source") ?? "",
                schema: try dataset.optionalText("schema").flatMap { $0.isEmpty ? nil : $0 },
                profile: try dataset.optionalText("profile").flatMap { $0.isEmpty ? nil : $0 }
            ),
            tags: tags
        )
    }
}
