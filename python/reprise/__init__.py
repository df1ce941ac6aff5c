"""The program's side of a Reprise run.

Nothing here is needed for a program to be an experiment: environment
variables, files and the exit status are enough. This module reads and writes
them with fewer lines, and does the same outside a run, so that a script is
still usable by hand.

Attributes, read from the environment each time they are asked for:

``run_id``    32 hexadecimal digits, or None by hand.
``seed``      the seed of this run, step and split (63 bits), or None by hand.
``attempt``   1 for the first execution, 2 for the first retry.
``split``     index of this split, from 0; 0 where nothing is split.
``splits``    number of splits; 1 where nothing is split.
``outputs``   the folder whose content is kept; created when asked for;
              ``./outputs`` by hand.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, List, Optional

from ._context import data, split_range
from ._errors import RepriseError
from ._metrics import log
from ._outputs import output, save_bytes, save_json, save_text
from ._parameters import Parameters, UnknownParameter, parameters
from ._seeding import SeedReport, seed_everything, sub_seed

__version__ = "0.1.0"

__all__ = [
    "Parameters",
    "RepriseError",
    "SeedReport",
    "UnknownParameter",
    "attempt",
    "data",
    "log",
    "output",
    "outputs",
    "parameters",
    "run_id",
    "save_bytes",
    "save_json",
    "save_text",
    "seed",
    "seed_everything",
    "split",
    "split_range",
    "splits",
    "sub_seed",
]

if TYPE_CHECKING:
    run_id: Optional[str]
    seed: Optional[int]
    attempt: int
    split: int
    splits: int
    outputs: Path


def __getattr__(name: str) -> Any:
    from . import _context

    if name in _context.ATTRIBUTES:
        return _context.ATTRIBUTES[name]()
    hint = _context.nearest(name, __all__)
    raise AttributeError("module `reprise` has no `{}`{}".format(name, f"; did you mean `{hint}`?" if hint else ""))


def __dir__() -> List[str]:
    return sorted(__all__ + ["__version__"])
