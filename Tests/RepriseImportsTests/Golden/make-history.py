"""Writes a small history with the MLflow client that is installed, for the tests of `reprise import mlflow`.

    pip install mlflow==3.17.2           # or mlflow-skinny==2.22.5 sqlalchemy alembic numpy
    python make-history.py URI

URI is `file:///…/mlruns`, `sqlite:////…/mlflow.db` or a server's address. `folder-3`, `folder-2`, `sqlite-3.db` and
`sqlite-2.db` beside this file were made so, by 3.17.2 and 2.22.5.
"""

import os
import sys
import tempfile

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param
from mlflow.tracking import MlflowClient

uri = sys.argv[1]
mlflow.set_tracking_uri(uri)
mlflow.set_registry_uri(uri)
client = MlflowClient()
nan, inf = float("nan"), float("inf")
T = 1_700_000_000_000

first = client.create_experiment("digits", tags={"team": "vision", "note": "two\nlines"})
gone = client.create_experiment("given up")

run = client.create_run(first, start_time=T, run_name="bold-owl", tags={"mlflow.user": "ann", "stage": "final: yes"})
id = run.info.run_id
client.log_batch(
    id,
    metrics=[Metric("loss", 1.0 / (s + 1), T + 1000 * s, s) for s in range(20)]
    + [Metric("odd", v, T + 5000, s) for s, v in enumerate([nan, 1.0, -0.5, nan])]
    + [Metric("acc/train", 0.5, T, 0), Metric("acc/train", 0.25, T, 0), Metric("acc/train", 1e-300, T + 1, -3)],
    params=[Param("lr", "0.01"), Param("depth", "3"), Param("name", "a: b # c"), Param("opt/beta", "0.90")],
)
client.log_metric(id, "late", inf, T + 9, 7)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "notes.txt")
    with open(path, "w") as file:
        file.write("hello\n")
    client.log_artifact(id, path)
    client.log_artifact(id, path, "deep/er folder")
iris = Dataset("iris", "abc123", "local", '{"uri": "iris.csv"}', schema='{"a": 1}', profile=None)
client.log_inputs(id, [DatasetInput(iris, [InputTag("mlflow.data.context", "training")])])
client.set_terminated(id, "FINISHED", T + 60_000)

child = client.create_run(first, start_time=T + 1, run_name="calm-cat", tags={"mlflow.parentRunId": id})
client.log_metric(child.info.run_id, "loss", 2.5, T + 2, 0)
client.set_terminated(child.info.run_id, "FAILED", T + 3)
killed = client.create_run(first, start_time=T + 5, run_name="dead-dog")
client.set_terminated(killed.info.run_id, "KILLED", T + 6)
client.delete_run(killed.info.run_id)
client.create_run(first, start_time=T + 8, run_name="still-on")
lost = client.create_run(gone, start_time=T + 9, run_name="old-ox")
client.set_terminated(lost.info.run_id, "FINISHED", T + 10)
client.delete_experiment(gone)

client.create_registered_model("classifier", tags={"kind": "forest"}, description="what it is for")
client.create_model_version(
    "classifier", run.info.artifact_uri + "/notes.txt", id, tags={"v": "1"}, description="first", await_creation_for=0
)
client.create_model_version("classifier", run.info.artifact_uri + "/deep", id, await_creation_for=0)
client.set_registered_model_alias("classifier", "best", 1)
client.transition_model_version_stage("classifier", "2", "Staging")

if hasattr(client, "create_logged_model"):
    from mlflow.entities import LoggedModelOutput

    model = client.create_logged_model(
        first, "forest", source_run_id=id, tags={"t": "1"}, params={"trees": "10"}, model_type="tree"
    )
    client.finalize_logged_model(model.model_id, "READY")
    point = Metric("loss", 0.001, T + 70_000, 99, model.model_id, "iris", "abc123", id)
    client.log_batch(id, metrics=[point])
    client.log_outputs(id, [LoggedModelOutput(model.model_id, 4)])
