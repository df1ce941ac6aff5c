"""Logged models of MLflow 3, and models in the older sense: folders among a run's artifacts."""

import mlflow
from mlflow.entities import Metric

from . import scenario


@scenario
def life(stage):
    client = stage.client
    number = stage.experiment()
    run = stage.run(number, 1)
    made = client.create_logged_model(number, name="candidate", source_run_id=run, tags={"a": "1"}, params={"lr": "0.1"}, model_type="agent")
    stage.note("made", made)
    client.set_logged_model_tags(made.model_id, {"b": "2", "a": "3"})
    client.delete_logged_model_tag(made.model_id, "b")
    client.log_model_params(made.model_id, {"depth": "3"})
    stage.note("changed", client.get_logged_model(made.model_id))
    client.finalize_logged_model(made.model_id, "READY")
    stage.note("ready", client.get_logged_model(made.model_id))
    client.log_metric(run, "accuracy", 0.5, step=2, timestamp=5, model_id=made.model_id)
    client.log_batch(run, metrics=[Metric("loss", 1.0, 7, 0, made.model_id)])
    stage.note("with metrics", client.get_logged_model(made.model_id).metrics)
    stage.note("history", client.get_metric_history(run, "accuracy"))
    client.delete_logged_model(made.model_id)
    stage.attempt("deleted", client.get_logged_model, made.model_id)
    absent = "m-" + "0" * 32
    for label, call in {"get": client.get_logged_model, "delete": client.delete_logged_model}.items():
        stage.attempt(f"{label} absent", call, absent)
    stage.attempt("finalize absent", client.finalize_logged_model, absent, "READY")
    stage.attempt("tag absent", client.set_logged_model_tags, absent, {"a": "b"})
    stage.attempt("delete tag absent", client.delete_logged_model_tag, absent, "a")
    stage.attempt("in an unknown experiment", client.create_logged_model, "98765")
    for name in ["", "a/b", "a.b", "a:b", "a b", "%", "'", '"', "ü", "n" * 257]:
        stage.attempt(f"name {name[:9]!r}", lambda: client.create_logged_model(number, name=name).name)
    stage.note("named by the server", bool(client.create_logged_model(number).name))


@scenario
def searched(stage):
    client = stage.client
    number, other = stage.experiment(), stage.experiment("other")
    run = stage.run(number, 1)
    for index in range(6):
        model = client.create_logged_model(number, name=f"m{index}", source_run_id=run if index % 2 else None, tags={"parity": str(index % 2)},
                                           params={"depth": str(index)}, model_type="tree" if index < 3 else "net")
        client.log_batch(run, metrics=[Metric("accuracy", index / 10, 5, 0, model.model_id)])
        if index == 4:
            client.finalize_logged_model(model.model_id, "READY")
    client.create_logged_model(other, name="elsewhere")

    def search(label, **options):
        stage.attempt(label, lambda: [model.name for model in client.search_logged_models([number], **options)])

    order = [{"field_name": "name"}]
    for text in ["name = 'm1'", "name != 'm1'", "name LIKE 'm%'", "name ILIKE 'M2'", "name IN ('m1', 'm3')", "name NOT IN ('m1')", "model_type = 'tree'", "status = 'READY'",
                 "params.depth = '3'", "params.depth LIKE '%'", "tags.parity = '1'", "tags.`parity` != '1'", "metrics.accuracy > 0.2", "metrics.accuracy <= 0.2 AND model_type = 'tree'",
                 f"source_run_id = '{run}'", "creation_timestamp > 0", "creation_time > 0", "last_updated_timestamp > 0", "model_id LIKE 'm-%'", "attributes.name = 'm1'",
                 "nonsense", "nothing = 'x'", "name > 'x'", "metrics.accuracy = 'x'", "tags.parity > '1'", "params.depth = 3", "name = 'a' OR name = 'b'"]:
        search(text, filter_string=text, order_by=order)
    search("by name, down", order_by=[{"field_name": "name", "ascending": False}])
    search("by time", order_by=[{"field_name": "creation_timestamp", "ascending": True}, {"field_name": "name"}])
    search("by metric", order_by=[{"field_name": "metrics.accuracy", "ascending": False}])
    search("by nothing", order_by=[{"field_name": "nothing"}])
    search("with a bad order", order_by=[{"ascending": True}])
    search("by dataset", datasets=[{"dataset_name": "x"}], order_by=order)
    found, token = [], None
    while True:
        page = client.search_logged_models([number], max_results=4, order_by=order, page_token=token)
        found.append([model.name for model in page])
        token = page.token
        if not token:
            break
    stage.note("four at a time", found)
    stage.note("both", len(client.search_logged_models([number, other])))
    stage.note("frame", sorted(mlflow.search_logged_models([number], order_by=order).columns))


@scenario
def pyfunc(stage):
    import pandas

    class Doubler(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return [value * 2 for value in model_input["x"]]

    mlflow.set_experiment(experiment_id=stage.experiment())
    with mlflow.start_run() as run:
        logged = mlflow.pyfunc.log_model(name="doubler", python_model=Doubler(), pip_requirements=["mlflow"], input_example=pandas.DataFrame({"x": [1]}))
        mlflow.log_metric("score", 0.5, timestamp=5)
    stage.note("predicts", list(mlflow.pyfunc.load_model(logged.model_uri).predict(pandas.DataFrame({"x": [1, 2]}))))
    found = stage.client.get_run(run.info.run_id)
    stage.note("outputs", [model.model_id for model in found.outputs.model_outputs])
    stage.note("metrics", found.data.metrics)
    model = stage.client.get_logged_model(logged.model_id)
    stage.note("model", [model.name, model.status, model.model_type, model.source_run_id == run.info.run_id, sorted(model.tags)])
    stage.note("files", sorted([item.path, item.is_dir] for item in stage.client.list_logged_model_artifacts(logged.model_id)))
    stage.note("files through the run", sorted([item.path, item.is_dir] for item in stage.client.list_artifacts(run.info.run_id, "doubler")))
    stage.note("through the run", list(mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/doubler").predict(pandas.DataFrame({"x": [4]}))))
    stage.note("input example", mlflow.pyfunc.load_model(logged.model_uri).input_example)


@scenario
def wire(stage):
    number = stage.experiment()
    run = stage.run(number, 1)
    create = lambda label, body: stage.wire(label, "POST", "logged-models", body)
    made = create("made", {"experiment_id": number, "name": "n", "params": [{"key": "a", "value": "1"}], "tags": [{"key": "t", "value": "v"}]})
    model = made["model"]["info"]["model_id"]
    create("no experiment", {"name": "n"})
    create("long parameters", {"experiment_id": number, "name": "long", "params": [{"key": "a", "value": "x" * 6001}]})
    stage.wire("get", "GET", f"logged-models/{model}")
    stage.wire("status words", "PATCH", f"logged-models/{model}", {"status": "LOGGED_MODEL_READY"})
    stage.wire("status that is none", "PATCH", f"logged-models/{model}", {"status": "DONE"})
    stage.wire("parameters", "POST", f"logged-models/{model}/params", {"params": [{"key": "b", "value": "2"}]})
    stage.wire("the same parameters", "POST", f"logged-models/{model}/params", {"params": [{"key": "b", "value": "2"}]})
    stage.wire("other parameters", "POST", f"logged-models/{model}/params", {"params": [{"key": "b", "value": "3"}]})
    stage.wire("tags", "PATCH", f"logged-models/{model}/tags", {"tags": [{"key": "x", "value": "y"}]})
    stage.wire("tag gone", "DELETE", f"logged-models/{model}/tags/x")
    stage.wire("tag gone twice", "DELETE", f"logged-models/{model}/tags/x")
    stage.wire("directories", "GET", f"logged-models/{model}/artifacts/directories")
    stage.wire("output", "POST", "runs/outputs", {"run_id": run, "models": [{"model_id": model, "step": 3}]})
    stage.wire("output of an unknown run", "POST", "runs/outputs", {"run_id": "0" * 32, "models": [{"model_id": model}]})
    stage.wire("run with output", "GET", "runs/get", query={"run_id": run})
    stage.wire("search", "POST", "logged-models/search", {"experiment_ids": [number], "order_by": [{"field_name": "name"}]})
    stage.wire("search nothing", "POST", "logged-models/search", {})
    stage.wire("gone", "DELETE", f"logged-models/{model}")
    stage.wire("get what is gone", "GET", f"logged-models/{model}")
    stage.wire("legacy", "POST", "runs/log-model", {"run_id": run, "model_json": '{"artifact_path": "m", "flavors": {}, "utc_time_created": "x", "run_id": "' + run + '"}'})
    stage.wire("legacy, bad", "POST", "runs/log-model", {"run_id": run, "model_json": "nonsense"})
    stage.wire("legacy, short", "POST", "runs/log-model", {"run_id": run, "model_json": "{}"})
