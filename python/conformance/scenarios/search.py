"""Runs searched: the filter grammar, orders, views, pages, and the data frame of it all."""

import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType

from . import scenario


def populated(stage):
    """Twelve runs with parameters, metrics and tags of which some are missing."""
    number = stage.experiment()
    for index in range(12):
        run = stage.run(number, 1000 + index, run_name=f"run-{index:02}")
        stage.client.log_batch(
            run,
            metrics=[Metric("loss", index / 4, 1, 0), Metric("accuracy", (index * 7) % 12 / 12, 1, 0)]
            + ([Metric("some", float("nan") if index == 3 else index, 1, 0)] if index % 3 == 0 else []) + [Metric("with space", index % 2, 1, 0)],
            params=[Param("lr", str(0.1 * index)), Param("model", ["Tree", "forest", "100%_x"][index % 3]), Param("we ird-param.x", str(index))]
            + ([Param("half", "yes")] if index % 2 else []),
            tags=[RunTag("team", "ab"[index % 2]), RunTag("odd key", "it's"), RunTag("mlflow.user", f"user{index % 3}")]
            + ([RunTag("rare", "")] if index == 5 else []))
        if index % 4:
            stage.client.set_terminated(run, ["FINISHED", "FAILED", "KILLED"][index % 3], end_time=2000 + index)
    return number


FILTERS = """
metrics.loss > 1.5
metrics.loss >= 1.5
metrics.loss < 0.5
metrics.loss <= 0.5
metrics.loss = 1
metrics.loss != 1
metric.loss > -1e-3
metrics.`with space` = 1
metrics."with space" = 0
metrics.loss > 0.5 and metrics.accuracy < 0.5
metrics.loss > 0.5 AND params.model = 'Tree' AND tags.team = "a"
metrics.absent > 0
metrics.some > 1
metrics.some != 0
metrics.loss > .5
metrics.loss > 1e0
metrics.loss IS NULL
metrics.loss IS NOT NULL
params.model = 'Tree'
params.model = 'tree'
params.model != 'Tree'
params.model LIKE 'T%'
params.model LIKE 't%'
params.model ILIKE 't%'
params.model LIKE '%_x'
params.model LIKE '100%'
params.model LIKE '_ree'
param.lr = '0.1'
parameters.lr LIKE '0.%'
parameter.`we ird-param.x` = '3'
params."we ird-param.x" != '3'
params.half IS NULL
params.half IS NOT NULL
params.half = 'yes' and params.half IS NOT NULL
params.absent IS NULL
params.absent = 'x'
params.absent != 'x'
tags.team = 'a'
tag.team != 'a'
tags.`odd key` = "it's"
tags.team ILIKE 'A'
tags.team LIKE '%'
tags.rare IS NULL
tags.rare IS NOT NULL
tags.rare = ''
tags.`mlflow.runName` = 'run-03'
tags.mlflow.user = 'user1'
attributes.status = 'FINISHED'
attribute.status != 'RUNNING'
attr.status LIKE 'FIN%'
status = 'KILLED'
status ILIKE 'failed'
run.status = 'RUNNING'
run_name = 'run-03'
run_name LIKE 'run-0%'
run_name ILIKE 'RUN-1%'
run_name IN ('run-01', 'run-02')
attributes.run_name NOT IN ('run-01', 'run-02')
attributes.`run name` = 'run-04'
attributes."Run Name" LIKE 'run-1%'
start_time > 1005
attributes.start_time = 1005
start_time != 1005 AND start_time <= 1006
Created >= 1010
end_time > 2005
end_time = 2001
user_id = 'user1'
attributes.user_id LIKE 'user%'
artifact_uri LIKE 'mlflow-artifacts:/%'
run_id = 'nothing'
run_id IN ('nothing', 'nobody')
attributes.run_id NOT IN ('nothing')
run_id LIKE '%'
datasets.name = 'x'
dataset.digest LIKE 'a%'
datasets.context IN ('train', 'test')
metrics.loss>1.5 and    params.model   =   'Tree'
METRICS.loss > 1
metrics.loss > 2 AND metrics.loss > 1 AND metrics.loss > 0 AND metrics.accuracy >= 0 AND params.lr LIKE '%' AND tags.team LIKE '%'
"""

REFUSED = """
nonsense
metrics.loss
metrics.loss >
> 1
metrics.loss > 'abc'
metrics.loss > abc
metrics.loss LIKE '1'
metrics.loss IN (1, 2)
metrics.loss = true
params.model = Tree
params.model = 5
params.model > 'Tree'
params.model IN (Tree)
tags.team = 1
tags.team < 'a'
tags.team IS 'a'
status > 'FINISHED'
start_time = 'soon'
start_time LIKE '1%'
start_time IN (1)
run_id IN ()
run_id IN ('a', 5)
run_id IN 'a'
nothing.loss > 1
nothing = 'x'
attributes.nothing = 'x'
metrics.loss > 1 AND
AND metrics.loss > 1
metrics.loss > 1 metrics.loss > 2
metrics.loss > 1,
metrics.loss == 1
metrics.loss <> 1
params.model = 'unclosed
params.model = "a" "b"
metrics. > 1
metrics.`loss > 1
.loss > 1
datasets.nothing = 'x'
datasets.name > 'x'
params.model LIKE Tree
lifecycle_stage = 'active'
metrics.loss > 1; metrics.loss > 2
metrics.loss > 1 -- comment
experiment_id = '1'
"""


@scenario(classic=True)
def filters(stage):
    number = populated(stage)
    for text in filter(None, FILTERS.splitlines()):
        stage.attempt(text, lambda: [run.info.run_name for run in stage.client.search_runs([number], text)])
    for text in filter(None, REFUSED.splitlines()):
        stage.attempt(f"refused: {text}", lambda: [run.info.run_name for run in stage.client.search_runs([number], text)])
    runs = stage.client.search_runs([number], max_results=2)
    listed = ", ".join(f"'{run.info.run_id}'" for run in runs)
    stage.note("by identifiers", [run.info.run_name for run in stage.client.search_runs([number], f"attributes.run_id IN ({listed})")])


@scenario(classic=True)
def orders(stage):
    number = populated(stage)
    for order in [[], ["metrics.loss"], ["metrics.loss DESC"], ["metrics.accuracy ASC"], ["metrics.some DESC"], ["metrics.some ASC"],
                  ["params.model", "metrics.loss DESC"], ["params.lr DESC"], ["params.half", "start_time"], ["tags.team DESC", "start_time ASC"],
                  ["attributes.start_time ASC"], ["start_time DESC"], ["end_time", "start_time"], ["end_time DESC", "start_time"], ["attribute.status", "start_time"],
                  ["run_name"], ["`run_name` desc"], ["metrics.`with space` desc", "run_name asc"], ["attributes.Created"], ["metrics.absent", "start_time"],
                  ["tags.rare", "start_time"], ["user_id", "start_time"], ["params.`we ird-param.x` DESC"], ["artifact_uri", "start_time"][1:]]:
        stage.attempt(f"{order}", lambda: [run.info.run_name for run in stage.client.search_runs([number], order_by=order)])
    for order in [["nothing"], ["metrics.loss UP"], ["metrics"], ["metrics.loss DESC ASC"], ["metrics.loss, start_time"], [""], ["nothing.x"],
                  ["attributes.nothing"], ["datasets.name"], ["metrics.loss > 1"]]:
        stage.attempt(f"refused: {order}", lambda: [run.info.run_name for run in stage.client.search_runs([number], order_by=order)])


@scenario(classic=True)
def pages(stage):
    number = populated(stage)
    for order in ([], ["metrics.accuracy DESC"], ["metrics.some", "start_time"]):
        found, token = [], None
        while True:
            page = stage.client.search_runs([number], max_results=5, order_by=order, page_token=token)
            found.append([run.info.run_name for run in page])
            token = page.token
            if not token:
                break
        stage.note(f"five at a time {order}", found)
    stage.note("one page that is just full", bool(stage.client.search_runs([number], max_results=12).token))
    stage.attempt("bad token", stage.client.search_runs, [number], page_token="nonsense")
    stage.attempt("too many", stage.client.search_runs, [number], max_results=50_001)
    stage.attempt("none", stage.client.search_runs, [number], max_results=0)
    stage.wire("fewer than none", "POST", "runs/search", {"experiment_ids": [number], "max_results": -1})


@scenario(classic=True)
def several(stage):
    numbers = [stage.experiment(f"e{index}") for index in range(3)]
    for index, number in enumerate(numbers):
        for turn in range(2):
            stage.run(number, 10 * turn + index, run_name=f"e{index}.{turn}")
    client = stage.client
    named = lambda found: [run.info.run_name for run in found]
    stage.note("all three", named(client.search_runs(numbers)))
    stage.note("two", named(client.search_runs(numbers[:2], order_by=["start_time"])))
    stage.note("none", named(client.search_runs([])))
    stage.note("unknown", named(client.search_runs(["98765"])))
    client.delete_experiment(numbers[0])
    stage.note("of a deleted experiment", named(client.search_runs(numbers)))
    stage.note("deleted only", named(client.search_runs(numbers, run_view_type=ViewType.DELETED_ONLY)))


@scenario
def frames(stage):
    number = populated(stage)
    frame = mlflow.search_runs([number], order_by=["start_time"])
    stage.note("columns", sorted(frame.columns))
    stage.note("frame", frame.drop(columns=["run_id"]))
    stage.note("narrowed", mlflow.search_runs([number], "metrics.loss > 1 and params.half = 'yes'", order_by=["metrics.loss DESC"])["params.lr"].tolist())
    stage.note("empty", list(mlflow.search_runs([number], "metrics.loss > 1000").columns))
    stage.note("by name", len(mlflow.search_runs(experiment_names=[stage.name()], max_results=7)))
    stage.note("list", [run.info.run_name for run in mlflow.search_runs([number], output_format="list", max_results=3)])


@scenario
def datasets(stage):
    """Runs by what they were trained on."""
    import pandas

    number = stage.experiment()
    mlflow.set_experiment(experiment_id=number)
    for index in range(4):
        with mlflow.start_run(run_name=f"run-{index}"):
            table = pandas.DataFrame({"x": range(index + 1)})
            mlflow.log_input(mlflow.data.from_pandas(table, name=f"set-{index % 2}", source=f"s{index}"), context=["train", "test"][index // 2])
    for text in ["datasets.name = 'set-1'", "dataset.name != 'set-1'", "datasets.name LIKE 'set%'", "datasets.name ILIKE 'SET-0'", "datasets.context = 'train'",
                 "datasets.name IN ('set-0', 'x')", "dataset.context NOT IN ('train')", "datasets.name = 'set-1' AND dataset.context = 'test'",
                 "dataset.digest = 'x'", "dataset.digest LIKE '%'", "dataset.context LIKE 't%' and metrics.loss > 1"]:
        stage.attempt(text, lambda: [run.info.run_name for run in stage.client.search_runs([number], text, order_by=["run_name"])])
