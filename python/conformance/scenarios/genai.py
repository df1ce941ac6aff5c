"""Prompts, the active model and traces: what newer clients ask of a server besides runs."""

import mlflow

from . import scenario


def shown(prompt):
    return None if prompt is None else {"name": prompt.name, "version": prompt.version, "template": prompt.template, "message": prompt.commit_message, "aliases": prompt.aliases}


@scenario
def prompts(stage):
    greeting, model = stage.name("greeting").replace(" ", "-"), stage.name("model").replace(" ", "-")
    stage.attempt("first", lambda: shown(mlflow.genai.register_prompt(greeting, "Hello {{name}}", commit_message="first", tags={"tone": "plain"})))
    stage.attempt("second", lambda: shown(mlflow.genai.register_prompt(greeting, "Dear {{name}}")))
    stage.attempt("by version", lambda: shown(mlflow.genai.load_prompt(greeting, version=1)))
    stage.attempt("newest", lambda: shown(mlflow.genai.load_prompt(greeting)))
    stage.attempt("alias", lambda: mlflow.genai.set_prompt_alias(greeting, "best", 2))
    stage.attempt("by alias", lambda: shown(mlflow.genai.load_prompt(f"prompts:/{greeting}@best")))
    stage.attempt("no alias", lambda: mlflow.genai.delete_prompt_alias(greeting, "best"))
    stage.attempt("searched", lambda: [prompt.name for prompt in mlflow.genai.search_prompts(f"name = '{greeting}'")])
    stage.attempt("no model", lambda: [found.name for found in stage.client.search_registered_models(f"name = '{greeting}'")])
    stage.attempt("unknown", lambda: mlflow.genai.load_prompt(greeting, version=9))
    stage.attempt("a model of the name", lambda: stage.client.create_registered_model(greeting).name)
    stage.client.create_registered_model(model)
    stage.attempt("a prompt of the name", lambda: mlflow.genai.register_prompt(model, "Hello"))


@scenario
def active_model(stage):
    number = stage.experiment()
    mlflow.set_experiment(experiment_id=number)
    model = mlflow.set_active_model(name="agent")
    with mlflow.start_run() as run:
        mlflow.log_metric("accuracy", 0.75, step=1, model_id=mlflow.get_active_model_id())
        mlflow.log_metrics({"loss": 0.5}, step=1, model_id=mlflow.get_active_model_id())
    logged = stage.client.get_logged_model(model.model_id)
    stage.note("metrics", sorted((metric.key, metric.value, metric.step, metric.run_id == run.info.run_id) for metric in logged.metrics))
    mlflow.clear_active_model()


@scenario
def traces(stage):
    number = stage.experiment()
    stage.attempt("none yet", lambda: len(mlflow.search_traces(locations=[number], return_type="list")))
