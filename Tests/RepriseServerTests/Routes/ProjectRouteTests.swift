import OrderedCollections
import RepriseModel
import Testing

@testable import RepriseServer

@Suite struct `MLflow's experiments` {
    private func made(_ server: ServerFixture, _ name: String = "digits") async throws -> Value {
        let answer = try await server.post(
            "experiments/create",
            ["name": .string(name), "tags": [["key": "a", "value": "b"]]]
        )
        return try #require(answer["experiment_id"], "\(answer.text)")
    }

    @Test func `the project Default is there from the start`() async throws {
        let answer = try await ServerFixture().get("experiments/get?experiment_id=0")
        #expect(answer["experiment.name"] == "Default")
        #expect(answer["experiment.artifact_location"] == "mlflow-artifacts:/0")
        #expect(answer["experiment.lifecycle_stage"] == "active")
    }

    @Test func `one is found by its number and by its name`() async throws {
        let server = try ServerFixture()
        let id = try await made(server, "été 1")
        for call in [
            "experiments/get?experiment_id=\(id.text)", "experiments/get-by-name?experiment_name=%C3%A9t%C3%A9+1",
        ] {
            let answer = try await server.get(call)
            #expect(answer["experiment.experiment_id"] == id && answer["experiment.name"] == "été 1")
            #expect(answer["experiment.tags"] == [["key": "a", "value": "b"]])
        }
    }

    @Test func `a name is taken once`() async throws {
        let server = try ServerFixture()
        _ = try await made(server)
        let answer = try await server.post("experiments/create", ["name": "digits"])
        #expect(answer.status == 400 && answer.errorCode == "RESOURCE_ALREADY_EXISTS")
    }

    @Test func `renaming, deleting and restoring`() async throws {
        let server = try ServerFixture()
        let id = try await made(server)
        #expect(
            try await server.post("experiments/update", ["experiment_id": id, "new_name": "letters"]).status == 200
        )
        #expect(try await server.get("experiments/get?experiment_id=\(id.text)")["experiment.name"] == "letters")
        #expect(try await server.post("experiments/delete", ["experiment_id": id]).status == 200)
        let again = try await server.post("experiments/delete", ["experiment_id": id])
        #expect(again.status == 404 && again.message == "No Experiment with id=\(id.text) exists")
        let deleted = try await server.get("experiments/get?experiment_id=\(id.text)")
        #expect(deleted["experiment.lifecycle_stage"] == "deleted")
        #expect(try await server.post("runs/create", ["experiment_id": id]).errorCode == "INVALID_PARAMETER_VALUE")
        #expect(try await server.post("experiments/restore", ["experiment_id": id]).status == 200)
        #expect(try await server.post("runs/create", ["experiment_id": id]).status == 200)
    }

    @Test func `tags are set, replaced and taken away`() async throws {
        let server = try ServerFixture()
        let id = try await made(server)
        for value in ["x", "y"] {
            let answer = try await server.post(
                "experiments/set-experiment-tag",
                ["experiment_id": id, "key": "a", "value": .string(value)]
            )
            #expect(answer.status == 200)
        }
        let shown = try await server.get("experiments/get?experiment_id=\(id.text)")
        #expect(shown["experiment.tags"] == [["key": "a", "value": "y"]])
        let tag: Mapping = ["experiment_id": id, "key": "a"]
        #expect(try await server.post("experiments/delete-experiment-tag", tag).status == 200)
        #expect(try await server.post("experiments/delete-experiment-tag", tag).status == 404)
    }

    @Test(
        arguments: [
            ("experiments/create", [:], "Missing value for required parameter 'name'."),
            ("experiments/create", ["name": 5], "Invalid value 5 for parameter 'name' supplied:"),
            (
                "experiments/create", ["name": "x", "artifact_location": "runs:/a"],
                "Artifact location cannot be a runs:/ URI."
            ),
            ("experiments/delete", ["experiment_id": "x"], "Invalid experiment ID 'x'."),
            ("experiments/update", ["experiment_id": "0"], "Missing value for required parameter 'new_name'."),
            (
                "experiments/set-experiment-tag", ["experiment_id": "0", "key": "../a", "value": "b"],
                "Invalid value \"../a\" for parameter 'key' supplied:"
            ),
        ] as [(String, Mapping, String)]
    )
    func `mistakes are told in MLflow's words`(call: String, body: Mapping, message: String) async throws {
        let answer = try await ServerFixture().post(call, body)
        #expect(answer.status == 400 && answer.errorCode == "INVALID_PARAMETER_VALUE")
        #expect(answer.message?.hasPrefix(message) == true, "\(answer.text)")
    }
}
