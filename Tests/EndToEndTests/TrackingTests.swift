import Foundation
import OrderedCollections
import RepriseModel
import RepriseSystem
import Testing

/// Programs of runs that speak the MLflow API, without the client: a few lines over Python's own HTTP.
@Suite(.serialized) struct `Programs that log by MLflow` {
    private static let client = """
        import json, os, sys, time, urllib.error, urllib.parse, urllib.request
        uri, run = os.environ["MLFLOW_TRACKING_URI"], os.environ["MLFLOW_RUN_ID"]
        def ask(method, path, body=None, tries=400):
            data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            request = urllib.request.Request(uri + path, data=data, method=method)
            if isinstance(body, dict):
                request.add_header("Content-Type", "application/json")
            for attempt in range(tries):
                try:
                    return urllib.request.urlopen(request).read()
                except urllib.error.HTTPError as error:
                    sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")
                except OSError:
                    time.sleep(0.05)
            sys.exit("nobody answered")
        def post(call, **fields):
            return json.loads(ask("POST", "/api/2.0/mlflow/" + call, fields))
        def put(path, data):
            ask("PUT", f"/api/2.0/mlflow-artifacts/artifacts/x/{run}/artifacts/" + urllib.parse.quote(path), data)

        """

    private func workshop(
        _ program: String,
        parameters: String = "{}",
        _ body: (Workshop) async throws -> Void
    ) async throws {
        try await Workshop.use { workshop in
            try workshop.write(Self.client + program, to: "log.py")
            try workshop.write("name: log\nparameters: \(parameters)\ncommand: [python3, log.py]\n", to: "log.exp.yaml")
            try await body(workshop)
        }
    }

    @Test func `artifacts become outputs of the run, beside what is kept at its end`() async throws {
        let program = """
            put("model/a b.bin", b"logged")
            assert ask("GET", f"/get-artifact?run_id={run}&path=model/a%20b.bin") == b"logged"
            put("outputs/both.txt", b"logged")
            open(os.environ["REPRISE_OUTPUTS"] + "/both.txt", "w").write("left")
            """
        try await workshop(program) { workshop in
            try await workshop.reprise("run", "log.exp.yaml")
            let outputs = try await workshop.json("show", "@last")[path: "outputs"]?.listValue ?? []
            #expect(outputs.map { $0[path: "path"]?.text } == ["model/a b.bin", "outputs/both.txt"])
            #expect(outputs.map { $0[path: "bytes"] } == [6, 4])
            let script = try await workshop.shell("cat .reprise/runs/*/run.sh").text
            #expect(script.contains("MLFLOW_TRACKING_URI=http://127.0.0.1:"))
            try await workshop.reprise("verify", "@last")
        }
    }

    @Test func `what is logged is the run's own, and its process alone decides how it ended`() async throws {
        let program = """
            own = json.loads(ask("GET", f"/api/2.0/mlflow/runs/get?run_id={run}"))["run"]
            assert own["info"]["status"] == "RUNNING", own
            post("runs/update", run_id=run, status="RUNNING")
            post("runs/log-parameter", run_id=run, key="lr", value="0.5")
            post("runs/log-parameter", run_id=run, key="flag", value="True")
            post("runs/log-parameter", run_id=run, key="depth", value="3")
            for step in range(3):
                post("runs/log-metric", run_id=run, key="loss", value=1 / (step + 1), step=step, timestamp=1000 + step)
            post("runs/set-tag", run_id=run, key="mlflow.source.name", value="log.py")
            known = json.loads(ask("GET", "/api/2.0/mlflow/experiments/get-by-name?experiment_name=any"))["experiment"]
            assert known["experiment_id"] == own["info"]["experiment_id"], known
            child = post(
                "runs/create", experiment_id=known["experiment_id"], run_name="child", start_time=1000,
                tags=[{"key": "mlflow.parentRunId", "value": run}],
            )["run"]["info"]["run_id"]
            post("runs/update", run_id=child, status="FINISHED", end_time=2000)
            post("runs/update", run_id=run, status="FAILED", end_time=2000)
            """
        try await workshop(program, parameters: "{lr: 0.5, flag: true}") { workshop in
            try await workshop.reprise("run", "log.exp.yaml")
            let shown = try await workshop.json("show", "log")
            #expect(shown[path: "state"] == "finished")
            let parameters = shown[path: "request.parameters"]?.listValue ?? []
            #expect(parameters.map { $0[path: "name"]?.text } == ["lr", "flag", "depth"])
            #expect(parameters.map { $0[path: "value"] } == [0.5, true, 3])
            let series = try #require(shown[path: "metrics"]?.listValue?.first)
            #expect(series[path: "key"] == "loss")
            #expect(series[path: "count"] == 3)
            #expect(series[path: "lastStep"] == 2)
            let child = try await workshop.json("show", "child")
            #expect(child[path: "state"] == "finished")
            #expect(child[path: "request.project"] == shown[path: "request.project"])
            #expect(child[path: "tags"]?.json().contains(shown[path: "request.id"]?.text ?? "-") == true, "\(child)")
        }
    }

    @Test func `a program goes on when the supervisor is killed and another comes`() async throws {
        let program = """
            put("before", b"1")
            log = lambda step: post("runs/log-metric", run_id=run, key="m", value=step, step=step, timestamp=step)
            log(1)
            open(os.environ["REPRISE_RUN_DIR"] + "/ready", "w")
            while not os.path.exists(os.environ["REPRISE_RUN_DIR"] + "/go"):
                time.sleep(0.02)
            log(2)
            log(2)
            put("after", b"2")
            """
        try await workshop(program) { workshop in
            try await workshop.reprise("run", "log.exp.yaml", "--detach")
            _ = try await workshop.shell(
                """
                until [ -e .reprise/runs/*/ready ]; do sleep 0.02; done
                kill -9 "$(head -n 1 .reprise/supervisor.lock)"
                touch "$(echo .reprise/runs/*)/go"
                """
            )
            try await workshop.reprise("wait", "--all")
            let outputs = try await workshop.json("show", "@last")[path: "outputs"]?.listValue ?? []
            #expect(outputs.map { $0[path: "path"]?.text } == ["after", "before"])
            let series = try await workshop.json("show", "@last")[path: "metrics"]?.listValue ?? []
            #expect(series.map { $0[path: "count"] } == [2])
        }
    }

    @Test func `whoever wants no server, or another, gets none`() async throws {
        try await Workshop.use { workshop in
            let command = #"command: 'echo "$MLFLOW_TRACKING_URI|$MLFLOW_RUN_ID"'"#
            try workshop.write("name: a\n\(command)\n", to: "a.exp.yaml")
            try await workshop.reprise("run", "a.exp.yaml", "--set", "tracking-server=false")
            #expect(try await workshop.reprise("logs", "@last").text == "|\n")
            let other = "environment: {variables: {MLFLOW_TRACKING_URI: https://example.org}}"
            try workshop.write("name: a\n\(command)\n\(other)\n", to: "a.exp.yaml")
            try await workshop.reprise("run", "a.exp.yaml")
            #expect(try await workshop.reprise("logs", "@last").text == "https://example.org|\n")
        }
    }
}
