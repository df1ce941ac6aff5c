"""Seeds for every library that draws random numbers, each its own."""

import hashlib
import importlib
import importlib.util
import os
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from ._context import seed as run_seed


class SeedReport(NamedTuple):
    """What was seeded, and what was not under control."""

    seed: int
    """The seed that all others derive from; drawn when there was none."""
    seeded: Dict[str, int]
    """Library → the seed that it was given."""
    uncontrolled: List[str]
    """A sentence for each thing that can still make two executions differ."""
    jax_key: Any = None
    """``jax.random.PRNGKey`` of jax's seed; None when jax was not seeded."""


def sub_seed(name: str, seed: Optional[int] = None, bits: int = 63) -> int:
    """A seed for a generator of one's own: ``default_rng(sub_seed("augmentation"))``.

    The same name and seed give the same number on every machine; other names
    give unrelated ones. ``seed`` is the run's where it is left out, 0 by hand.
    """
    root = run_seed() if seed is None else seed
    digest = hashlib.sha256(f"reprise/{name}/{root or 0}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - bits)


def seed_everything(seed: Optional[int] = None, *, import_libraries: bool = False) -> SeedReport:
    """Seeds random, numpy, torch, tensorflow and jax, as far as they are loaded.

    ``seed`` is the run's where it is left out; by hand one is drawn from the
    operating system and stands in the report. Each library gets a seed derived
    from it. A library that is installed but not imported yet is left alone,
    since importing it costs seconds, and is named in the report;
    ``import_libraries=True`` imports and seeds it. torch and tensorflow are also
    told to prefer deterministic algorithms (torch warns where it has none).
    """
    root = run_seed() if seed is None else seed
    if root is None:
        root = int.from_bytes(os.urandom(8), "big") >> 1
    report = SeedReport(root, {}, _environment_notes())
    for library, seeder in _SEEDERS.items():
        report = _seeded(report, library, seeder, import_libraries)
    return report


Seeder = Callable[[Any, int, List[str]], Any]


def _seeded(report: SeedReport, library: str, seeder: Seeder, may_import: bool) -> SeedReport:
    module = sys.modules.get(library)
    if module is None and (may_import or library == "random"):
        try:
            module = importlib.import_module(library)
        except ImportError:
            return report
        except Exception as error:  # A broken installation raises what it likes.
            report.uncontrolled.append(f"{library} could not be imported: {error}")
            return report
    if module is None:
        if _is_installed(library):
            report.uncontrolled.append(f"{library} is installed but not imported yet, so it was not seeded")
        return report
    number = sub_seed(library, report.seed, bits=_BITS[library])
    try:
        key = seeder(module, number, report.uncontrolled)
    except Exception as error:
        report.uncontrolled.append(f"{library} could not be seeded: {error}")
        return report
    report.seeded[library] = number
    return report._replace(jax_key=key) if library == "jax" else report


def _random(module: Any, number: int, _: List[str]) -> None:
    module.seed(number)


def _numpy(module: Any, number: int, notes: List[str]) -> None:
    module.random.seed(number)
    notes.append("numpy: `default_rng()` without a seed stays random; give it `reprise.sub_seed(NAME)`")


def _torch(module: Any, number: int, notes: List[str]) -> None:
    module.manual_seed(number)
    cuda = getattr(module, "cuda", None)
    if cuda is not None and cuda.is_available():
        cuda.manual_seed_all(number)
        if "CUBLAS_WORKSPACE_CONFIG" not in os.environ:
            notes.append("torch: CUBLAS_WORKSPACE_CONFIG is not set, so cuBLAS may differ between executions")
    cudnn = getattr(getattr(module, "backends", None), "cudnn", None)
    if cudnn is not None:
        cudnn.benchmark = False
        cudnn.deterministic = True
    try:
        module.use_deterministic_algorithms(True, warn_only=True)
    except (AttributeError, TypeError):
        notes.append("torch: this version cannot prefer deterministic algorithms without failing where it has none")


def _tensorflow(module: Any, number: int, notes: List[str]) -> None:
    module.random.set_seed(number)
    try:
        module.config.experimental.enable_op_determinism()
    except AttributeError:
        if os.environ.get("TF_DETERMINISTIC_OPS") != "1":
            notes.append("tensorflow: this version has no deterministic operations; set TF_DETERMINISTIC_OPS=1")


def _jax(module: Any, number: int, _: List[str]) -> Any:
    return importlib.import_module("jax.random").PRNGKey(number)


_SEEDERS: Dict[str, Seeder] = {
    "random": _random,
    "numpy": _numpy,
    "torch": _torch,
    "tensorflow": _tensorflow,
    "jax": _jax,
}
# numpy refuses more than 32 bits, jax without 64-bit mode cuts them off.
_BITS = {"random": 63, "numpy": 32, "torch": 63, "tensorflow": 63, "jax": 31}


def _environment_notes() -> List[str]:
    if os.environ.get("PYTHONHASHSEED", "random").isdigit():
        return []
    return [
        "PYTHONHASHSEED was not set before Python started, so the order of sets of texts differs between executions"
    ]


def _is_installed(library: str) -> bool:
    try:
        return importlib.util.find_spec(library) is not None
    except (ImportError, ValueError):
        return False
