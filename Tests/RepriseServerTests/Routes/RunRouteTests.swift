import HTTPTypes
import OrderedCollections
import RepriseModel
import Testing

@testable import RepriseServer

@Suite struct `MLflow's runs` {
    private let server: ServerFixture

    init() throws { server = try ServerFixture() }

    private func made(_ more: Mapping = [:]) async throws -> Value {
        var body: Mapping = ["experiment_id": "0", "start_time": 1_700_000_000_000]
        body.merge(more) { _, new in new }
        let answer = try await server.post("runs/create", body)
        return try #require(answer["run.info.run_id"], "\(answer.text)")
    }

    private func shown(_ run: Value) async throws -> Answer { try await server.get("runs/get?run_id=\(run.text)") }

    /// The tags, parameters or metrics of a run by key.
    private func data(_ part: String, of run: Value, _ field: String = "value") async throws -> [String: Value] {
        let items = try await shown(run)["run.data.\(part)"]?.listValue ?? []
        return Dictionary(
            uniqueKeysWithValues: items.map { ($0.mapValue?["key"]?.text ?? "", $0.mapValue?[field] ?? .null) }
        )
    }

    @Test func `a new run shows what it was made with`() async throws {
        let run = try await made(["run_name": "first", "user_id": "me", "tags": [["key": "a", "value": "b"]]])
        let answer = try await shown(run)
        #expect(answer["run.info.run_name"] == "first" && answer["run.info.status"] == "RUNNING")
        #expect(answer["run.info.start_time"] == 1_700_000_000_000 && answer["run.info.user_id"] == "me")
        #expect(answer["run.info.artifact_uri"] == .string("mlflow-artifacts:/0/\(run.text)/artifacts"))
        #expect(answer["run.info.run_uuid"] == run && answer["run.info.end_time"] == nil)
        #expect(try await data("tags", of: run) == ["a": "b", "mlflow.runName": "first"])
        #expect(answer["run.inputs"] == [:])
    }

    @Test func `a run without a name gets one`() async throws {
        let run = try await made()
        let name = try await shown(run)["run.info.run_name"]
        #expect(name?.text.wholeMatch(of: /[a-z]+-[a-z]+-\d+/) != nil)
        #expect(try await data("tags", of: run)["mlflow.runName"] == name)
    }

    @Test func `name and tag follow each other`() async throws {
        let run = try await made(["tags": [["key": "mlflow.runName", "value": "tagged"]]])
        #expect(try await shown(run)["run.info.run_name"] == "tagged")
        _ = try await server.post("runs/update", ["run_id": run, "run_name": "renamed"])
        #expect(try await data("tags", of: run)["mlflow.runName"] == "renamed")
        _ = try await server.post("runs/set-tag", ["run_id": run, "key": "mlflow.runName", "value": "again"])
        #expect(try await shown(run)["run.info.run_name"] == "again")
        let both = try await server.post(
            "runs/create",
            ["experiment_id": "0", "run_name": "a", "tags": [["key": "mlflow.runName", "value": "b"]]]
        )
        #expect(both.errorCode == "INVALID_PARAMETER_VALUE")
    }

    @Test(arguments: ["FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED"])
    func `a status comes back as it was sent`(status: String) async throws {
        let run = try await made()
        let answer = try await server.post(
            "runs/update",
            ["run_id": run, "status": .string(status), "end_time": 1_700_000_001_000]
        )
        #expect(answer["run_info.status"] == .string(status) && answer["run_info.end_time"] == 1_700_000_001_000)
        #expect(try await shown(run)["run.info.status"] == .string(status))
    }

    @Test func `a batch is kept whole and told back exactly`() async throws {
        let run = try await made()
        let batch: Mapping = [
            "run_id": run,
            "metrics": [
                ["key": "loss", "value": 0.5, "timestamp": 1, "step": 1],
                ["key": "loss", "value": "NaN", "timestamp": 2, "step": 2],
                ["key": "top", "value": "Infinity", "timestamp": 1],
            ],
            "params": [
                ["key": "lr", "value": "0.10"], ["key": "n", "value": "1"], ["key": "flag", "value": "True"],
            ],
            "tags": [["key": "t", "value": "é\n"]],
        ]
        for _ in 0..<2 { #expect(try await server.post("runs/log-batch", batch).text == "{}") }
        #expect(try await data("params", of: run) == ["lr": "0.10", "n": "1", "flag": "True"])
        #expect(try await data("metrics", of: run) == ["loss": "NaN", "top": "Infinity"])
        #expect(try await data("tags", of: run)["t"] == "é\n")
        let history = try await server.get("metrics/get-history?run_id=\(run.text)&metric_key=loss")
        #expect(history["metrics"]?.listValue?.count == 2, "sent twice, kept once: \(history.text)")
    }

    @Test func `a batch with one mistake changes nothing`() async throws {
        let run = try await made()
        _ = try await server.post("runs/log-parameter", ["run_id": run, "key": "p", "value": "1"])
        let answer = try await server.post(
            "runs/log-batch",
            [
                "run_id": run, "metrics": [["key": "m", "value": 1, "timestamp": 1]],
                "params": [["key": "q", "value": "1"], ["key": "p", "value": "2"]],
            ]
        )
        #expect(answer.errorCode == "INVALID_PARAMETER_VALUE")
        #expect(answer.message?.contains("{'key': 'p', 'old_value': '1', 'new_value': '2'}") == true)
        #expect(try await data("params", of: run) == ["p": "1"])
        #expect(try await data("metrics", of: run).isEmpty)
    }

    @Test func `long values are cut, long names refused`() async throws {
        let run = try await made()
        let long = Value.string(String(repeating: "é", count: 9000))
        #expect(try await server.post("runs/log-parameter", ["run_id": run, "key": "p", "value": long]).status == 200)
        #expect(try await server.post("runs/set-tag", ["run_id": run, "key": "t", "value": long]).status == 200)
        #expect(try await data("params", of: run)["p"]?.text.count == 6000)
        #expect(try await data("tags", of: run)["t"]?.text.count == 8000)
        let name = Value.string(String(repeating: "k", count: 251))
        let answer = try await server.post("runs/log-metric", ["run_id": run, "key": name, "value": 1, "timestamp": 1])
        #expect(answer.message == "'Metric name' exceeds the maximum length of 250 characters")
    }

    @Test func `a deleted run takes nothing until it is restored`() async throws {
        let run = try await made()
        for _ in 0..<2 { #expect(try await server.post("runs/delete", ["run_id": run]).status == 200) }
        #expect(try await shown(run)["run.info.lifecycle_stage"] == "deleted")
        for (call, more) in [
            ("runs/log-metric", ["key": "m", "value": 1, "timestamp": 1]), ("runs/log-batch", [:]),
            ("runs/set-tag", ["key": "t", "value": "v"]), ("runs/update", ["status": "FINISHED"]),
            ("runs/log-parameter", ["key": "t", "value": "v"]),
        ] as [(String, Mapping)] {
            let answer = try await server.post(call, more.merging(["run_id": run]) { old, _ in old })
            #expect(
                answer.message == "The run \(run.text) must be in the 'active' state. Current state is deleted.",
                "\(call)"
            )
        }
        for _ in 0..<2 { #expect(try await server.post("runs/restore", ["run_id": run]).status == 200) }
        #expect(try await server.post("runs/set-tag", ["run_id": run, "key": "t", "value": "v"]).status == 200)
    }

    @Test func `what is not there is not found`() async throws {
        let none = Value.string(String(repeating: "0", count: 32))
        for (call, more) in [
            ("runs/update", [:]), ("runs/delete", [:]), ("runs/restore", [:]), ("runs/log-batch", [:]),
            ("runs/log-metric", ["key": "m", "value": 1, "timestamp": 1]), ("runs/delete-tag", ["key": "t"]),
        ] as [(String, Mapping)] {
            let answer = try await server.post(call, more.merging(["run_id": none]) { old, _ in old })
            #expect(answer.status == 404 && answer.errorCode == "RESOURCE_DOES_NOT_EXIST", "\(call): \(answer.text)")
        }
        let run = try await made()
        let tag = try await server.post("runs/delete-tag", ["run_id": run, "key": "none"])
        #expect(tag.message == "No tag with name: none in run with id \(run.text)")
        let history = try await server.get("metrics/get-history?run_id=\(none.text)&metric_key=m")
        #expect(history.status == 200 && history.text == "{}")
    }

    @Test func `histories come in pages, by time`() async throws {
        let run = try await made()
        for index in [3, 1, 2, 0] {
            _ = try await server.post(
                "runs/log-metric",
                ["run_id": run, "key": "h", "value": .number(Double(index)), "timestamp": .integer(Int64(index))]
            )
        }
        let call = "metrics/get-history?run_id=\(run.text)&metric_key=h&max_results=3"
        let first = try await server.get(call)
        #expect(first["metrics"]?.listValue?.map { $0.mapValue?["value"] } == [0, 1, 2].map { .number($0) })
        let token = try #require(first["next_page_token"])
        let second = try await server.get(call + "&page_token=\(token.text)")
        #expect(second["metrics"]?.listValue?.count == 1 && second["next_page_token"] == nil)
        let bulk = try await server.get("metrics/get-history-bulk?run_id=\(run.text)&metric_key=h")
        #expect(bulk["metrics.0.run_id"] == run && bulk["metrics"]?.listValue?.count == 4)
        let sampled = try await server.get(
            "metrics/get-history-bulk-interval?run_ids=\(run.text)&metric_key=h&start_step=0&end_step=0&max_results=4"
        )
        #expect(sampled["metrics"]?.listValue?.count == 4)
        for wrong in ["&max_results=0", "&max_results=x", "&page_token=x"] {
            let answer = try await server.get("metrics/get-history?run_id=\(run.text)&metric_key=h" + wrong)
            #expect(answer.errorCode == "INVALID_PARAMETER_VALUE", "\(wrong): \(answer.text)")
        }
    }

    @Test func `both prefixes answer, and only JSON is taken`() async throws {
        let run = try await made()
        #expect(try await server.ask(.get, "/ajax-api/2.0/mlflow/runs/get?run_uuid=\(run.text)").status == 200)
        let plain = try await server.ask(
            .post,
            "/api/2.0/mlflow/runs/delete",
            [.contentType: "text/plain"],
            Array("{}".utf8)
        )
        #expect(plain.message == "Bad Request. Content-Type must be one of ['application/json'].")
        let bare = try await server.ask(.post, "/api/2.0/mlflow/runs/delete", [:], Array("{}".utf8))
        #expect(bare.message == "Bad Request. Content-Type header is missing.")
    }
}
