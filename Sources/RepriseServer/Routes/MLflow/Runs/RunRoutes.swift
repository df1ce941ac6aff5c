import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore

/// Runs: make, look, update, delete, restore. Searching has a file of its own.
let runRoutes = [
    MLflowRoute(.post, "runs/create") { request, state in try await createRun(request.fields, state) },
    MLflowRoute(.get, "runs/get") { request, state in
        let run = try state.run(try request.fields.runID())
        return .object { writer in
            writer.key("run")
            runJSON(run, into: &writer)
        }
    },
    MLflowRoute(.post, "runs/update") { request, state in
        let id = try request.fields.runID()
        let status = try RunStatus.read(request.fields)
        let end = try request.fields.optionalInteger("end_time")
        let name = try request.fields.optionalText("run_name").flatMap { $0.isEmpty ? nil : $0 }
        let run = try await state.store.updateRun(
            id,
            state: status?.state,
            endedAt: end.map { Timestamp(milliseconds: $0) },
            name: name
        )
        return .object { writer in
            writer.key("run_info")
            runInfoJSON(run, into: &writer)
        }
    },
    MLflowRoute(.post, "runs/delete") { request, state in
        let id = try request.fields.runID()
        if try state.run(id).deletedAt == nil { try await state.store.deleteRuns([id]) }
        return .empty
    },
    MLflowRoute(.post, "runs/restore") { request, state in
        let id = try request.fields.runID()
        if try state.run(id).deletedAt != nil { try await state.store.restoreRuns([id]) }
        return .empty
    },
]

private func createRun(_ fields: RequestFields, _ state: ServerState) async throws -> MLflowReply {
    let project = try fields.optionalText("experiment_id").flatMap { $0.isEmpty ? nil : $0 } ?? "0"
    let number = try MLflowError.projectNumber(project)
    let start = try fields.optionalInteger("start_time")
    var tags = try fields.pairs("tags")
    let name = try runName(asked: try fields.optionalText("run_name") ?? "", tags: &tags, state)
    let run = try await state.store.createRun(
        ClientRun(
            id: state.newRunID(),
            name: name,
            project: number,
            user: try fields.optionalText("user_id") ?? "",
            start: start.map { Timestamp(milliseconds: $0) } ?? state.now,
            tags: tags
        )
    )
    return .object { writer in
        writer.key("run")
        runJSON(run, into: &writer)
    }
}

/// The run's name: the one that was asked for, else the tag's, else a new one. The tag says the same afterwards.
private func runName(asked: String, tags: inout [(String, String)], _ state: ServerState) throws -> String {
    let tag = tags.last { $0.0 == "mlflow.runName" }?.1 ?? ""
    if !asked.isEmpty, !tag.isEmpty, asked != tag {
        throw MLflowError.invalid(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
                + "(run_name='\(asked)', mlflow.runName='\(tag)')."
        )
    }
    let name = asked.isEmpty ? tag.isEmpty ? RunNames.draw(state.entropy) : tag : asked
    if tag.isEmpty {
        tags.removeAll { $0.0 == "mlflow.runName" }
        tags.append(("mlflow.runName", name))
    }
    return name
}
