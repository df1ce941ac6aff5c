"""The registry: registered models, versions, aliases, tags, stages."""

import mlflow

from . import scenario


@scenario(classic=True)
def life(stage):
    client = stage.client
    name = stage.name("model")
    stage.note("made", client.create_registered_model(name, tags={"a": "1"}, description="what it is"))
    stage.attempt("again", client.create_registered_model, name)
    run = stage.run(stage.experiment(), 1)
    source = client.get_run(run).info.artifact_uri + "/model"
    for index in range(3):
        version = client.create_model_version(name, source, run_id=run, tags={"index": str(index)}, description=f"number {index}")
        stage.note(f"version {index + 1}", version)
    stage.note("model", client.get_registered_model(name))
    stage.note("version", client.get_model_version(name, "2"))
    stage.note("where", client.get_model_version_download_uri(name, "2"))
    client.update_registered_model(name, "other words")
    client.update_model_version(name, "1", "words of a version")
    client.set_registered_model_tag(name, "b", "2")
    client.set_model_version_tag(name, "1", "k", "v")
    client.delete_registered_model_tag(name, "a")
    client.delete_model_version_tag(name, "1", "index")
    stage.note("changed", [client.get_registered_model(name), client.get_model_version(name, "1")])
    for stage_name in ["Staging", "Production", "Archived", "None", "staging"]:
        stage.note(f"to {stage_name}", client.transition_model_version_stage(name, "1", stage_name).current_stage)
    client.transition_model_version_stage(name, "1", "Production")
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
    stage.note("archived", [client.get_model_version(name, version).current_stage for version in "123"])
    stage.note("latest", sorted([found.version, found.current_stage] for found in client.get_latest_versions(name)))
    stage.note("latest of a stage", [[found.version, found.current_stage] for found in client.get_latest_versions(name, ["Production"])])
    client.delete_model_version(name, "3")
    stage.attempt("deleted version", client.get_model_version, name, "3")
    stage.note("the next number", client.create_model_version(name, source, run_id=run).version)
    client.rename_registered_model(name, stage.name("renamed"))
    stage.attempt("old name", client.get_registered_model, name)
    stage.note("version under the new name", client.get_model_version(stage.name("renamed"), "1").name)
    client.delete_registered_model(stage.name("renamed"))
    stage.attempt("deleted", client.get_registered_model, stage.name("renamed"))


@scenario(classic=True)
def aliases(stage):
    client, name = stage.client, stage.name("model")
    client.create_registered_model(name)
    for _ in range(2):
        client.create_model_version(name, "s3://bucket/model")
    client.set_registered_model_alias(name, "champion", "1")
    stage.note("champion", client.get_model_version_by_alias(name, "champion").version)
    client.set_registered_model_alias(name, "champion", "2")
    client.set_registered_model_alias(name, "Second", "2")
    stage.note("moved", [client.get_model_version_by_alias(name, "champion").version, sorted(client.get_model_version(name, "2").aliases)])
    stage.note("all", client.get_registered_model(name).aliases)
    client.delete_registered_model_alias(name, "champion")
    stage.attempt("deleted", client.get_model_version_by_alias, name, "champion")
    stage.attempt("delete twice", client.delete_registered_model_alias, name, "champion")
    for alias in ["latest", "v1", "V12", "", "a b", "a/b", "ok-1_x", "x" * 256]:
        stage.attempt(f"alias {alias[:9]!r}", client.set_registered_model_alias, name, alias, "1")
    stage.attempt("absent version", client.set_registered_model_alias, name, "x", "99")
    stage.attempt("absent model", client.set_registered_model_alias, stage.name("absent"), "x", "1")
    client.delete_model_version(name, "2")
    stage.note("after its version", client.get_registered_model(name).aliases)


@scenario(classic=True)
def searched(stage):
    client = stage.client
    own = f"name LIKE '{stage.name('')}%'"
    number = stage.experiment()
    runs = [stage.run(number, index) for index in range(2)]
    for index in range(5):
        name = stage.name(f"m{index}")
        client.create_registered_model(name, tags={"parity": str(index % 2)})
        for version in range(index % 3):
            client.create_model_version(name, f"s3://bucket/x{version}", run_id=runs[version], tags={"v": str(version)})

    def models(label, text, **options):
        stage.attempt(f"models: {label}", lambda: [model.name for model in client.search_registered_models(text, **options)])

    def versions(label, text, **options):
        stage.attempt(f"versions: {label}", lambda: [[found.name, found.version] for found in client.search_model_versions(text, **options)])

    for text in [own, f"name = '{stage.name('m1')}'", f"{own} AND tags.parity = '1'", f"{own} and tag.parity != '1'", f"name ILIKE '{stage.name('M3').upper()}'", f"name != 'x' AND {own}",
                 "nonsense", "name > 'x'", "version = 1", "name = 'a' OR name = 'b'", "tags.parity = 1", "name IN ('a')", "nothing = 'a'"]:
        models(text, text)
    models("down", own, order_by=["name DESC"])
    models("by time", own, order_by=["last_updated_timestamp ASC", "name"])
    models("bad order", own, order_by=["nothing"])
    models("tag order", own, order_by=["tags.parity"])
    models("too many", own, max_results=100_001)
    for text in [own, f"name = '{stage.name('m2')}'", f"run_id = '{runs[1]}'", f"run_id IN ('{runs[0]}', '{runs[1]}') AND {own}", f"{own} AND tags.v = '1'", "source_path = 's3://bucket/x1'",
                 f"{own} AND version_number > 1", f"{own} AND version_number = 1", f"{own} AND source_path LIKE '%x0'", "nonsense", "version_number = 'x'", "stage = 'None'", "nothing = 'a'", f"{own} AND current_stage = 'None'"]:
        versions(text, text, order_by=["name", "version_number"])
    versions("down", own, order_by=["name DESC", "version_number DESC"])
    versions("default order", own)
    versions("bad order", own, order_by=["nothing"])
    for label, call, order in [("models", client.search_registered_models, ["name"]), ("versions", client.search_model_versions, ["name", "version_number"])]:
        found, token = [], None
        while True:
            page = call(own, max_results=2, order_by=order, page_token=token)
            found.append([[item.name, getattr(item, "version", None)] for item in page])
            token = page.token
            if not token:
                break
        stage.note(f"two {label} at a time", found)


@scenario(classic=True)
def refused(stage):
    client, name, attempt = stage.client, stage.name("model"), stage.attempt
    client.create_registered_model(name)
    client.create_registered_model(stage.name("other"))
    client.create_model_version(name, "s3://bucket/x")
    attempt("no name", client.create_registered_model, "")
    attempt("blank name", client.create_registered_model, " ")
    for bad in ["a:b", "a/b", "..", "a\nb", "n" * 257]:
        attempt(f"name {bad[:9]!r}", lambda: client.create_registered_model(bad).name)
    attempt("get absent", client.get_registered_model, "absent")
    attempt("update absent", client.update_registered_model, "absent", "x")
    attempt("delete absent", client.delete_registered_model, "absent")
    attempt("rename absent", client.rename_registered_model, "absent", "x")
    attempt("rename to nothing", client.rename_registered_model, name, " ")
    attempt("rename to one in use", client.rename_registered_model, name, stage.name("other"))
    attempt("tag absent", client.set_registered_model_tag, "absent", "a", "b")
    attempt("bad tag", client.set_registered_model_tag, name, "a&b", "b")
    attempt("long tag", client.set_registered_model_tag, name, "a", "b" * 100_001)
    attempt("delete absent tag", client.delete_registered_model_tag, name, "absent")
    attempt("version of absent", client.create_model_version, "absent", "s3://bucket/x")
    attempt("get absent version", client.get_model_version, name, "99")
    attempt("a version that is none", client.get_model_version, name, "one")
    attempt("delete absent version", client.delete_model_version, name, "99")
    attempt("update absent version", client.update_model_version, name, "99", "x")
    attempt("stage of absent version", client.transition_model_version_stage, name, "99", "Staging")
    attempt("a stage that is none", client.transition_model_version_stage, name, "1", "Heaven")
    attempt("latest of absent", client.get_latest_versions, "absent")
    attempt("latest of a stage that is none", client.get_latest_versions, name, ["Heaven"])
    attempt("tag of absent version", client.set_model_version_tag, name, "99", "a", "b")
    attempt("delete absent version tag", client.delete_model_version_tag, name, "1", "absent")
    attempt("alias absent", client.get_model_version_by_alias, name, "absent")
    for source in ["/etc", "file:///etc", "mlflow-artifacts:/../x", "mlflow-artifacts:/a/%2e%2e/x", "http://example.org/x", "s3://bucket/x", "runs:/" + "0" * 32 + "/m"]:
        attempt(f"source {source[:40]}", lambda: client.create_model_version(name, source).source)
    attempt("no source", client.create_model_version, name, "")


@scenario
def registered(stage):
    """A model that is logged and registered in one call, and loaded by name."""
    import numpy
    from sklearn.linear_model import LinearRegression

    mlflow.set_experiment(experiment_id=stage.experiment())
    name = stage.scenario.replace(".", "-")
    data = numpy.arange(10).reshape(-1, 1)
    with mlflow.start_run() as run:
        logged = mlflow.sklearn.log_model(LinearRegression().fit(data, data * 2), name="line", registered_model_name=name, pip_requirements=["scikit-learn"])
    client = stage.client
    stage.note("version", client.get_model_version(name, "1"))
    again = mlflow.register_model(logged.model_uri, name, tags={"again": "yes"})
    stage.note("again", [again.version, again.model_id == logged.model_id, again.tags])
    by_run = mlflow.register_model(f"runs:/{run.info.run_id}/line", name)
    stage.note("by run", [by_run.version, by_run.run_id])
    client.set_registered_model_alias(name, "champion", 2)
    for uri in [f"models:/{name}/1", f"models:/{name}@champion", f"models:/{name}/latest", logged.model_uri]:
        stage.attempt(f"loaded {uri.split('/m-')[0]}", lambda: round(float(mlflow.sklearn.load_model(uri).predict([[7]])[0][0]), 6))
    stage.note("tags of the model", sorted(client.get_logged_model(logged.model_id).tags))
    stage.attempt("absent", mlflow.pyfunc.load_model, f"models:/{name}/99")
