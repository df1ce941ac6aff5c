"""Parameters: kept as text, the same twice is fine, another value is not."""

from mlflow.entities import Metric, Param, RunTag

from . import scenario


@scenario(classic=True)
def values(stage):
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    texts = ["0.1", "0.10", "1e-2", "1E5", "1", "01", "-0", "True", "true", "False", "None", "null", "", " ", "  padded ", "nan", "inf", "1_000",
             "[1, 2]", "{'a': 1}", '{"a": 1}', "ünïcode 走", "line\nbreak", "tab\t", "'quoted'", '"double"', "9007199254740993", "1e400",
             "0x10", "123456789012345678901234567890", "0.30000000000000004", "5e-324", "-1.5", "+1", ".5", "5.", "1.0", "1e+15", "100000000000000000"]
    for index, text in enumerate(texts):
        client.log_param(run, f"p{index:02}", text)
    for index, value in enumerate([1, 2.5, True, None, [1], 1e15, 1e16, 1e-7]):
        client.log_param(run, f"typed{index}", value)
    stage.note("as text", client.get_run(run).data.params)
    for index, text in enumerate(texts):
        stage.attempt(f"the same again: {text!r}", client.log_param, run, f"p{index:02}", text)


@scenario(classic=True)
def changed(stage):
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    client.log_param(run, "lr", "0.1")
    client.log_param(run, "flag", "True")
    stage.attempt("another number", client.log_param, run, "lr", "0.2")
    stage.attempt("the same number, written otherwise", client.log_param, run, "lr", "0.10")
    stage.attempt("the same truth, written otherwise", client.log_param, run, "flag", "true")
    stage.attempt("in a batch", client.log_batch, run, params=[Param("new", "1"), Param("lr", "0.3")])
    stage.attempt("the same in a batch", client.log_batch, run, params=[Param("lr", "0.1"), Param("fresh", "1")])
    stage.attempt("twice in a batch, the same", client.log_batch, run, params=[Param("twice", "1"), Param("twice", "1")])
    stage.attempt("twice in a batch, another", client.log_batch, run, params=[Param("thrice", "1"), Param("thrice", "2")])
    stage.note("kept", client.get_run(run).data.params)


@scenario(classic=True)
def limits(stage):
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    client.log_param(run, "six thousand", "x" * 6000)
    stage.attempt("a longer value", client.log_param, run, "longer", "x" * 6001)
    stage.attempt("a longer name", client.log_param, run, "k" * 251, "x")
    stage.attempt("the longest name", client.log_param, run, "k" * 250, "x")
    for name in ["a b", "a.b-c_d/e", "a:b", "a\nb", "", "/a", "a/", "../a", "a//b", ".", "ü", "a#b", "a%b", "a'b", 'a"b', "a`b", "(a)", "a,b", "a=b"]:
        stage.attempt(f"name {name!r}", client.log_param, run, name, "x")
    stage.note("kept", {key: len(value) for key, value in client.get_run(run).data.params.items()})


@scenario(classic=True)
def batches(stage):
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    client.log_batch(run, metrics=[Metric("m", 1, 1, 0)], params=[Param("p", "1")], tags=[RunTag("t", "1")])
    client.log_batch(run)
    client.log_batch(run, params=[Param(f"many{index:03}", str(index)) for index in range(100)])
    stage.note("a hundred", len(client.get_run(run).data.params))

    def batch(**parts):
        return stage.wire("wire: " + ", ".join(f"{len(part)} {name}" for name, part in parts.items()), "POST", "runs/log-batch", {"run_id": run, **parts})

    params = lambda count, first=200: [{"key": f"k{index}", "value": "v"} for index in range(first, first + count)]
    tags = lambda count: [{"key": f"k{index}", "value": "v"} for index in range(count)]
    metrics = lambda count: [{"key": f"k{index}", "value": 1, "timestamp": 1, "step": 0} for index in range(count)]
    batch(params=params(101))
    batch(tags=tags(101))
    batch(metrics=metrics(1001))
    batch(metrics=metrics(900), params=params(100, 500), tags=tags(1))
    batch(metrics=metrics(10), params=params(2, 900), tags=tags(2))
    found = client.get_run(run).data
    stage.note("kept", [len(found.params), len(found.metrics), len(found.tags)])
