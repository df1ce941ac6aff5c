import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore
import Testing

@testable import RepriseServer

@Suite struct `Calls about registered models` {
    private let server: ServerFixture

    init() throws { server = try ServerFixture() }

    private func patch(_ call: String, _ body: Mapping) async throws -> Answer {
        try await server.send(.patch, "/api/2.0/mlflow/" + call, json: body)
    }

    private func delete(_ call: String, _ body: Mapping) async throws -> Answer {
        try await server.send(.delete, "/api/2.0/mlflow/" + call, json: body)
    }

    private func makeVersion(of name: String, source: Value = "s3://bucket/model") async throws -> Answer {
        try await server.post("model-versions/create", ["name": .string(name), "source": source])
    }

    @Test func `a model and its version, as the client reads them`() async throws {
        let made = try await server.post(
            "registered-models/create",
            ["name": "digits", "description": "reads digits", "tags": [["key": "team", "value": "a"]]]
        )
        #expect(made["registered_model.name"] == "digits")
        #expect(made["registered_model.creation_timestamp"]?.integerValue != nil)
        #expect(made["registered_model.latest_versions"] == nil)
        let version = try await makeVersion(of: "digits")
        #expect(
            version["model_version"]?.mapValue?.filter { !$0.key.hasSuffix("timestamp") } == [
                "name": "digits", "version": "1", "current_stage": "None", "description": "",
                "source": "s3://bucket/model", "run_id": "", "status": "READY", "run_link": "",
            ]
        )
        _ = try await server.post(
            "registered-models/alias",
            ["name": "digits", "alias": "champion", "version": "1"]
        )
        let read = try await server.get("registered-models/get?name=digits")
        #expect(read["registered_model.description"] == "reads digits")
        #expect(read["registered_model.tags"] == [["key": "team", "value": "a"]])
        #expect(read["registered_model.aliases"] == [["alias": "champion", "version": "1"]])
        #expect(read["registered_model.latest_versions.0.version"] == "1")
        for alias in ["champion", "latest"] {
            let found = try await server.get("registered-models/alias?name=digits&alias=\(alias)")
            #expect(found["model_version.aliases"] == ["champion"], "\(alias)")
        }
        let place = try await server.get("model-versions/get-download-uri?name=digits&version=1")
        #expect(place["artifact_uri"] == "s3://bucket/model")
    }

    @Test func `texts, tags and stages change`() async throws {
        _ = try await server.post("registered-models/create", ["name": "digits"])
        for _ in 0..<2 { _ = try await makeVersion(of: "digits") }
        let one: Mapping = ["name": "digits", "version": "1"]
        func with(_ more: Mapping) -> Mapping { one.merging(more) { $1 } }
        let described = try await patch("model-versions/update", with(["description": "the first"]))
        #expect(described["model_version.description"] == "the first")
        _ = try await server.post("model-versions/set-tag", with(["key": "checked", "value": "yes"]))
        let moved = try await server.post(
            "model-versions/transition-stage",
            with(["stage": "production", "archive_existing_versions": true])
        )
        #expect(moved["model_version.current_stage"] == "Production")
        #expect(moved["model_version.tags"] == [["key": "checked", "value": "yes"]])
        let latest = try await server.post(
            "registered-models/get-latest-versions",
            ["name": "digits", "stages": ["Production"]]
        )
        #expect(latest["model_versions"]?.listValue?.count == 1)
        _ = try await delete("model-versions/delete-tag", with(["key": "checked"]))
        _ = try await delete("model-versions/delete", with([:]))
        #expect(try await server.get("model-versions/get?name=digits&version=1").status == 404)
        let renamed = try await server.post("registered-models/rename", ["name": "digits", "new_name": "numerals"])
        #expect(renamed["registered_model.latest_versions.0.name"] == "numerals")
        #expect(try await delete("registered-models/delete", ["name": "numerals"]).text == "{}")
        #expect(try await server.get("registered-models/search").text == "{}")
    }

    @Test func `searches find by the filter, page by page`() async throws {
        for name in ["a", "b", "c"] {
            _ = try await server.post("registered-models/create", ["name": .string(name)])
            _ = try await makeVersion(of: name)
        }
        let first = try await server.get("registered-models/search?max_results=2&order_by=name%20DESC")
        #expect(first["registered_models.0.name"] == "c" && first["registered_models.1.name"] == "b")
        let token = try #require(first["next_page_token"]?.stringValue)
        let second = try await server.get(
            "registered-models/search?max_results=2&order_by=name%20DESC&page_token=\(token)"
        )
        #expect(second["registered_models"]?.listValue?.count == 1 && second["next_page_token"] == nil)
        let versions = try await server.get("model-versions/search?filter=name%3D'b'")
        #expect(versions["model_versions"]?.listValue?.count == 1)
    }

    @Test func `what is wrong is told in MLflow's words`() async throws {
        _ = try await server.post("registered-models/create", ["name": "digits"])
        _ = try await makeVersion(of: "digits")
        for (call, body, status, message) in wrongCalls {
            let answer = try await server.post(call, body)
            #expect(answer.status == status, "\(call) \(body): \(answer.text)")
            #expect(answer.message?.hasPrefix(message) == true, "\(call) \(body): \(answer.text)")
        }
    }

    @Test func `a source must lie within what it is said to come from`() async throws {
        _ = try await server.post("registered-models/create", ["name": "digits"])
        let model = try await server.store.createLoggedModel(NewLoggedModel(id: "m-1", project: 0, name: "n"))
        let files = model.artifactLocation
        let run = String(repeating: "a", count: 32)
        let cases: [(Mapping, Int)] = [
            (["source": "s3://bucket/model"], 200), (["source": .string("runs:/\(run)/model")], 400),
            (["source": .string("runs:/\(run)/model"), "run_id": .string(run)], 200),
            (["source": .string("runs:/\(run)/../model"), "run_id": .string(run)], 400),
            (["source": "models:/m-1"], 400), (["source": "models:/m-1", "model_id": "m-1"], 200),
            (["source": "models:/m-2", "model_id": "m-2"], 400), (["source": .string(files)], 400),
            (["source": .string(files), "model_id": "m-1"], 200),
            (["source": .string(files + "/../../m-2/artifacts"), "model_id": "m-1"], 400),
            (["source": .string(files + "/%2e%2e/%252e%252e"), "model_id": "m-1"], 400),
            (["source": "/etc/passwd"], 400), (["source": "file:///etc/passwd"], 400),
            (["source": "http://host/api/2.0/mlflow-artifacts/artifacts/0/x"], 400),
            (["source": "models:/digits/1"], 200),
            (["source": "models:/digits/1", "model_id": "m-1"], 400), (["source": "models:/digits/99"], 404),
            (["source": "models://host/digits/1"], 400), (["source": "models:/digits/latest"], 200),
        ]
        for (fields, status) in cases {
            let body = fields.merging(["name": "digits"]) { $1 }
            let answer = try await server.post("model-versions/create", body)
            #expect(answer.status == status, "\(fields): \(answer.text)")
        }
        let newest = try server.store.newestModelVersion("digits")
        #expect(newest.source.hasPrefix("models:/digits/") && newest.location == "s3://bucket/model")
    }
}

/// A call, its body, and the status and the beginning of the message that it is answered with.
private let wrongCalls: [(String, Mapping, Int, String)] = [
    ("registered-models/create", ["name": "digits"], 400, "Registered Model (name=digits) already exists."),
    ("registered-models/create", [:], 400, "Missing value for required parameter 'name'."),
    ("registered-models/create", ["name": "a/b"], 400, "Invalid model name 'a/b'."),
    ("registered-models/create", ["name": " "], 400, "Missing value for required parameter 'name'."),
    (
        "registered-models/create",
        ["name": "digits", "tags": [["key": "mlflow.prompt.is_prompt", "value": "true"]]],
        400,
        "Tried to create a prompt with name 'digits', but the name is already taken by a registered model."
    ),
    (
        "registered-models/rename", ["name": "x", "new_name": "y"], 404,
        "Registered Model with name=x not found"
    ),
    ("registered-models/rename", ["name": "digits"], 400, "Missing value for required parameter 'new_name'."),
    (
        "registered-models/set-tag", ["name": "x", "key": "k", "value": "v"], 404,
        "Registered Model with name=x"
    ),
    (
        "registered-models/set-tag", ["name": "digits", "key": "!"], 400,
        "Invalid value \"!\" for parameter 'key'"
    ),
    (
        "registered-models/alias",
        ["name": "digits", "alias": "latest", "version": "1"],
        400,
        "'latest' alias name (case insensitive) is reserved."
    ),
    (
        "registered-models/alias",
        ["name": "digits", "alias": "v1", "version": "1"],
        400,
        "Version alias name 'v1' is reserved."
    ),
    (
        "registered-models/alias", ["name": "digits", "alias": "a b", "version": "1"], 400,
        "Invalid alias name: 'a b'."
    ),
    (
        "registered-models/alias",
        ["name": "digits", "alias": "a", "version": "7"],
        404,
        "Model Version (name=digits, version=7) not found"
    ),
    (
        "model-versions/create", ["name": "x", "source": "s3://a"], 404,
        "Registered Model with name=x not found"
    ),
    ("model-versions/create", ["name": "digits"], 400, "Missing value for required parameter 'source'."),
    (
        "model-versions/transition-stage",
        ["name": "digits", "version": "1", "stage": "nowhere"],
        400,
        "Invalid Model Version stage: nowhere. Value must be one of None, Staging, Production, Archived."
    ),
    (
        "model-versions/transition-stage",
        ["name": "digits", "version": "x", "stage": "Staging"],
        400,
        "Parameter 'version' must be an integer, got 'x'."
    ),
]
