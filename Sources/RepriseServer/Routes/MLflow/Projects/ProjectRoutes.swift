import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore

/// MLflow's experiments: make, look, rename, delete, restore. Searching has a file of its own.
let projectRoutes = [
    MLflowRoute(.post, "experiments/create") { request, state in
        let name = try request.fields.text("name")
        let location = try request.fields.optionalText("artifact_location").flatMap { $0.isEmpty ? nil : $0 }
        let tags = try request.fields.pairs("tags")
        if let location { try checkLocation(location) }
        try NameRules.checkLength(name, of: "name", limit: NameRules.longestProjectName)
        for (key, value) in tags { try checkProjectTag(key, value) }
        let number = try await state.store.createProject(named: name, artifactLocation: location, tags: tags)
        return .object { $0.field("experiment_id", String(number)) }
    },
    MLflowRoute(.get, "experiments/get") { request, state in
        reply(with: try state.project(try request.fields.projectNumber()))
    },
    MLflowRoute(.get, "experiments/get-by-name") { request, state in
        let name = try request.fields.text("experiment_name")
        guard let project = try state.store.project(named: name) else {
            throw MLflowError.missing("Could not find experiment with name '\(name)'")
        }
        return reply(with: project)
    },
    MLflowRoute(.post, "experiments/update") { request, state in
        let number = try request.fields.projectNumber(with: "new_name")
        let name = try request.fields.text("new_name")
        try NameRules.checkLength(name, of: "name", limit: NameRules.longestProjectName)
        guard try state.project(number).deletedAt == nil else {
            // MLflow answers 500 here, which clients repeat for minutes.
            throw MLflowError.invalid("Cannot rename a non-active experiment.")
        }
        do {
            try await state.store.renameProject(number, to: name)
        } catch StoreError.projectExists {
            throw MLflowError(.badRequest, "Experiment(name=\(name)) already exists.")
        }
        return .empty
    },
    MLflowRoute(.post, "experiments/delete") { request, state in
        let number = try request.fields.projectNumber()
        guard try state.project(number).deletedAt == nil else { throw MLflowError.noProject(number) }
        try await state.store.deleteProject(number)
        return .empty
    },
    MLflowRoute(.post, "experiments/restore") { request, state in
        let number = try request.fields.projectNumber()
        guard try state.project(number).deletedAt != nil else { throw MLflowError.noProject(number) }
        try await state.store.restoreProject(number)
        return .empty
    },
]

/// Tags of MLflow's experiments.
let projectTagRoutes = [
    MLflowRoute(.post, "experiments/set-experiment-tag") { request, state in
        let number = try request.fields.projectNumber(with: "key")
        let key = try request.fields.text("key")
        let value = try request.fields.optionalText("value") ?? ""
        try checkProjectTag(key, value)
        try await state.store.tagProject(number, name: key, value: value)
        return .empty
    },
    MLflowRoute(.post, "experiments/delete-experiment-tag") { request, state in
        let number = try request.fields.projectNumber(with: "key")
        let key = try request.fields.text("key")
        guard try await state.store.untagProject(number, name: key) else {
            throw MLflowError.missing("No tag with name: \(key) in experiment with id \(number)")
        }
        return .empty
    },
]

private func reply(with project: Project) -> MLflowReply {
    .object { writer in
        writer.key("experiment")
        projectJSON(project, into: &writer)
    }
}

private func checkProjectTag(_ key: String, _ value: String) throws {
    try NameRules.check(key, path: "key")
    try NameRules.checkLength(key, of: "key", limit: NameRules.longestKey)
    try NameRules.checkLength(value, of: "value", limit: NameRules.longestProjectTag)
}

private func checkLocation(_ location: String) throws {
    if location.hasPrefix("runs:") {
        throw MLflowError.invalid("Artifact location cannot be a runs:/ URI. Given: '\(location)'")
    }
    if location.contains("#") || location.contains(";") {
        throw MLflowError.invalid("'artifact_location' URL can't include fragments or params.")
    }
    try NameRules.checkLength(location, of: "Artifact location", limit: 2048)
}
