"""What the environment says about the run: variables in, typed values out.

Variables are read at each call, never when the module is imported, so that a
forked worker or a test sees what holds now.
"""

import os
import re
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Optional, Union

from ._errors import RepriseError

_DATA_PREFIX = "REPRISE_DATA_"


def variable(name: str) -> Optional[str]:
    """The variable's value; None when it is unset or empty."""
    return os.environ.get(name) or None


def run_id() -> Optional[str]:
    return variable("REPRISE_RUN_ID")


def seed() -> Optional[int]:
    return _integer("REPRISE_SEED")


def attempt() -> int:
    value = _integer("REPRISE_ATTEMPT")
    return 1 if value is None else value


def split() -> int:
    value = _integer("REPRISE_SPLIT")
    return 0 if value is None else value


def splits() -> int:
    value = _integer("REPRISE_SPLITS")
    return 1 if value is None else value


def outputs() -> Path:
    folder = Path(variable("REPRISE_OUTPUTS") or "outputs")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


ATTRIBUTES: Dict[str, Callable[[], Any]] = {
    "run_id": run_id,
    "seed": seed,
    "attempt": attempt,
    "split": split,
    "splits": splits,
    "outputs": outputs,
}


def data(name: str, default: Union[str, "os.PathLike[str]", None] = None) -> Path:
    """The path of a data item that the experiment declares under ``data:``.

    Reprise has checked its content before the program started. ``default`` is
    used only outside a run: inside one, data that nobody declared would be
    data that nobody recorded, so an undeclared name is an error there.
    """
    key = _DATA_PREFIX + re.sub("[^A-Z0-9]", "_", name.upper())
    value = variable(key)
    if value is not None:
        return Path(value)
    if default is not None and run_id() is None:
        return Path(default)
    raise _unknown_data(name, key)


def split_range(count: int) -> range:
    """The indices, out of ``count``, that this split is to work on.

    The ranges of all splits are contiguous, in order, disjoint, cover every
    index, and differ in length by at most one.
    """
    if count < 0:
        raise RepriseError("split-count", f"`split_range` needs a count of 0 or more, not {count}")
    index, total = split(), splits()
    if not 0 <= index < total:
        raise RepriseError(
            "split-range",
            f"REPRISE_SPLIT={index} is no index of REPRISE_SPLITS={total}",
            fix=f"set REPRISE_SPLIT to a number from 0 to {max(total - 1, 0)}",
        )
    return range(count * index // total, count * (index + 1) // total)


def nearest(name: str, known: Iterable[str]) -> Optional[str]:
    """The known name most like ``name``, or None when none is alike."""
    import difflib

    folded = {candidate.lower(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.lower(), folded, n=1)
    return folded[matches[0]] if matches else None


def listing(names: Iterable[str]) -> str:
    """Names in back-quotes, at most twelve of them."""
    every: List[str] = [f"`{name}`" for name in names]
    return ", ".join(every[:12]) + (f", … ({len(every)} in all)" if len(every) > 12 else "")


def _integer(name: str) -> Optional[int]:
    text = variable(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise RepriseError("variable", f"{name} is not a whole number: `{text}`") from None


def _unknown_data(name: str, key: str) -> RepriseError:
    known = [found[len(_DATA_PREFIX) :].lower() for found in sorted(os.environ) if found.startswith(_DATA_PREFIX)]
    hint = nearest(name, known)
    if run_id() is None:
        fix = f'set {key}=PATH, or call `reprise.data("{name}", default=PATH)`'
    elif hint is not None:
        fix = f"did you mean `{hint}`?"
    else:
        fix = f"declare it in the experiment: `data: {{{name}: PATH}}`"
    why = "known: " + listing(known) if known else f"{key} is not set"
    return RepriseError("unknown-data", f"data item `{name}` is not known", why, fix)
