import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore

/// Names in the model registry, with their tags and aliases.
let registeredModelRoutes: [MLflowRoute] = [
    MLflowRoute(.post, "registered-models/create", respond: createRegisteredModel),
    MLflowRoute(.get, "registered-models/get") { request, state in
        .registered(try state.store.registeredModel(request.fields.registeredName()))
    },
    MLflowRoute(.patch, "registered-models/update") { request, state in
        let name = try request.fields.registeredName()
        let description = try request.fields.optionalText("description") ?? ""
        return .registered(try await state.store.describeRegisteredModel(name, description))
    },
    MLflowRoute(.post, "registered-models/rename") { request, state in
        let name = try request.fields.registeredName()
        let newName = try request.fields.registeredName("new_name")
        return .registered(try await state.store.renameRegisteredModel(name, to: newName))
    },
    MLflowRoute(.delete, "registered-models/delete") { request, state in
        try await state.store.deleteRegisteredModel(request.fields.registeredName())
        return .empty
    },
    MLflowRoute(.get, "registered-models/search", respond: searchRegisteredModels),
    MLflowRoute(.get, "registered-models/get-latest-versions", respond: latestVersions),
    MLflowRoute(.post, "registered-models/get-latest-versions", respond: latestVersions),
    MLflowRoute(.post, "registered-models/set-tag") { request, state in
        let (tag, value) = try request.fields.tag()
        try await state.store.tagRegisteredModel(request.fields.registeredName(), tag, value)
        return .empty
    },
    MLflowRoute(.delete, "registered-models/delete-tag") { request, state in
        let tag = try request.fields.text("key")
        try ModelRules.check(tagName: tag)
        try await state.store.untagRegisteredModel(request.fields.registeredName(), tag)
        return .empty
    },
    MLflowRoute(.get, "registered-models/alias", respond: versionOfAlias),
    MLflowRoute(.post, "registered-models/alias", respond: setAlias),
    MLflowRoute(.delete, "registered-models/alias") { request, state in
        let alias = try request.fields.alias()
        try await state.store.deleteAlias(alias, of: request.fields.registeredName())
        return .empty
    },
]

@Sendable private func createRegisteredModel(
    _ request: MLflowRequest,
    _ state: ServerState
) async throws -> MLflowReply {
    let name = try request.fields.registeredName()
    let tags = try ModelRules.tags(request.fields.pairs("tags"))
    let isPrompt = tags[RegisteredModel.promptTag] != nil
    do {
        let description = try request.fields.optionalText("description")
        let model = try await state.store.createRegisteredModel(name, description: description, tags: tags)
        return .registered(model)
    } catch ModelError.registeredModelExists(name, isPrompt: !isPrompt) {
        let (new, old) = isPrompt ? ("prompt", "registered model") : ("registered model", "prompt")
        throw MLflowError.exists(
            "Tried to create a \(new) with name '\(name)', but the name is already taken by a \(old). MLflow does not "
                + "allow creating a model and a prompt with the same name."
        )
    }
}

@Sendable private func searchRegisteredModels(
    _ request: MLflowRequest,
    _ state: ServerState
) async throws -> MLflowReply {
    let page = try state.store.searchRegisteredModels(request.fields.question(default: 100, most: 1000))
    return .object { writer in
        if !page.items.isEmpty {
            writer.array("registered_models") { writer in
                for model in page.items { writer.object { $0.members(of: model) } }
            }
        }
        writer.field("next_page_token", page.nextToken)
    }
}

@Sendable private func latestVersions(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let name = try request.fields.registeredName()
    let stages = try Set(request.fields.texts("stages").map { text throws(MLflowError) in try ModelRules.stage(text) })
    let versions = try state.store.registeredModel(name).latestVersions
        .filter { stages.isEmpty || stages.contains($0.stage) }
    guard !versions.isEmpty else { return .empty }
    return .object { writer in
        writer.array("model_versions") { writer in
            for version in versions { writer.object { $0.members(of: version) } }
        }
    }
}

@Sendable private func versionOfAlias(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let name = try request.fields.registeredName()
    let alias = try request.fields.alias()
    let isNewest = alias.lowercased() == "latest"
    return .version(
        try isNewest ? state.store.newestModelVersion(name) : state.store.modelVersion(name, alias: alias)
    )
}

@Sendable private func setAlias(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    let (name, alias) = (try request.fields.registeredName(), try request.fields.alias())
    try ModelRules.checkIsFree(alias: alias)
    try await state.store.setAlias(alias, of: name, version: request.fields.version())
    return .empty
}

extension RequestFields {
    func registeredName(_ field: String = "name") throws -> String {
        let name = try text(field)
        try ModelRules.check(registeredName: name, field: field)
        return name
    }

    func alias() throws -> String {
        let alias = try text("alias")
        try ModelRules.check(alias: alias)
        return alias
    }

    func tag() throws -> (name: String, value: String) {
        let (name, value) = (try text("key"), try optionalText("value") ?? "")
        try ModelRules.check(tag: name, value)
        return (name, value)
    }

    /// A version's number, which goes over the wire as a text.
    func version() throws -> Int64 {
        if case .integer(let number) = self["version"] { return number }
        return try ModelRules.version(text("version"))
    }

    /// `filter`, `max_results`, `order_by` and `page_token`.
    func question(default number: Int, most: Int64) throws -> SearchQuestion {
        SearchQuestion(
            filter: try optionalText("filter") ?? "",
            order: try texts("order_by"),
            limit: try pageSize(default: number, most: most),
            pageToken: try nonEmptyText("page_token")
        )
    }
}

extension MLflowReply {
    fileprivate static func registered(_ model: RegisteredModel) -> MLflowReply {
        .object { $0.object("registered_model") { $0.members(of: model) } }
    }

    static func version(_ version: ModelVersion) -> MLflowReply {
        .object { $0.object("model_version") { $0.members(of: version) } }
    }
}

extension JSONWriter {
    /// The members of MLflow's `RegisteredModel`.
    fileprivate mutating func members(of model: RegisteredModel) {
        field("name", model.name)
        field("creation_timestamp", model.createdAt.milliseconds)
        field("last_updated_timestamp", model.updatedAt.milliseconds)
        if let description = model.description, !description.isEmpty { field("description", description) }
        if !model.latestVersions.isEmpty {
            array("latest_versions") { writer in
                for version in model.latestVersions { writer.object { $0.members(of: version) } }
            }
        }
        pairs("tags", model.tags)
        guard !model.aliases.isEmpty else { return }
        array("aliases") { writer in
            for alias in model.aliases {
                writer.object { writer in
                    writer.field("alias", alias.alias)
                    writer.field("version", String(alias.version))
                }
            }
        }
    }

    /// The members of MLflow's `ModelVersion`.
    mutating func members(of version: ModelVersion) {
        field("name", version.name)
        field("version", String(version.version))
        field("creation_timestamp", version.createdAt.milliseconds)
        field("last_updated_timestamp", version.updatedAt.milliseconds)
        field("user_id", version.user)
        field("current_stage", version.stage.rawValue)
        field("description", version.description)
        field("source", version.source)
        field("run_id", version.run)
        field("status", "READY")
        pairs("tags", version.tags)
        field("run_link", version.runLink)
        guard !version.aliases.isEmpty else { return }
        array("aliases") { writer in
            for alias in version.aliases { writer.string(alias) }
        }
    }
}
