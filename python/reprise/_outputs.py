"""Outputs: files that are there whole or not at all."""

import itertools
import json
import os
import threading
from pathlib import Path, PurePath
from typing import Any, Mapping, Union

from ._context import outputs
from ._errors import RepriseError
from ._metrics import json_number

_serial = itertools.count()
Name = Union[str, "os.PathLike[str]"]


def output(name: Name) -> Path:
    """A path below the outputs folder; the folders that lead to it are made.

    The file itself is not: write it, and Reprise keeps it by content when the
    run ends. A name that would leave the folder is refused.
    """
    pure = PurePath(name)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise RepriseError(
            "output-name",
            f"`{name}` is no name of an output",
            f"outputs lie below {outputs()}",
            "give a relative path without `..`",
        )
    path = outputs() / pure
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def save_bytes(name: Name, content: bytes) -> Path:
    """Writes an output in one step: a reader, or a crash, sees the old one or the new one."""
    path = output(name)
    draft = path.with_name(f".{path.name[:100]}.{os.getpid()}-{threading.get_ident()}-{next(_serial)}.tmp")
    try:
        with open(draft, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        try:
            os.unlink(draft)
        except OSError:
            pass
        raise
    return path


def save_text(name: Name, text: str) -> Path:
    """``save_bytes`` of the text as UTF-8, line ends as they are."""
    return save_bytes(name, text.encode("utf-8"))


def save_json(name: Name, value: Any) -> Path:
    """``save_text`` of the value as indented JSON, keys in the order they have.

    Arrays and scalars of numpy, torch and the like become lists and numbers;
    NaN and the infinities become the strings that metrics use, since JSON has
    no word for them.
    """
    return save_text(name, json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return json_number(value, "value") if value != value or value in (float("inf"), -float("inf")) else float(value)
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [_plain(item) for item in value]
    if isinstance(value, PurePath):
        return str(value)
    if callable(getattr(value, "tolist", None)):
        return _plain(value.tolist())
    if callable(getattr(value, "item", None)):
        return _plain(value.item())
    raise RepriseError(
        "output-json",
        f"a {type(value).__name__} cannot be written as JSON",
        fix="turn it into dicts, lists, texts and numbers first",
    )


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, int) and not isinstance(key, bool):
        return str(key)
    raise RepriseError("output-json", f"a key of a JSON object is a text, not {key!r}")
