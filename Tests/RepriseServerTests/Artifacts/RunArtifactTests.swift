import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore
import RepriseSystem
import Testing

@testable import RepriseServer

@Suite struct `Artifacts of a run` {
    private let server: ServerFixture
    private let run: RunID

    init() throws {
        server = try ServerFixture()
        run = try server.launchedRun()
    }

    @Test func `what the proxy took in is listed and sent by the run's id`() async throws {
        let path = "/api/2.0/mlflow-artifacts/artifacts/1/\(run)/artifacts/plots/a%20b.png"
        #expect(try await server.ask(.put, path, [:], [1, 2, 3]).status == 200)
        let listed = try await server.get("artifacts/list?run_id=\(run)")
        #expect(listed["root_uri"]?.stringValue == "mlflow-artifacts:/1/\(run)/artifacts")
        #expect(listed["files"] == [["path": "plots", "is_dir": true]])
        let inner = try await server.get("artifacts/list?run_uuid=\(run)&path=plots")
        #expect(inner["files"] == [["path": "plots/a b.png", "is_dir": false, "file_size": 3]])
        #expect(try await server.get("artifacts/list?run_id=\(run)&path=nowhere")["files"] == nil)
        for prefix in ["", "/ajax-api/2.0/mlflow"] {
            let got = try await server.ask(.get, "\(prefix)/get-artifact?run_uuid=\(run)&path=plots%2Fa+b.png")
            #expect(got.status == 200 && got.bytes == [1, 2, 3])
        }
        #expect(try server.store.outputs(run).map(\.path) == ["plots/a b.png"])
    }

    @Test func `pages put files by the run's id`() async throws {
        let upload = "/ajax-api/2.0/mlflow/upload-artifact"
        #expect(try await server.ask(.post, "\(upload)?run_uuid=\(run)&path=a/b.txt", [:], [7]).status == 200)
        #expect(try server.store.outputs(run).map(\.path) == ["a/b.txt"])
        #expect(try await server.ask(.post, "\(upload)?path=a", [:], [7]).errorCode == "INVALID_PARAMETER_VALUE")
    }

    @Test(arguments: ["0123456789abcdef0123456789abcdef", "x", ""])
    func `a run that is not there is told so`(id: String) async throws {
        for path in ["/api/2.0/mlflow/artifacts/list?run_id=\(id)", "/get-artifact?path=a&run_id=\(id)"] {
            let answer = try await server.ask(.get, path)
            let code = id.isEmpty ? "INVALID_PARAMETER_VALUE" : "RESOURCE_DOES_NOT_EXIST"
            #expect(answer.errorCode == code, "\(path): \(answer.text)")
        }
        let outside = try await server.get("artifacts/list?run_id=\(run)&path=../x")
        #expect(outside.status == 400 && outside.errorCode == "INVALID_PARAMETER_VALUE")
    }
}

@Suite struct `Calls of a program that Reprise has started` {
    @Test func `are those without the run before them`() async throws {
        let server = try ServerFixture()
        let run = try server.launchedRun()
        #expect(try await server.ask(.get, "/runs/\(run)/health").text == "OK")
        let path = "/runs/\(run)/api/2.0/mlflow-artifacts/artifacts/1/\(run)/artifacts/a"
        #expect(try await server.ask(.put, path, [:], [1]).status == 200)
        #expect(try await server.ask(.get, "/runs/\(run)/get-artifact?path=a&run_id=\(run)").bytes == [1])
        for other in ["/runs/\(run)x/health", "/runs/abc/health", "/runs/\(run)"] {
            #expect(try await server.ask(.get, other).status == 404, "\(other)")
        }
    }
}

extension ServerFixture {
    /// A run as `reprise run` makes one, in the project `digits`, which is the first after MLflow's own.
    func launchedRun() throws -> RunID {
        var generator = EntropyGenerator(LiveEntropy())
        let id = RunID(using: &generator)
        let request = RunRequest(
            id: id,
            name: "digits",
            project: "digits",
            experiment: "digits",
            launch: "launch",
            parameters: [],
            seed: Seed(7),
            snapshot: SHA256Hasher.digest(of: []),
            steps: [StepRequest(command: .shell([.text("true")]))],
            createdAt: Timestamp(milliseconds: 1_700_000_000_000)
        )
        let launch = LaunchRecord(id: "launch", createdAt: Timestamp(milliseconds: 1_700_000_000_000))
        try store.insert(launch, runs: [request])
        return id
    }
}
