"""Metrics: one JSON line a call, appended in one write."""

import json
import math
import os
import sys
import time
from typing import Any, Dict, Mapping, Optional, Set, Tuple, Union

from ._context import variable
from ._errors import RepriseError

_LARGEST_EXACT = 2**53
# path → (descriptor, device, inode). No lock guards it: a lock held at a fork
# would stay locked in the child.
_descriptors: Dict[str, Tuple[int, int, int]] = {}
_torn: Set[str] = set()


def log(values: Union[Mapping[str, Any], int, None] = None, /, step: Optional[int] = None, **metrics: Any) -> None:
    """Records metrics: ``log(step=3, loss=0.2)`` or ``log({"val/loss": 0.2}, step=3)``.

    Values are numbers, or scalars of numpy, torch, tensorflow and jax. ``time``
    is the moment of the call in seconds since 1970 unless given; ``step`` and
    ``time`` may also stand in the mapping, as they do in the file. When this
    returns, the line is with the operating system: the program may die. Threads,
    forked workers and other processes may log at once, lines never mix.

    Outside a run the line goes to standard output, after ``::metric``.
    """
    record = _record(values, step, metrics)
    if record is None:
        return
    line = json.dumps(record, separators=(",", ":"), allow_nan=False)
    path = variable("REPRISE_METRICS")
    if path is not None:
        _append(path, line.encode("ascii") + b"\n")
    elif sys.stdout is not None:
        sys.stdout.write("::metric " + line + "\n")
        sys.stdout.flush()


def _record(values: Any, step: Any, metrics: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    if isinstance(values, Mapping):
        metrics = {**values, **metrics}
    elif values is not None:
        if step is not None:
            raise RepriseError("log-arguments", f"`log` takes a mapping of metrics before `step=`, not {values!r}")
        step = values
    inner = metrics.pop("step", None)
    if inner is not None and step is not None and inner != step:
        raise RepriseError("log-step", f"two steps for one call of `log`: {step!r} and {inner!r}")
    step = inner if step is None else step
    moment = metrics.pop("time", None)
    if not metrics:
        return None
    record: Dict[str, Any] = {} if step is None else {"step": _step(step)}
    record.update((_name(name), json_number(value, name)) for name, value in metrics.items())
    record["time"] = round(time.time(), 6) if moment is None else json_number(moment, "time")
    return record


def json_number(value: Any, name: str) -> Union[int, float, str]:
    """The number as JSON can hold it: NaN and the infinities become strings."""
    number = _number(value, name)
    if isinstance(number, int) and abs(number) <= _LARGEST_EXACT:
        return number
    try:
        number = float(number)
    except OverflowError:
        raise _refusal(name, value, "it is larger than a 64-bit float can hold") from None
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _number(value: Any, name: str) -> Union[int, float]:
    if isinstance(value, (bool, str, bytes, complex)) or value is None:
        raise _refusal(name, value, "a metric is a number")
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if not hasattr(value, "item") and callable(getattr(value, "numpy", None)):
        value = value.numpy()  # A tensor of tensorflow: `float()` would take its booleans.
    if callable(getattr(value, "item", None)):
        return _number(_item(value, name), name)
    if hasattr(value, "__float__"):
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            raise _refusal(name, value, str(error)) from error
    raise _refusal(name, value, "a metric is a number")


def _item(value: Any, name: str) -> Any:
    try:
        item = value.item()
    except Exception as error:  # Each library raises an error of its own.
        shape = getattr(value, "shape", None)
        raise _refusal(name, value, f"its shape is {tuple(shape)}" if shape else str(error)) from error
    if item is value or not isinstance(item, (bool, int, float, complex, str)):
        raise _refusal(name, value, f"`.item()` gives a {type(item).__name__}")
    return item


def _refusal(name: str, value: Any, why: str) -> RepriseError:
    kind = type(value).__name__
    shown = "" if kind == "NoneType" or not isinstance(value, (bool, str, int)) else f" {value!r:.60}"
    fixes = {
        "bool": f"log `int({name})` if 0 and 1 are meant",
        "str": "text belongs in an output: `reprise.save_text(…)`",
        "NoneType": 'leave it out, or log `float("nan")`',
    }
    fix = fixes.get(kind, "reduce it to one number first" if hasattr(value, "__len__") else "")
    return RepriseError("metric-value", f"metric `{name}` cannot be a {kind}{shown}", why, fix)


def _name(name: Any) -> str:
    if isinstance(name, str) and name:
        return name
    raise RepriseError("metric-name", f"a metric's name is a text that is not empty, not {name!r}")


def _step(step: Any) -> int:
    number = _number(step, "step")
    if number == number and abs(number) < 2**63 and number == int(number):
        return int(number)
    raise RepriseError("log-step", f"a step is a whole number of 64 bits, not {step!r}")


def _append(path: str, line: bytes) -> None:
    try:
        descriptor = _descriptor(path)
        # The line before was cut short (disk full): end it, so that it takes no other with it.
        if path in _torn:
            line = b"\n" + line
            _torn.discard(path)
        written = os.write(descriptor, line)
        while written < len(line):
            _torn.add(path)
            written += os.write(descriptor, line[written:])
        _torn.discard(path)
    except OSError as error:
        raise RepriseError("metrics-unwritable", f"the metrics cannot be written: {path}", str(error)) from error


def _descriptor(path: str) -> int:
    known = _descriptors.get(path)
    if known is not None:
        # A program that closes every descriptor (a daemon) may have given this number to another file.
        try:
            now = os.fstat(known[0])
            if (now.st_dev, now.st_ino) == known[1:]:
                return known[0]
        except OSError:
            pass
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    now = os.fstat(descriptor)
    _descriptors[path] = (descriptor, now.st_dev, now.st_ino)
    return descriptor
