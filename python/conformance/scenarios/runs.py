"""Runs: made, nested, resumed, ended, renamed, tagged, noted, deleted, restored."""

import mlflow
from mlflow.entities import RunStatus, RunTag, ViewType

from . import scenario


@scenario(classic=True)
def life(stage):
    client = stage.client
    number = stage.experiment()
    made = client.create_run(number, start_time=1000, run_name="first", tags={"a": "1"})
    stage.note("made", made)
    run = made.info.run_id
    for status in ["SCHEDULED", "RUNNING", "FAILED", "KILLED", "FINISHED"]:
        client.set_terminated(run, status, end_time=5000) if status in ("FAILED", "KILLED", "FINISHED") else client.update_run(run, status=status)
        stage.note(f"as {status}", client.get_run(run).info)
    client.update_run(run, name="second")
    stage.note("renamed", client.get_run(run))
    client.set_tag(run, "mlflow.runName", "third")
    stage.note("renamed by tag", client.get_run(run).info.run_name)
    client.update_run(run, status="RUNNING")
    stage.note("running again", client.get_run(run).info)
    client.set_terminated(run)
    stage.note("ended now", client.get_run(run).info)


@scenario(classic=True)
def names(stage):
    number = stage.experiment()
    made = stage.client.create_run(number, start_time=1, tags={"mlflow.runName": "by tag"})
    stage.note("by tag", [made.info.run_name, made.data.tags])
    made = stage.client.create_run(number, start_time=1)
    stage.note("made up", [made.info.run_name == made.data.tags["mlflow.runName"], made.info.run_name.count("-")])
    stage.attempt("two names", stage.client.create_run, number, run_name="a", tags={"mlflow.runName": "b"})
    made = stage.client.create_run(number, start_time=1, run_name="a", tags={"mlflow.runName": "a"})
    stage.note("the same twice", made.info.run_name)
    odd = "naïve – 走 🚀 'quoted' \"double\" `back` \\ / % _"
    made = stage.client.create_run(number, start_time=1, run_name=odd)
    stage.note("odd", stage.client.get_run(made.info.run_id).info.run_name)


@scenario(classic=True)
def fluent(stage):
    mlflow.set_experiment(experiment_id=stage.experiment())
    with mlflow.start_run(run_name="outer", description="a note", tags={"k": "v"}) as outer:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "flag": True, "none": None})
        mlflow.log_metric("loss", 1.5, step=1)
        mlflow.log_metrics({"a": 1, "b": 2.5}, step=2)
        mlflow.set_tags({"x": 1, "y": [1, 2]})
        with mlflow.start_run(run_name="inner", nested=True) as inner:
            mlflow.log_metric("loss", 0.5)
            with mlflow.start_run(run_name="innermost", nested=True):
                pass
    stage.note("outer", client_view(stage, outer.info.run_id))
    stage.note("inner", client_view(stage, inner.info.run_id))
    stage.note("last", mlflow.last_active_run().info.run_name)
    found = mlflow.MlflowClient().search_runs([outer.info.experiment_id], f"tags.`mlflow.parentRunId` = '{outer.info.run_id}'")
    stage.note("children", [run.info.run_name for run in found])


def client_view(stage, run):
    found = stage.client.get_run(run)
    return {"status": found.info.status, "name": found.info.run_name, "params": found.data.params, "metrics": found.data.metrics,
            "tags": {key: value for key, value in sorted(found.data.tags.items()) if not key.startswith("mlflow.source.git")}}


@scenario(classic=True)
def resumed(stage):
    mlflow.set_experiment(experiment_id=stage.experiment())
    with mlflow.start_run(run_name="again") as run:
        mlflow.log_metric("loss", 3, step=0)
    with mlflow.start_run(run_id=run.info.run_id):
        mlflow.log_metric("loss", 2, step=1)
        mlflow.log_param("late", "yes")
        stage.note("while it goes on", stage.client.get_run(run.info.run_id).info.status)
    stage.note("resumed", client_view(stage, run.info.run_id))
    stage.note("history", stage.client.get_metric_history(run.info.run_id, "loss"))
    try:
        with mlflow.start_run(run_name="fails") as failed:
            raise RuntimeError("on purpose")
    except RuntimeError:
        stage.note("failed", stage.client.get_run(failed.info.run_id).info.status)


@scenario(classic=True)
def tags(stage):
    client = stage.client
    run = stage.run(stage.experiment(), 1, run_name="r")
    client.set_tag(run, "a", "1")
    client.set_tag(run, "a", "2")
    client.set_tag(run, "empty", "")
    client.set_tag(run, "long", "x" * 8000)
    client.set_tag(run, "we/ird na.me-x_y z", "v")
    client.set_tag(run, "mlflow.note.content", "**bold**\nline")
    stage.note("tags", client.get_run(run).data.tags)
    client.delete_tag(run, "a")
    stage.note("less one", sorted(client.get_run(run).data.tags))
    stage.attempt("delete what is not there", client.delete_tag, run, "a")
    stage.attempt("too long", client.set_tag, run, "longer", "x" * 8001)
    stage.note("was it cut", len(client.get_run(run).data.tags.get("longer", "")))
    stage.attempt("a name too long", client.set_tag, run, "k" * 251, "x")
    stage.attempt("bad name", client.set_tag, run, "a//b", "x")
    stage.attempt("outside", client.set_tag, run, "../b", "x")
    stage.attempt("unknown run", client.set_tag, "0" * 32, "a", "x")
    stage.attempt("delete of an unknown run", client.delete_tag, "0" * 32, "a")


@scenario(classic=True)
def deleted(stage):
    client = stage.client
    number = stage.experiment()
    run = stage.run(number, 1, run_name="gone")
    stage.run(number, 2, run_name="stays")
    client.delete_run(run)
    stage.note("deleted", client.get_run(run).info)
    for view in (ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL):
        stage.note(f"seen as {view}", [found.info.run_name for found in client.search_runs([number], run_view_type=view)])
    for label, call in [("metric", lambda: client.log_metric(run, "m", 1)), ("param", lambda: client.log_param(run, "p", 1)),
                        ("tag", lambda: client.set_tag(run, "t", 1)), ("batch", lambda: client.log_batch(run, tags=[RunTag("t", "1")])),
                        ("update", lambda: client.update_run(run, status="FINISHED")), ("delete again", lambda: client.delete_run(run))]:
        stage.attempt(f"{label} of a deleted run", call)
    client.restore_run(run)
    stage.note("restored", client.get_run(run).info.lifecycle_stage)
    stage.attempt("restore twice", client.restore_run, run)


@scenario(classic=True)
def refused(stage):
    client, absent = stage.client, "0123456789abcdef" * 2
    stage.attempt("unknown", client.get_run, absent)
    stage.attempt("not an identifier", client.get_run, "no/such run")
    stage.attempt("delete unknown", client.delete_run, absent)
    stage.attempt("restore unknown", client.restore_run, absent)
    stage.attempt("update unknown", client.update_run, absent, status="FINISHED")
    stage.attempt("metric of an unknown run", client.log_metric, absent, "m", 1)
    stage.attempt("param of an unknown run", client.log_param, absent, "p", 1)
    stage.attempt("batch of an unknown run", client.log_batch, absent, tags=[RunTag("t", "1")])
    stage.attempt("history of an unknown run", client.get_metric_history, absent, "m")
    stage.attempt("artifacts of an unknown run", client.list_artifacts, absent)
    run = stage.run(stage.experiment(), 1)
    stage.attempt("a status that is none", client.set_terminated, run, "DONE")
    stage.note("statuses", sorted(RunStatus.all_status()))
    mlflow.end_run()
    stage.attempt("resume unknown", mlflow.start_run, run_id=absent)
