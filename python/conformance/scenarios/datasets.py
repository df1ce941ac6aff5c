"""Inputs of runs and the search for them."""

import mlflow

from . import scenario


@scenario
def inputs(stage):
    import numpy
    import pandas

    number = stage.experiment()
    mlflow.set_experiment(experiment_id=number)
    frame = pandas.DataFrame({"x": [1, 2, 3], "y": ["a", "b", "c"]})
    train = mlflow.data.from_pandas(frame, source="https://example.org/train.csv", name="train", targets="y")
    test = mlflow.data.from_numpy(numpy.arange(6).reshape(2, 3), name="test")
    with mlflow.start_run(run_name="a") as one:
        mlflow.log_input(train, context="training")
        mlflow.log_input(test, context="validation", tags={"split": "1"})
        mlflow.log_input(train, context="training")
    with mlflow.start_run(run_name="b") as two:
        mlflow.log_input(train, context="other")
        mlflow.log_inputs([train, test], ["eval", "eval"], [None, {"k": "v"}])
    for label, run in {"a": one, "b": two}.items():
        found = stage.client.get_run(run.info.run_id).inputs
        stage.note(label, sorted(([item.dataset.name, item.dataset.digest, item.dataset.source_type, item.dataset.source, item.dataset.schema, item.dataset.profile,
                                   sorted([tag.key, tag.value] for tag in item.tags)] for item in found.dataset_inputs), key=repr))
    found = stage.rest("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": [number]})[1]["dataset_summaries"]
    stage.note("datasets", sorted(([item["name"], item["digest"], item.get("context")] for item in found), key=repr))
    stage.note("read back", [mlflow.data.get_source(item).to_dict() for item in stage.client.get_run(one.info.run_id).inputs.dataset_inputs if item.dataset.name == "train"])


@scenario
def wire(stage):
    number = stage.experiment()
    run = stage.run(number, 1)
    dataset = {"name": "d", "digest": "abc", "source_type": "local", "source": "{}"}
    log = lambda label, body: stage.wire(label, "POST", "runs/log-inputs", body)
    log("plain", {"run_id": run, "datasets": [{"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "train"}]}]})
    log("again", {"run_id": run, "datasets": [{"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "train"}]}]})
    log("without tags", {"run_id": run, "datasets": [{"dataset": {**dataset, "name": "e"}}]})
    log("none", {"run_id": run, "datasets": []})
    log("no run", {"datasets": [{"dataset": dataset}]})
    log("unknown run", {"run_id": "0" * 32, "datasets": [{"dataset": dataset}]})
    log("no dataset", {"run_id": run, "datasets": [{"tags": []}]})
    for missing in dataset:
        log(f"without {missing}", {"run_id": run, "datasets": [{"dataset": {key: value for key, value in dataset.items() if key != missing}}]})
    log("name too long", {"run_id": run, "datasets": [{"dataset": {**dataset, "name": "n" * 501}}]})
    log("digest too long", {"run_id": run, "datasets": [{"dataset": {**dataset, "digest": "n" * 37}}]})
    log("a tag too long", {"run_id": run, "datasets": [{"dataset": dataset, "tags": [{"key": "k" * 256, "value": "v"}]}]})
    log("not a list", {"run_id": run, "datasets": "x"})
    stage.wire("get", "GET", "runs/get", query={"run_id": run})
    stage.wire("search", "POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": [number]})
    stage.wire("search nothing", "POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": []})
    stage.wire("search unknown", "POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": ["98765"]})
    stage.wire("search too many", "POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": [str(index) for index in range(100, 125)]})
