#!/usr/bin/env python3
"""Makes the small images that the tests run in, from programs of this machine, without any registry and without any engine.

Usage: image.py FOLDER [busybox] [python]

Writes NAME.tar (docker-archive), NAME.oci (layout), NAME.oci.tar (oci-archive) and NAME.id into FOLDER. The same programs give
the same bytes: names are sorted, times are zero, everything is root's. All three have one configuration, byte for byte, so that an image has
one id wherever it is loaded.
"""

import gzip
import hashlib
import io
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile

NAMES = {"busybox": "localhost/reprise-test:1", "python": "localhost/reprise-python:1"}
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
UNWANTED = {"test", "tests", "__pycache__", "idlelib", "ensurepip", "lib2to3", "turtledemo", "site-packages", "dist-packages"}


class Image:
    """One layer and its configuration. `tree` is what `Tree` gathers; the rest goes into the configuration."""

    def __init__(self, tree, *, architecture=None, entrypoint=None, command=("/bin/sh",), labels=None):
        self.layer = tree.tar()
        settings = {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"], "Cmd": list(command)}
        if entrypoint:
            settings["Entrypoint"] = list(entrypoint)
        if labels:
            settings["Labels"] = labels
        self.configuration = canonical({
            "architecture": architecture or ARCHITECTURES.get(platform.machine(), platform.machine()), "os": "linux",
            "created": "1970-01-01T00:00:00Z", "config": settings,
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha256(self.layer)]},
            "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "engines/image.py"}],
        })

    @property
    def id(self):
        return sha256(self.configuration)

    def archive(self, path, name):
        """A docker-archive that gives the image this name."""
        layer = sha256(self.layer) + ".tar"
        manifest = canonical([{"Config": f"{self.id}.json", "RepoTags": [name], "Layers": [layer]}])
        written(path, packed({f"{self.id}.json": self.configuration, layer: self.layer, "manifest.json": manifest}))

    def layout(self, folder, tag):
        """An oci layout, and beside it the same as one file."""
        packed_layer = io.BytesIO()
        with gzip.GzipFile(fileobj=packed_layer, mode="wb", compresslevel=1, mtime=0) as out:
            out.write(self.layer)
        layer = packed_layer.getvalue()
        prefix = "application/vnd.oci.image."
        manifest = canonical({"schemaVersion": 2, "mediaType": prefix + "manifest.v1+json",
                              "config": described(prefix + "config.v1+json", self.configuration),
                              "layers": [described(prefix + "layer.v1.tar+gzip", layer)]})
        entry = {**described(prefix + "manifest.v1+json", manifest), "annotations": {"org.opencontainers.image.ref.name": tag}}
        files = {"oci-layout": canonical({"imageLayoutVersion": "1.0.0"}),
                 "index.json": canonical({"schemaVersion": 2, "manifests": [entry]})}
        files.update({f"blobs/sha256/{sha256(blob)}": blob for blob in (self.configuration, layer, manifest)})
        folder = pathlib.Path(folder)
        shutil.rmtree(folder, ignore_errors=True)
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        written(f"{folder}.tar", packed(files))


class Tree:
    """The files of an image, gathered in memory: they are few and small."""

    def __init__(self):
        self.entries = {}
        for folder in ("etc", "root", "proc", "sys", "dev", "usr/bin", "usr/lib"):
            self.folder(folder)
        self.folder("tmp", 0o1777)
        # Programs look below /bin and /lib, and the loader of x86-64 is asked for in /lib64.
        for name in ("bin", "lib", "lib64"):
            self.folder("usr/" + name)
            self.link(name, "usr/" + name)
        self.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n", 0o644)
        self.file("etc/group", b"root:x:0:\n", 0o644)
        self.file("etc/os-release", b'ID=reprise-test\nPRETTY_NAME="Reprise test image"\nVERSION_ID=1\n', 0o644)

    def folder(self, path, mode=0o755):
        path = pathlib.PurePosixPath(path)
        for part in [*list(path.parents)[::-1][1:], path]:
            self.entries.setdefault(str(part), (tarfile.DIRTYPE, mode if part == path else 0o755, b"", ""))

    def link(self, path, target):
        self.entries[path] = (tarfile.SYMTYPE, 0o777, b"", target)

    def file(self, path, data, mode):
        self.folder(pathlib.PurePosixPath(path).parent)
        self.entries[path] = (tarfile.REGTYPE, mode, data, "")

    def copy(self, source, path=None):
        """A file of this machine, with its content where it is a link."""
        path = str(path or source).lstrip("/")
        for name in ("bin/", "lib/", "lib64/"):
            if path.startswith(name):
                path = "usr/" + path
        source = pathlib.Path(source)
        self.file(path, source.read_bytes(), 0o755 if os.access(source, os.X_OK) else 0o644)

    def tar(self):
        return packed(self.entries)


def busybox(tree=None):
    """A static busybox under every name it has."""
    tree = tree or Tree()
    program = shutil.which("busybox")
    if not program:
        raise SystemExit("image: cannot find `busybox`; install the Debian package busybox-static")
    if "not a dynamic executable" not in outcome("ldd", program):
        raise SystemExit(f"image: {program} needs shared libraries; install the Debian package busybox-static")
    tree.copy(program, "usr/bin/busybox")
    for name in outcome(program, "--list").split():
        if name != "busybox":
            tree.link("usr/bin/" + name, "busybox")
    return tree


def python():
    """Python with its standard library and the shared libraries that both load, over busybox."""
    tree = busybox()
    program = pathlib.Path("/usr/bin/python3") if os.access("/usr/bin/python3", os.X_OK) else pathlib.Path(sys.executable)
    library = pathlib.Path(outcome(program, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))").strip())
    name = program.resolve().name
    tree.copy(program, f"{program.parent}/{name}")
    for other in {"python3", "python"} - {name}:
        tree.link(f"{program.parent}/{other}".lstrip("/"), name)
    loaded = {program}
    for folder, folders, files in os.walk(library):
        folders[:] = sorted(set(folders) - UNWANTED)
        for file in sorted(files):
            path = pathlib.Path(folder, file)
            if path.exists() and not file.endswith((".pyc", ".a")):
                tree.copy(path)
                if ".so" in file:
                    loaded.add(path)
    for path in sorted({found for one in loaded for found in re.findall(r"(/\S+\.so\S*)", outcome("ldd", one))}):
        tree.copy(path)
    return tree


def outcome(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout


def packed(entries):
    """A tar of `path: bytes` or `path: (type, mode, bytes, target)`, the same bytes for the same entries."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path, entry in sorted(entries.items()):
            kind, mode, data, target = entry if isinstance(entry, tuple) else (tarfile.REGTYPE, 0o644, entry, "")
            member = tarfile.TarInfo(path)
            member.type, member.mode, member.size, member.linkname = kind, mode, len(data), target
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


def written(path, data):
    path = pathlib.Path(path)
    path.with_suffix(".new").write_bytes(data)
    path.with_suffix(".new").replace(path)


def described(media_type, data):
    return {"mediaType": media_type, "digest": "sha256:" + sha256(data), "size": len(data)}


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or NAMES:
        image = Image(python() if name == "python" else busybox())
        image.archive(folder / f"{name}.tar", NAMES[name])
        image.layout(folder / f"{name}.oci", "1")
        written(folder / f"{name}.id", (image.id + "\n").encode())
        print(f"{name} {image.id}")


if __name__ == "__main__":
    main()
