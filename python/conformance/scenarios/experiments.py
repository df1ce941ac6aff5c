"""Experiments: made, found, searched, renamed, tagged, deleted, restored."""

from mlflow.entities import ExperimentTag, ViewType

from . import scenario


@scenario(classic=True)
def life(stage):
    client = stage.client
    number = stage.experiment(tags={"team": "a", "empty": ""})
    stage.note("made", client.get_experiment(number))
    stage.note("by name", client.get_experiment_by_name(stage.name()))
    client.set_experiment_tag(number, "team", "b")
    client.set_experiment_tag(number, "mlflow.note.content", "# what it is for")
    stage.note("tagged", client.get_experiment(number).tags)
    client.rename_experiment(number, stage.name("renamed"))
    stage.note("renamed", client.get_experiment(number).name)
    stage.note("the old name", client.get_experiment_by_name(stage.name()))
    run = stage.run(number, 1)
    client.delete_experiment(number)
    stage.note("deleted", client.get_experiment(number))
    stage.note("its run", client.get_run(run).info.lifecycle_stage)
    stage.attempt("a run in a deleted experiment", client.create_run, number)
    stage.attempt("the name of a deleted experiment", client.create_experiment, stage.name("renamed"))
    client.restore_experiment(number)
    stage.note("restored", client.get_experiment(number).lifecycle_stage)
    stage.note("its run, restored", client.get_run(run).info.lifecycle_stage)


@scenario(classic=True)
def locations(stage):
    given = stage.experiment("given", artifact_location="file:///srv/somewhere/else")
    stage.note("given", stage.client.get_experiment(given).artifact_location)
    stage.note("of a run there", stage.client.get_run(stage.run(given, 1)).info.artifact_uri)
    usual = stage.experiment("usual")
    stage.note("usual", stage.client.get_experiment(usual).artifact_location)
    stage.note("of a run here", stage.client.get_run(stage.run(usual, 1)).info.artifact_uri)


@scenario(classic=True)
def refused(stage):
    client = stage.client
    number = stage.experiment()
    attempt = stage.attempt
    attempt("a name twice", client.create_experiment, stage.name())
    attempt("no name", client.create_experiment, "")
    attempt("a name of blanks", client.create_experiment, "  ")
    attempt("unknown number", client.get_experiment, "987654")
    attempt("a number that is none", client.get_experiment, "abc")
    attempt("delete unknown", client.delete_experiment, "987654")
    attempt("restore unknown", client.restore_experiment, "987654")
    attempt("rename unknown", client.rename_experiment, "987654", "x")
    attempt("restore what is not deleted", client.restore_experiment, number)
    attempt("tag unknown", client.set_experiment_tag, "987654", "a", "b")
    attempt("bad tag", client.set_experiment_tag, number, "a:b&c", "x")
    attempt("a tag's name too long", client.set_experiment_tag, number, "k" * 300, "x")
    attempt("a tag's value too long", client.set_experiment_tag, number, "k", "v" * 5001)
    attempt("a run in an unknown experiment", client.create_run, "987654")
    other = stage.experiment("other")
    attempt("rename to a name in use", client.rename_experiment, other, stage.name())
    client.delete_experiment(other)
    attempt("delete twice", client.delete_experiment, other)
    attempt("rename deleted", client.rename_experiment, other, stage.name("third"))
    attempt("tag deleted", client.set_experiment_tag, other, "a", "b")


@scenario
def tag_deleted(stage):
    number = stage.experiment(tags={"keep": "1", "drop": "2"})
    stage.client.delete_experiment_tag(number, "drop")
    stage.note("left", stage.client.get_experiment(number).tags)
    stage.attempt("not there", stage.client.delete_experiment_tag, number, "drop")


@scenario(classic=True)
def searched(stage):
    client = stage.client
    own = f"name LIKE '{stage.name('')}%'"
    for index in range(7):
        stage.experiment(f"e{index}", tags={"index": str(index), "parity": "odd" if index % 2 else "even", "we ird": "x"})
    client.delete_experiment(client.get_experiment_by_name(stage.name("e6")).experiment_id)

    def names(filter_string=own, **options):
        return [found.name for found in client.search_experiments(filter_string=filter_string, **options)]

    stage.note("default order", names())
    stage.note("by name", names(order_by=["name ASC"]))
    stage.note("by name, down", names(order_by=["name DESC"]))
    stage.note("by attribute", names(order_by=["attribute.name asc"]))
    stage.note("by number", names(order_by=["experiment_id DESC"]))
    stage.note("by time", names(order_by=["creation_time ASC", "name"]))
    stage.note("deleted", names(view_type=ViewType.DELETED_ONLY))
    stage.note("all", names(view_type=ViewType.ALL, order_by=["name"]))
    for text in [f"name = '{stage.name('e1')}'", f"name != '{stage.name('e1')}' AND {own}", f"name ILIKE '{stage.name('E1').upper()}'",
                 f"{own} AND tags.parity = 'odd'", f"{own} and tag.index != '3'", f"{own} AND tags.`we ird` = 'x'",
                 f'{own} AND tags."parity" LIKE "e%"', f"{own} AND tags.parity ILIKE 'EV%'", f"{own} AND creation_time > 0",
                 f"{own} AND last_update_time >= 1000 AND creation_time < 99999999999999", f"{own} AND attribute.name LIKE '%e2'",
                 f"{own} AND tags.absent IS NULL", f"{own} AND tags.parity IS NOT NULL AND tags.absent IS NULL",
                 "name = 'no such'", f"{own} AND attributes.creation_time = 17"]:
        stage.attempt(text, names, text, order_by=["name"])
    for text in ["nonsense", "name", "name >", "name > 'x'", "metrics.a > 1", "name LIKE 3", "creation_time = 'x'", "tags.a > 'x'",
                 "name = 'a' OR name = 'b'", "attribute.nothing = 'x'", "tags.a = 5", "name IN ('a', 'b')", "experiment_id = '1'"]:
        stage.attempt(f"refused: {text}", names, text)
    stage.attempt("refused order", names, order_by=["tags.a"])
    stage.attempt("refused order's word", names, order_by=["name UPWARDS"])


@scenario(classic=True)
def pages(stage):
    own = f"name LIKE '{stage.name('')}%'"
    for index in range(7):
        stage.experiment(f"e{index}")
    found, token = [], None
    while True:
        page = stage.client.search_experiments(filter_string=own, max_results=3, order_by=["name"], page_token=token)
        found.append([experiment.name for experiment in page])
        token = page.token
        if not token:
            break
    stage.note("three at a time", found)
    stage.attempt("none at a time", stage.client.search_experiments, max_results=0)
    stage.attempt("too many", stage.client.search_experiments, max_results=50_001)
    stage.attempt("bad token", stage.client.search_experiments, page_token="nonsense")


@scenario(classic=True)
def default(stage):
    stage.note("number 0", stage.client.get_experiment("0").name)
    stage.note("by name", stage.client.get_experiment_by_name("Default").experiment_id)


@scenario(classic=True)
def tags_at_creation(stage):
    import mlflow

    mlflow.set_experiment(stage.name("set"))
    stage.plain.experiments[str(mlflow.get_experiment_by_name(stage.name("set")).experiment_id)] = "<experiment set>"
    mlflow.set_experiment_tags({"one": 1, "two": 2.5})
    stage.note("fluent", mlflow.get_experiment_by_name(stage.name("set")).tags)
    stage.note("once more", mlflow.set_experiment(stage.name("set")))
    stage.note("entity", ExperimentTag("a", "b").value)
