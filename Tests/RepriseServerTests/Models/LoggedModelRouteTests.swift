import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore
import Testing

@testable import RepriseServer

@Suite struct `Calls about logged models` {
    private let server: ServerFixture

    init() throws { server = try ServerFixture() }

    private func make(_ more: Mapping = [:]) async throws -> String {
        let body = more.merging(["experiment_id": "0"]) { $1 }
        return try #require(try await server.post("logged-models", body)["model.info.model_id"]?.stringValue)
    }

    private func send(_ method: HTTPRequest.Method, _ call: String, _ body: Mapping = [:]) async throws -> Answer {
        try await server.send(method, "/api/2.0/mlflow/" + call, json: body)
    }

    @Test func `it is made, finished and read`() async throws {
        let id = try await make([
            "name": "tree", "model_type": "classifier", "params": [["key": "depth", "value": "3"]],
            "tags": [["key": "kind", "value": "tree"]],
        ])
        #expect(id.wholeMatch(of: /m-[0-9a-f]{32}/) != nil)
        let ready = try await send(
            .patch,
            "logged-models/\(id)",
            ["model_id": .string(id), "status": "LOGGED_MODEL_READY"]
        )
        #expect(ready["model.info.status"] == "LOGGED_MODEL_READY")
        _ = try await send(.post, "logged-models/\(id)/params", ["params": [["key": "width", "value": "8"]]])
        _ = try await send(.patch, "logged-models/\(id)/tags", ["tags": [["key": "kind", "value": "forest"]]])
        let read = try await server.get("logged-models/\(id)")
        #expect(read["model.info.artifact_uri"] == .string("mlflow-artifacts:/0/models/\(id)/artifacts"))
        #expect(read["model.info.tags"] == [["key": "kind", "value": "forest"]])
        #expect(
            read["model.data.params"] == [["key": "depth", "value": "3"], ["key": "width", "value": "8"]]
        )
        #expect(try await send(.delete, "logged-models/\(id)/tags/kind").text == "{}")
        #expect(try await send(.delete, "logged-models/\(id)/tags/kind").status == 404)
        #expect(try await send(.delete, "logged-models/\(id)").text == "{}")
        #expect(try await server.get("logged-models/\(id)").message == "Logged model with ID '\(id)' not found.")
        #expect(try await server.get("logged-models/\(id)?allow_deleted=true").status == 200)
    }

    @Test func `one without a name gets one`() async throws {
        let id = try await make()
        let name = try await server.get("logged-models/\(id)")["model.info.name"]?.stringValue ?? ""
        #expect(name.wholeMatch(of: /[a-z]+-[a-z]+-\d+/) != nil, "\(name)")
    }

    @Test func `its files are listed`() async throws {
        let id = try await make()
        let empty = try await server.get("logged-models/\(id)/artifacts/directories")
        #expect(empty.value == ["root_uri": .string("mlflow-artifacts:/0/models/\(id)/artifacts")])
        for file in ["MLmodel", "data/weights"] {
            let path = "/api/2.0/mlflow-artifacts/artifacts/0/models/\(id)/artifacts/\(file)"
            #expect(try await server.ask(.put, path, [:], Array("12345".utf8)).status == 200)
        }
        let listed = try await server.get("logged-models/\(id)/artifacts/directories")
        #expect(
            listed["files"] == [
                ["path": "MLmodel", "is_dir": false, "file_size": 5], ["path": "data", "is_dir": true],
            ]
        )
        let below = try await server.get("logged-models/\(id)/artifacts/directories?artifact_directory_path=data")
        #expect(below["files"] == [["path": "data/weights", "is_dir": false, "file_size": 5]])
        let file = "/ajax-api/2.0/mlflow/logged-models/\(id)/artifacts/files?artifact_file_path="
        #expect(try await server.ask(.get, file + "data/weights").text == "12345")
        #expect(try await server.ask(.get, file + "../x").status == 400)
        let outside = try await server.get("logged-models/\(id)/artifacts/directories?artifact_directory_path=../x")
        #expect(outside.status == 400)
    }

    @Test func `what is wrong is told in MLflow's words`() async throws {
        let cases: [(HTTPRequest.Method, String, Mapping, Int, String)] = [
            (.post, "logged-models", [:], 400, "Missing value for required parameter 'experiment_id'."),
            (.post, "logged-models", ["experiment_id": "99"], 404, "No Experiment with id=99 exists"),
            (.post, "logged-models", ["experiment_id": "x"], 400, "Invalid experiment ID 'x'."),
            (
                .post, "logged-models", ["experiment_id": "0", "name": "a/b"], 400,
                "Invalid model name ('a/b') provided."
            ),
            (
                .patch, "logged-models/m-1", ["status": "LOGGED_MODEL_READY"], 404,
                "Logged model with ID 'm-1' not found."
            ),
            (.patch, "logged-models/m-1", [:], 400, "Missing value for required parameter 'status'."),
            (.patch, "logged-models/m-1", ["status": "DONE"], 400, "Invalid value \"DONE\" for parameter 'status'"),
            (.post, "logged-models/search", [:], 400, "Missing value for required parameter 'experiment_ids'."),
            (
                .post, "logged-models/search", ["experiment_ids": ["0"], "datasets": [[:]]], 400,
                "`dataset_name` in the `datasets` clause must be specified."
            ),
            (
                .post, "logged-models/search", ["experiment_ids": ["0"], "order_by": [["field_name": "bogus"]]], 400,
                "Invalid order by field name: bogus"
            ),
            (.post, "logged-models/search", ["experiment_ids": ["0"], "filter": "rubbish"], 400, "Invalid"),
            (.post, "logged-models/search", ["experiment_ids": ["0"], "page_token": "x"], 400, "Invalid page token"),
        ]
        for (method, call, body, status, message) in cases {
            let answer = try await send(method, call, body)
            #expect(answer.status == status, "\(call) \(body): \(answer.text)")
            #expect(answer.message?.hasPrefix(message) == true, "\(call) \(body): \(answer.text)")
        }
    }

    @Test func `a search gives pages`() async throws {
        for name in ["a", "b", "c"] { _ = try await make(["name": .string(name)]) }
        let search: Mapping = [
            "experiment_ids": ["0"], "max_results": 2, "order_by": [["field_name": "name", "ascending": false]],
        ]
        let first = try await server.post("logged-models/search", search)
        #expect(first["models.0.info.name"] == "c" && first["models.1.info.name"] == "b")
        let token = try #require(first["next_page_token"])
        let second = try await server.post("logged-models/search", search.merging(["page_token": token]) { $1 })
        #expect(second["models.0.info.name"] == "a" && second["next_page_token"] == nil)
        #expect(try await server.post("logged-models/search", ["experiment_ids": []]).text == "{}")
    }
}
