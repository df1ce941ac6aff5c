"""Metrics: series of points, repeated points, the latest of them, histories and their pages."""

import math
import time

import mlflow
from mlflow.entities import Metric

from . import scenario


@scenario(classic=True)
def points(stage):
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    for step, value in enumerate([3, 1, 2.5, -1e300, 1e-300, 5e-324, 0.1 + 0.2, 123456789.123456789]):
        client.log_metric(run, "loss", value, timestamp=1000 + step, step=step)
    client.log_metric(run, "no step", 1, timestamp=7)
    client.log_metric(run, "negative step", 1, timestamp=7, step=-5)
    client.log_metric(run, "great step", 1, timestamp=7, step=2**62)
    client.log_metric(run, "we/ird na.me-x_y z", 1, timestamp=7)
    stage.note("latest", client.get_run(run).data.metrics)
    for key in ["loss", "no step", "negative step", "great step", "we/ird na.me-x_y z", "absent"]:
        stage.note(f"history of {key}", client.get_metric_history(run, key))
    client.log_metric(run, "now", 1)
    stage.note("time of now", client.get_metric_history(run, "now"))


@scenario(classic=True)
def not_finite(stage):
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    for step, value in enumerate([1.0, math.nan, 2.0, math.nan]):
        client.log_metric(run, "nan", value, timestamp=10 + step, step=step)
    for step, value in enumerate([math.inf, -math.inf]):
        client.log_metric(run, "infinite", value, timestamp=10 + step, step=step)
    client.log_metric(run, "greatest", 1.7976931348623157e308, timestamp=10)
    client.log_metric(run, "only nan", math.nan, timestamp=10)
    stage.note("latest nan", client.get_run(run).data.metrics["nan"])
    stage.note("latest only nan", client.get_run(run).data.metrics["only nan"])
    stage.note("history of nan", client.get_metric_history(run, "nan"))
    stage.note("history of greatest", client.get_metric_history(run, "greatest"))
    stage.note("history of infinite", client.get_metric_history(run, "infinite"))


@scenario(classic=True)
def latest(stage):
    """The greatest step; of those the latest time; of those the greatest value: whatever the order they came in."""
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    for key, given in {"step wins": [(5, 10, 1), (1, 99, 2)], "time wins": [(1, 10, 1), (1, 5, 2)], "value wins": [(1, 1, 5), (1, 1, 7), (1, 1, 6)],
                       "nan and number": [(1, 1, math.nan), (1, 1, 3)], "number and nan": [(1, 1, 3), (1, 1, math.nan)],
                       "negative steps": [(-1, 1, 1), (-2, 2, 2)], "out of order": [(3, 3, 3), (1, 1, 1), (2, 2, 2), (4, 4, 4), (0, 9, 0)]}.items():
        for step, moment, value in given:
            client.log_metric(run, key, value, timestamp=moment, step=step)
        stage.note(key, client.get_run(run).data.metrics[key])
        stage.note(f"history of {key}", points_of(client, run, key))
    batch = [Metric("batched", float(value), value % 3, value % 5) for value in range(20)]
    client.log_batch(run, metrics=batch)
    stage.note("batched", client.get_run(run).data.metrics["batched"])
    stage.note("history of batched", points_of(client, run, "batched"))


def points_of(client, run, key):
    """A history sorted by what tells its points apart: servers may give them in the order in which they came, or another."""
    found = [(point.step, point.timestamp, "NaN" if math.isnan(point.value) else point.value) for point in client.get_metric_history(run, key)]
    return sorted(found, key=repr)


@scenario(classic=True)
def repeated(stage):
    """A client that got no answer sends again: the same point is there once."""
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    batch = [Metric("loss", 1 / (step + 1), 100 + step, step) for step in range(50)] + [Metric("nan", math.nan, 1, 1)]
    for _ in range(3):
        client.log_batch(run, metrics=batch)
    client.log_batch(run, metrics=batch[10:20] + [Metric("loss", 9.0, 999, 50)] + batch[:5])
    client.log_batch(run, metrics=[Metric("loss", 8.0, 110, 10), Metric("loss", 8.0, 110, 10)])
    for _ in range(2):
        client.log_metric(run, "single", 1, timestamp=5, step=1)
    for key in ["loss", "nan", "single"]:
        stage.note(key, points_of(client, run, key))


@scenario(classic=True)
def refused(stage):
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    for name in ["", "a//b", "../a", "/a", "a\nb", "a#b", "a$b", "k" * 251, "ü"]:
        stage.attempt(f"name {name[:20]!r}", client.log_metric, run, name, 1, 5, 0)
    stage.attempt("text", client.log_metric, run, "m", "abc")
    stage.attempt("a number as text", client.log_metric, run, "as text", "1.5", timestamp=5)
    for label, fields in {"no value": {"timestamp": 1}, "no key": {"value": 1, "timestamp": 1}, "no time": {"key": "m", "value": 1},
                          "value as words": {"key": "m", "value": "abc", "timestamp": 1}, "value null": {"key": "m", "value": None, "timestamp": 1},
                          "time as words": {"key": "m", "value": 1, "timestamp": "soon"}, "step as words": {"key": "m", "value": 1, "timestamp": 1, "step": "x"},
                          "step with a fraction": {"key": "m", "value": 1, "timestamp": 1, "step": 1.5}, "key a number": {"key": 5, "value": 1, "timestamp": 1},
                          "time beyond": {"key": "m", "value": 1, "timestamp": 2**70}, "flag": {"key": "m", "value": True, "timestamp": 1},
                          "list": {"key": "m", "value": [1], "timestamp": 1}}.items():
        stage.wire(f"wire: {label}", "POST", "runs/log-metric", {"run_id": run, **fields})
        if "run" not in label:
            stage.wire(f"wire, batch: {label}", "POST", "runs/log-batch", {"run_id": run, "metrics": [{"step": 0, **fields}]})
    stage.note("kept", client.get_run(run).data.metrics)


@scenario(classic=True)
def long_history(stage):
    """More than one page of 25,000."""
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    for first in range(0, 27_000, 1000):
        client.log_batch(run, metrics=[Metric("loss", (step * 7919) % 10_007 / 7, 5000 + step, step) for step in range(first, first + 1000)])
    found = client.get_metric_history(run, "loss")
    stage.note("count", len(found))
    stage.note("ends", [found[0], found[-1]])
    stage.note("in order", all(one.step < other.step for one, other in zip(found, found[1:])))
    stage.note("sum", sum(point.value for point in found))
    page = stage.rest("GET", "metrics/get-history", query={"run_id": run, "metric_key": "loss", "max_results": 10})[1]
    stage.note("ten", [len(page["metrics"]), bool(page["next_page_token"]), page["metrics"][0]])
    following = stage.rest("GET", "metrics/get-history", query={"run_id": run, "metric_key": "loss", "max_results": 10,
                                                                "page_token": page["next_page_token"]})[1]
    stage.note("ten more", following["metrics"][0])
    stage.wire("bad token", "GET", "metrics/get-history", query={"run_id": run, "metric_key": "loss", "max_results": 10, "page_token": "nonsense"})
    stage.wire("too many", "GET", "metrics/get-history", query={"run_id": run, "metric_key": "loss", "max_results": 25_001})


@scenario
def bulk(stage):
    client = stage.client
    number = stage.experiment()
    runs = [stage.run(number, index) for index in range(3)]
    for index, run in enumerate(runs):
        client.log_batch(run, metrics=[Metric("loss", step + index / 10, step, step) for step in range(100 * (index + 1))])
    bulk = lambda query: sorted(
        [point["run_id"], point["step"], point["value"]] for point in stage.rest(
            "GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", query=query)[1]["metrics"])
    stage.note("bulk", len(bulk({"run_id": runs, "metric_key": "loss"})))
    stage.note("bulk, bounded", len(bulk({"run_id": runs, "metric_key": "loss", "max_results": 150})))
    for label, query in {"all": {}, "a part": {"start_step": 20, "end_step": 60, "max_results": 10}, "few": {"max_results": 5},
                         "one step": {"start_step": 7, "end_step": 7}}.items():
        found = stage.rest("GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval", query={"run_ids": runs, "metric_key": "loss", "max_results": 320} | query)
        stage.note(f"interval: {label}", [found[0], [[point["run_id"], point["step"], point["value"]] for point in found[1].get("metrics", [])]])
    for label, query in {"no run": {"metric_key": "loss"}, "no key": {"run_ids": runs}, "start alone": {"start_step": 1}, "too many": {"max_results": 2501},
                         "end before start": {"start_step": 5, "end_step": 1}, "too many runs": {"run_ids": ["a" * 32] * 101}}.items():
        whole = query if label in ("no run", "no key") else {"run_ids": runs, "metric_key": "loss", "max_results": 320} | query
        stage.wire(f"interval: {label}", "GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval", query=whole)
    stage.wire("bulk: no key", "GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", query={"run_id": runs})
    stage.wire("bulk: no run", "GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", query={"metric_key": "loss"})


@scenario
def asynchronous(stage):
    mlflow.set_experiment(experiment_id=stage.experiment())
    with mlflow.start_run() as run:
        for step in range(200):
            mlflow.log_metric("loss", 1 / (step + 1), step=step, timestamp=step, synchronous=False)
        mlflow.log_params({"a": 1, "b": 2}, synchronous=False)
        mlflow.set_tag("t", "v", synchronous=False)
        mlflow.flush_async_logging()
    found = stage.client.get_run(run.info.run_id)
    stage.note("latest", found.data.metrics)
    stage.note("params", found.data.params)
    stage.note("tag", found.data.tags["t"])
    stage.note("history", points_of(stage.client, run.info.run_id, "loss"))


@scenario
def system(stage):
    mlflow.set_experiment(experiment_id=stage.experiment())
    mlflow.set_system_metrics_sampling_interval(0.2)
    mlflow.set_system_metrics_samples_before_logging(1)
    with mlflow.start_run(log_system_metrics=True) as run:
        time.sleep(1.5)
    mlflow.set_system_metrics_sampling_interval(None)
    mlflow.set_system_metrics_samples_before_logging(None)
    found = stage.client.get_run(run.info.run_id).data.metrics
    stage.note("keys", sorted(key for key in found if "gpu" not in key))
    history = stage.client.get_metric_history(run.info.run_id, "system/system_memory_usage_megabytes")
    stage.note("several", len(history) >= 2)
    stage.note("plausible", all(point.value > 0 for point in history))
