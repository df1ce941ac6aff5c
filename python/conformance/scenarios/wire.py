"""Requests without a client between: prefixes, forms of numbers, what is left out, and wrong calls of every kind."""

from . import scenario


@scenario
def shapes(stage):
    for prefix in ["/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/"]:
        suffix = prefix.split("/")[1]
        number = stage.experiment(suffix)
        call = lambda label, method, path, body=None, **options: stage.wire(f"{prefix}{path}: {label}", method, path, body, prefix=prefix, **options)
        made = call("least", "POST", "runs/create", {"experiment_id": number, "start_time": 4})
        call("everything", "POST", "runs/create", {"experiment_id": number, "user_id": "me", "run_name": "n", "start_time": "1234", "tags": [{"key": "a", "value": "b"}]})
        call("unknown fields", "POST", "runs/create", {"experiment_id": number, "start_time": 5, "run_name": "u", "nothing": {"deep": [1]}})
        call("number as number", "POST", "runs/create", {"experiment_id": int(number), "start_time": 6, "run_name": "v"})
        run = made["run"]["info"]["run_id"]
        call("start of the empty run", "GET", "runs/get", query={"run_id": run})
        call("by its older name", "GET", "runs/get", query={"run_uuid": run})
        call("text for numbers", "POST", "runs/log-metric", {"run_id": run, "key": "m", "value": "1.5", "timestamp": "17", "step": "3"})
        call("numbers", "POST", "runs/log-metric", {"run_id": run, "key": "m", "value": 2, "timestamp": 18, "step": 4})
        call("older name", "POST", "runs/log-metric", {"run_uuid": run, "key": "older", "value": 2, "timestamp": 18})
        call("words", "POST", "runs/log-metric", {"run_id": run, "key": "nan", "value": "NaN", "timestamp": 18})
        call("float times", "POST", "runs/log-metric", {"run_id": run, "key": "float", "value": 1, "timestamp": 18.0, "step": 2.0})
        call("param", "POST", "runs/log-parameter", {"run_id": run, "key": "p", "value": "1"})
        call("param without value", "POST", "runs/log-parameter", {"run_id": run, "key": "q"})
        call("tag without value", "POST", "runs/set-tag", {"run_id": run, "key": "q"})
        call("tag", "POST", "runs/set-tag", {"run_id": run, "key": "t", "value": "v"})
        call("end", "POST", "runs/update", {"run_id": run, "status": "FINISHED", "end_time": "99"})
        call("whole", "GET", "runs/get", query={"run_id": run})
        call("history", "GET", "metrics/get-history", query={"run_id": run, "metric_key": "m"})
        call("history of nan", "GET", "metrics/get-history", query={"run_id": run, "metric_key": "nan"})
        call("history of nothing", "GET", "metrics/get-history", query={"run_id": run, "metric_key": "nothing"})
        call("search", "POST", "runs/search", {"experiment_ids": [number], "filter": "params.p = '1'", "max_results": "5", "run_view_type": "ACTIVE_ONLY"})
        call("search, nothing found", "POST", "runs/search", {"experiment_ids": [number], "filter": "params.p = '2'"})
        call("view as a number", "POST", "runs/search", {"experiment_ids": [number], "run_view_type": 2})
        call("artifacts", "GET", "artifacts/list", query={"run_id": run})
        call("experiment", "GET", "experiments/get", query={"experiment_id": number})
        call("experiment by name", "GET", "experiments/get-by-name", query={"experiment_name": stage.name(suffix)})
        call("experiments by POST", "POST", "experiments/search", {"filter": f"name = '{stage.name(suffix)}'", "max_results": 10})
        call("experiments by GET", "GET", "experiments/search", query={"filter": f"name = '{stage.name(suffix)}'", "max_results": 10, "view_type": "ALL", "order_by": ["name ASC"]})
        call("null fields", "POST", "runs/create", {"experiment_id": number, "run_name": None, "start_time": 8, "tags": None})
        call("delete", "POST", "runs/delete", {"run_id": run})
        call("restore", "POST", "runs/restore", {"run_id": run})


MISSING = {
    "POST experiments/create": ["name"], "GET experiments/get": ["experiment_id"], "GET experiments/get-by-name": ["experiment_name"],
    "POST experiments/update": ["experiment_id"], "POST experiments/delete": ["experiment_id"], "POST experiments/restore": ["experiment_id"],
    "POST experiments/set-experiment-tag": ["experiment_id", "key", "value"], "POST experiments/delete-experiment-tag": ["experiment_id", "key"],
    "POST runs/create": [], "GET runs/get": [], "POST runs/update": [], "POST runs/delete": ["run_id"], "POST runs/restore": ["run_id"], "POST runs/search": [],
    "POST runs/log-metric": ["run_id", "key", "value", "timestamp"], "POST runs/log-parameter": ["run_id", "key"], "POST runs/log-batch": ["run_id"],
    "POST runs/set-tag": ["run_id", "key"], "POST runs/delete-tag": ["run_id", "key"], "GET metrics/get-history": ["run_id", "metric_key"],
    "GET artifacts/list": [], "POST runs/log-inputs": ["run_id"], "POST registered-models/create": ["name"], "GET registered-models/get": ["name"],
    "POST registered-models/rename": ["name", "new_name"], "PATCH registered-models/update": ["name"], "DELETE registered-models/delete": ["name"],
    "POST registered-models/set-tag": ["name", "key", "value"], "DELETE registered-models/delete-tag": ["name", "key"],
    "POST registered-models/alias": ["name", "alias", "version"], "GET registered-models/alias": ["name", "alias"], "DELETE registered-models/alias": ["name", "alias"],
    "POST registered-models/get-latest-versions": ["name"], "POST model-versions/create": ["name", "source"], "GET model-versions/get": ["name", "version"],
    "PATCH model-versions/update": ["name", "version"], "DELETE model-versions/delete": ["name", "version"], "GET model-versions/get-download-uri": ["name", "version"],
    "POST model-versions/set-tag": ["name", "version", "key", "value"], "DELETE model-versions/delete-tag": ["name", "version", "key"],
    "POST model-versions/transition-stage": ["name", "version", "stage"],
}


@scenario
def missing(stage):
    """Every call without anything, and without each of its required fields."""
    values = {"value": "1", "timestamp": 1, "version": "1"}
    for call, required in MISSING.items():
        method, path = call.split()
        send = lambda fields: {"query": fields} if method == "GET" else {"body": fields}
        stage.wire(f"{call}: nothing", method, path, **send({}))
        for name in required:
            stage.wire(f"{call}: without {name}", method, path, **send({other: values.get(other, "x") for other in required if other != name}))


@scenario
def types(stage):
    """Fields of the wrong type."""
    number = stage.experiment()
    run = stage.run(number, 1)
    wrong = {"null": None, "number": 5, "flag": True, "list": ["a"], "object": {"a": 1}, "text": "text"}
    for path, fields in {"experiments/create": {"name": "{}", "tags": []}, "runs/create": {"experiment_id": number, "start_time": 5, "tags": []},
                         "runs/search": {"experiment_ids": [number], "filter": "", "max_results": 5, "order_by": []},
                         "runs/log-parameter": {"run_id": run, "key": "typed", "value": "x"}, "runs/set-tag": {"run_id": run, "key": "typed", "value": "x"},
                         "runs/log-batch": {"run_id": run, "metrics": [], "params": [], "tags": []}, "runs/update": {"run_id": run, "status": "RUNNING", "end_time": 5}}.items():
        for name in fields:
            for kind, value in wrong.items():
                if name == "name" and kind in ("text", "number"):
                    continue
                body = {**fields, "name": stage.name(f"{name}-{kind}"), name: value} if path == "experiments/create" else {**fields, name: value}
                status, answer = stage.rest("POST", path, body)
                stage.note(f"{path}: {name} as {kind}", [status, answer.get("error_code") if isinstance(answer, dict) else answer])


@scenario
def bodies(stage):
    """What is not a request at all."""
    def code(label, method, path, body=None, **options):
        status, answer = stage.rest(method, path, body, **options)
        stage.note(label, [status, answer.get("error_code") if isinstance(answer, dict) else "text"])

    for label, body in {"not JSON": b"nonsense", "cut off": b'{"name": "x', "empty": b"", "list": b"[]", "text": b'"x"', "number": b"5", "null": b"null", "bad UTF-8": b'{"name": "\xff\xfe"}',
                        "two": b'{"name": "a"}{"name": "b"}', "deep": b"[" * 5000}.items():
        code(label, "POST", "experiments/create", body)
        code(f"run: {label}", "POST", "runs/log-batch", body)
    code("unknown path", "GET", "nothing/here")
    code("unknown path by POST", "POST", "nothing/here", {})
    code("wrong method", "GET", "runs/create")
    code("wrong method, the other way", "POST", "runs/get", {})
    code("PUT", "PUT", "runs/create", {})
    code("no content type", "POST", "experiments/create", b'{"name": "typeless"}', headers={"Content-Type": ""})
    code("plain text", "POST", "experiments/create", b'{"name": "texted"}', headers={"Content-Type": "text/plain"})
    code("form", "POST", "experiments/create", b"name=x", headers={"Content-Type": "application/x-www-form-urlencoded"})
    code("with a character set", "POST", "experiments/create", b'{"name": "charset"}', headers={"Content-Type": "application/json; charset=utf-8"})


@scenario(classic=True)
def surroundings(stage):
    """What else a client asks for."""
    stage.note("health", stage.rest("GET", "/health"))
    status, version = stage.rest("GET", "/version")
    stage.note("version", [status, str(version).count(".") == 2])
    status, answer = stage.rest("GET", "/api/3.0/mlflow/server-info")
    stage.note("server-info", [status, sorted(answer) if isinstance(answer, dict) else answer])
    stage.note("a foreign host", stage.rest("GET", "/api/2.0/mlflow/experiments/search?max_results=1", headers={"Host": "evil.example.org"})[0])
    stage.note("a foreign origin", stage.rest("POST", "experiments/create", {"name": stage.name("foreign")}, headers={"Origin": "https://evil.example.org"})[0])


@scenario
def traces(stage):
    """A server without traces answers so that a client goes on."""
    import mlflow

    mlflow.set_experiment(experiment_id=stage.experiment())
    with mlflow.start_run() as run:
        with mlflow.start_span("outer") as span:
            span.set_inputs({"a": 1})
        mlflow.log_metric("after", 1, timestamp=5)
        mlflow.flush_trace_async_logging()
    stage.note("the run goes on", stage.client.get_run(run.info.run_id).data.metrics)
