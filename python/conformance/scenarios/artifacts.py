"""Artifacts: files and folders of runs through the proxy of the server."""

import hashlib
import os
import pathlib

import mlflow

from . import scenario


def listing(client, run, path=None):
    """Everything below a folder."""
    found = []
    for item in client.list_artifacts(run, path):
        found.append([item.path, item.is_dir, item.file_size])
        if item.is_dir:
            found += listing(client, run, item.path)
    return sorted(found)


def tree(folder):
    folder = pathlib.Path(folder)
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in sorted(folder.rglob("*")) if file.is_file()}


@scenario(classic=True)
def life(stage):
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    stage.note("none", listing(client, run))
    files = {"a.txt": "hello", "sub/b.json": "{}", "sub/deep/er/c.bin": "\x00\x01", "sub/empty": "", "sub2/d.html": "<b>x</b>", "no_extension": "text"}
    for name, text in files.items():
        file = stage.folder / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    client.log_artifacts(run, stage.folder / "in")
    client.log_artifact(run, stage.folder / "in" / "a.txt", "else/where")
    stage.note("all", listing(client, run))
    for path in ["", "sub", "sub/deep", "else", "a.txt", "absent", "sub/b.json", "sub/"]:
        stage.attempt(f"list {path!r}", lambda: [[item.path, item.is_dir, item.file_size] for item in client.list_artifacts(run, path)])
    (stage.folder / "out").mkdir()
    stage.note("whole", tree(client.download_artifacts(run, "", str(stage.folder / "out"))))
    stage.note("a folder", tree(client.download_artifacts(run, "sub/deep", str(stage.folder / "out"))))
    stage.note("a file", pathlib.Path(client.download_artifacts(run, "a.txt")).read_text())
    (stage.folder / "in" / "a.txt").write_text("hello again")
    client.log_artifact(run, stage.folder / "in" / "a.txt")
    stage.note("written again", pathlib.Path(client.download_artifacts(run, "a.txt")).read_text())
    stage.note("one changed", listing(client, run)[:2])
    stage.attempt("an absent file", client.download_artifacts, run, "absent.txt")


@scenario(classic=True)
def odd_names(stage):
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    for name in ["with space.txt", "plus+sign.txt", "percent%20.txt", "percent%.txt", "hash#.txt", "question?.txt", "ünï-走.txt", "quote'\".txt", "amp&semi;.txt",
                 "a=b,c.txt", "~tilde.txt", "[brackets].txt", "(round).txt", ".hidden", "trailing.", "dash-_.txt", "at@.txt", "$dollar!.txt", "back`tick.txt", "co:lon.txt"]:
        file = stage.folder / name
        file.write_text(name)

        def there_and_back():
            client.log_artifact(run, file, "odd names")
            return pathlib.Path(client.download_artifacts(run, f"odd names/{name}")).read_text()

        stage.attempt(name, there_and_back)
    stage.note("all", listing(client, run))


@scenario
def fluent(stage):
    import numpy
    from matplotlib import pyplot
    from PIL import Image

    mlflow.set_experiment(experiment_id=stage.experiment())
    with mlflow.start_run() as run:
        mlflow.log_text("some text", "texts/note.txt")
        mlflow.log_dict({"a": [1, {"b": None}]}, "d.json")
        mlflow.log_dict({"a": 1}, "d.yaml")
        mlflow.log_image(numpy.zeros((4, 6, 3), dtype=numpy.uint8), "black.png")
        mlflow.log_image(Image.new("RGB", (3, 2)), "pil.png")
        mlflow.log_table({"question": ["a", "b"], "answer": [1, 2]}, "table.json")
        mlflow.log_table({"question": ["c"], "answer": [3]}, "table.json")
        figure = pyplot.figure()
        mlflow.log_figure(figure, "figure.svg")
        pyplot.close(figure)
        mlflow.log_image(numpy.zeros((2, 2, 3), dtype=numpy.uint8), key="steps", step=3, timestamp=5, synchronous=True)
    found = listing(stage.client, run.info.run_id)
    stage.note("all", sorted([path, folder, None if path.endswith((".svg", ".webp", ".png")) else size] for path, folder, size in found if "compressed" not in path))
    stage.note("text", mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/texts/note.txt"))
    stage.note("dict", mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/d.json"))
    stage.note("image", list(mlflow.artifacts.load_image(f"runs:/{run.info.run_id}/black.png").size))
    stage.note("table", mlflow.load_table("table.json", run_ids=[run.info.run_id]))
    stage.note("tags", sorted(stage.client.get_run(run.info.run_id).data.tags))
    mlflow.artifacts.download_artifacts(artifact_uri=f"{run.info.artifact_uri}/texts", dst_path=str(stage.folder))
    stage.note("by address", tree(stage.folder))


@scenario(classic=True)
def big(stage):
    """Fifty megabytes there and back."""
    client = stage.client
    run = stage.run(stage.experiment(), 1)
    block = hashlib.sha512(b"x").digest() * 16384
    file = stage.folder / "big.bin"
    with file.open("wb") as out:
        for index in range(50):
            out.write(index.to_bytes(8, "big") + block[8:])
    client.log_artifact(run, file, "models")
    stage.note("listed", listing(client, run))
    (stage.folder / "back").mkdir()
    stage.note("came back", tree(client.download_artifacts(run, "models/big.bin", str(stage.folder / "back"))) )
    stage.note("is the same", hashlib.sha256(file.read_bytes()).hexdigest()[:16])


@scenario
def deleted(stage):
    """One by one, as `mlflow gc` and the client's repository do."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    client = stage.client
    run = stage.run(stage.experiment(), 1)
    for name in ["a.txt", "sub/b.txt", "sub/c.txt", "other/d.txt"]:
        client.log_text(run, name, name)
    repository = get_artifact_repository(client.get_run(run).info.artifact_uri)
    repository.delete_artifacts("a.txt")
    stage.note("less a file", listing(client, run))
    repository.delete_artifacts("sub")
    stage.note("less a folder", listing(client, run))
    stage.attempt("absent", repository.delete_artifacts, "absent")
    repository.delete_artifacts()
    stage.attempt("less all", listing, client, run)


@scenario
def wire(stage):
    """The proxy and the older download route, without a client between."""
    run = stage.run(stage.experiment(), 1)
    root = stage.client.get_run(run).info.artifact_uri.removeprefix("mlflow-artifacts:/")
    proxy = "/api/2.0/mlflow-artifacts/artifacts"
    for name, data in {"a.txt": b"hello", "data.json": b"{}", "page.html": b"<script>1</script>", "model/MLmodel": b"flavors: {}", "x.bin": b"\0\1"}.items():
        stage.wire(f"put {name}", "PUT", f"{proxy}/{root}/{name}", data, headers={"Content-Type": "application/octet-stream"})
    for name in ["a.txt", "model/MLmodel", "absent.txt", "model"]:
        stage.wire(f"get {name}", "GET", f"{proxy}/{root}/{name}")
    stage.wire("list", "GET", proxy, query={"path": root})
    stage.wire("list a folder", "GET", proxy, query={"path": f"{root}/model"})
    stage.wire("list a file", "GET", proxy, query={"path": f"{root}/a.txt"})
    stage.wire("list absent", "GET", proxy, query={"path": f"{root}/absent"})
    stage.wire("pages' prefix", "GET", f"/ajax-api/2.0/mlflow-artifacts/artifacts/{root}/a.txt")
    for label, path in {"up": "../x", "deep up": "a/../../x", "encoded": "%2e%2e/x", "encoded slash": "..%2fx", "twice encoded": "%252e%252e%252fx", "absolute": "/etc/passwd",
                        "file scheme": "file:///etc/passwd", "backslash": "..%5cx"}.items():
        for method in ["GET", "PUT", "DELETE"]:
            stage.wire(f"{method} {label}", method, f"{proxy}/{path}", b"x" if method == "PUT" else None)
        stage.wire(f"list {label}", "GET", proxy, query={"path": path})
    for query in [{"run_id": run, "path": "a.txt"}, {"run_uuid": run, "path": "a.txt"}, {"run_id": run}, {"path": "a.txt"}, {"run_id": run, "path": "../a"},
                  {"run_id": "0" * 32, "path": "a.txt"}, {"run_id": run, "path": "absent"}]:
        stage.wire(f"get-artifact {sorted(query)} {query.get('path')}", "GET", "/get-artifact", query=query)
    for query in [{"run_id": run}, {"run_uuid": run}, {"run_id": run, "path": "model"}, {"run_id": run, "path": ".."}, {"run_id": run, "path": "/"}, {}]:
        stage.wire(f"list through the API {sorted(query)} {query.get('path')}", "GET", "artifacts/list", query=query)


@scenario
def headers(stage):
    """What a browser is told about a file."""
    import urllib.request

    run = stage.run(stage.experiment(), 1)
    for name in ["a.txt", "page.html", "MLmodel", "data.json", "picture.png", "x.unknown", "naïve name.txt", "script.js", "table.csv", "model.pkl", "conda.yaml"]:
        stage.client.log_text(run, "x", name)
        root = stage.client.get_run(run).info.artifact_uri.removeprefix("mlflow-artifacts:/")
        for label, url in {"proxy": f"/api/2.0/mlflow-artifacts/artifacts/{root}/", "get-artifact": f"/get-artifact?run_uuid={run}&path="}.items():
            with urllib.request.urlopen(stage.uri + url + urllib.parse.quote(name)) as response:
                stage.note(f"{label}: {name}", {key: response.headers.get(key) for key in ["Content-Type", "Content-Disposition", "X-Content-Type-Options"]})
