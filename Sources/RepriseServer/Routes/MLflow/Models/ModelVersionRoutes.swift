import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore

/// The numbered versions of registered models.
let modelVersionRoutes: [MLflowRoute] = [
    MLflowRoute(.post, "model-versions/create", respond: createModelVersion),
    MLflowRoute(.get, "model-versions/get") { request, state in
        let (name, version) = try request.fields.namedVersion()
        return .version(try state.store.modelVersion(name, version))
    },
    MLflowRoute(.patch, "model-versions/update") { request, state in
        let (name, version) = try request.fields.namedVersion()
        let description = try request.fields.optionalText("description")
        return .version(try await state.store.describeModelVersion(name, version, description))
    },
    MLflowRoute(.delete, "model-versions/delete") { request, state in
        let (name, version) = try request.fields.namedVersion()
        try await state.store.deleteModelVersion(name, version)
        return .empty
    },
    MLflowRoute(.get, "model-versions/search", respond: searchModelVersions),
    MLflowRoute(.get, "model-versions/get-download-uri") { request, state in
        let (name, version) = try request.fields.namedVersion()
        let location = try state.store.modelVersion(name, version).location
        return .object { $0.field("artifact_uri", location) }
    },
    MLflowRoute(.post, "model-versions/set-tag") { request, state in
        let (name, version) = try request.fields.namedVersion()
        let (tag, value) = try request.fields.tag()
        try await state.store.tagModelVersion(name, version, tag, value)
        return .empty
    },
    MLflowRoute(.delete, "model-versions/delete-tag") { request, state in
        let (name, version) = try request.fields.namedVersion()
        let tag = try request.fields.text("key")
        try ModelRules.check(tagName: tag)
        try await state.store.untagModelVersion(name, version, tag)
        return .empty
    },
    MLflowRoute(.post, "model-versions/transition-stage", respond: moveModelVersion),
]

@Sendable private func createModelVersion(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let fields = request.fields
    let name = try fields.text("name")
    let asked = try ModelVersionSource(
        source: fields.text("source"),
        run: fields.optionalText("run_id"),
        loggedModel: fields.optionalText("model_id")
    )
    let tags = try ModelRules.tags(fields.pairs("tags"))
    let isPrompt = tags[RegisteredModel.promptTag]?.text.lowercased() == "true"
    let origin = try isPrompt ? asked.checkedAsPrompt() : asked.resolved(in: state.store)
    try ModelRules.check(registeredName: name)
    let version = try await state.store.createModelVersion(
        NewModelVersion(
            name: name,
            source: origin.source,
            location: origin.location,
            description: try fields.optionalText("description") ?? "",
            run: origin.run ?? "",
            runLink: try fields.optionalText("run_link") ?? "",
            loggedModel: origin.loggedModel.flatMap { $0.isEmpty ? nil : $0 },
            tags: tags
        )
    )
    return .version(version)
}

@Sendable private func searchModelVersions(
    _ request: MLflowRequest,
    _ state: ServerState
) async throws -> MLflowReply {
    let page = try state.store.searchModelVersions(request.fields.question(default: 200_000, most: 200_000))
    return .object { writer in
        if !page.items.isEmpty {
            writer.array("model_versions") { writer in
                for version in page.items { writer.object { $0.members(of: version) } }
            }
        }
        writer.field("next_page_token", page.nextToken)
    }
}

@Sendable private func moveModelVersion(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let (name, version) = try request.fields.namedVersion()
    let asked = try request.fields.text("stage")
    let stage = try ModelRules.stage(asked)
    let archivesOthers = try request.fields.flag("archive_existing_versions") ?? false
    if archivesOthers, stage != .staging, stage != .production {
        throw MLflowError(
            .invalidParameterValue,
            "Model version transition cannot archive existing model versions because '\(asked)' is not an Active stage."
                + " Valid stages are ['Staging', 'Production']"
        )
    }
    return .version(
        try await state.store.moveModelVersion(name, version, to: stage, archivingOthers: archivesOthers)
    )
}

extension RequestFields {
    fileprivate func namedVersion() throws -> (name: String, version: Int64) {
        (try registeredName(), try version())
    }
}
