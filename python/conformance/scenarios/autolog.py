"""A real training, of which `mlflow.autolog` keeps everything by itself."""

import mlflow

from . import scenario


@scenario
def sklearn(stage):
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    number = stage.experiment()
    mlflow.set_experiment(experiment_id=number)
    data = load_iris(as_frame=True)
    mlflow.sklearn.autolog(silent=True, log_input_examples=False, log_model_signatures=True)
    try:
        with mlflow.start_run(run_name="fit") as run:
            model = LogisticRegression(max_iter=200, random_state=1).fit(data.data, data.target)
            model.score(data.data, data.target)
        with mlflow.start_run(run_name="grid") as grid:
            GridSearchCV(LogisticRegression(max_iter=200), {"C": [0.1, 1.0]}, cv=2).fit(data.data, data.target)
    finally:
        mlflow.sklearn.autolog(disable=True)
    for label, found in {"fit": run, "grid": grid}.items():
        kept = stage.client.get_run(found.info.run_id)
        stage.note(f"{label}: params", kept.data.params)
        stage.note(f"{label}: metrics", {key: round(value, 6) for key, value in kept.data.metrics.items() if "time" not in key})
        stage.note(f"{label}: metric names", sorted(kept.data.metrics))
        stage.note(f"{label}: tags", sorted(kept.data.tags))
        stage.note(f"{label}: inputs", [[item.dataset.name, item.dataset.digest, [tag.value for tag in item.tags]] for item in kept.inputs.dataset_inputs])
        stage.note(f"{label}: artifacts", sorted(item.path for item in stage.client.list_artifacts(found.info.run_id)))
        stage.note(f"{label}: models", len(kept.outputs.model_outputs))
    children = stage.client.search_runs([number], f"tags.`mlflow.parentRunId` = '{grid.info.run_id}'", order_by=["params.C"])
    stage.note("children", [[child.data.params["C"], sorted(child.data.metrics)] for child in children])
    logged = stage.client.get_run(run.info.run_id).outputs.model_outputs[0].model_id
    stage.note("predicts", mlflow.sklearn.load_model(f"models:/{logged}").predict(data.data.head(3)).tolist())
    best = mlflow.search_runs([number], "metrics.training_score > 0.9", order_by=["metrics.training_score DESC"], max_results=1)
    stage.note("best", len(best))
