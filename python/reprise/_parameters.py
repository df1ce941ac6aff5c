"""The run's parameters as a read-only mapping."""

import json
from typing import Any, Dict, Iterator, List, Mapping, NoReturn, Optional, Tuple

from ._context import listing, nearest, variable
from ._errors import RepriseError


class UnknownParameter(RepriseError, KeyError, AttributeError):
    """A name that is no parameter; a KeyError and an AttributeError alike."""

    def __init__(self, path: str, known: List[str]) -> None:
        hint = nearest(path, known)
        super().__init__(
            "unknown-parameter",
            f"parameter `{path}` is not known",
            "known: " + listing(known) if known else "there are no parameters",
            f"did you mean `{hint}`?" if hint else "",
        )
        self._arguments = (path, known)

    def __reduce__(self) -> Tuple[Any, ...]:
        return (UnknownParameter, self._arguments)


class Parameters(Dict[str, Any]):
    """Parameters by attribute, item or dotted path; nested ones alike.

    ``p.optimizer.lr``, ``p["optimizer"]["lr"]`` and ``p["optimizer.lr"]`` are
    the same value, of the type that parameters.json gave it. A ``dict`` in
    every respect (``json.dumps(p)``, ``f(**p)``), except that it cannot be
    changed: it is what the run has recorded. ``p.to_dict()`` is a copy that can.

    A parameter whose name a dict uses itself (``items``, ``keys``, ``get``, …)
    is reached by item only.
    """

    __slots__ = ("_path",)

    def __init__(self, values: Mapping[str, Any] = {}, path: str = "") -> None:
        prefix = path + "." if path else ""
        super().__init__({name: _frozen(value, prefix + str(name)) for name, value in values.items()})
        object.__setattr__(self, "_path", path)

    def __getitem__(self, name: str) -> Any:
        if dict.__contains__(self, name):
            return dict.__getitem__(self, name)
        head, dot, rest = name.partition(".") if isinstance(name, str) else (name, "", "")
        if dot and isinstance(self.get(head), Parameters):
            return dict.__getitem__(self, head)[rest]
        raise self._unknown(name)

    def __getattr__(self, name: str) -> Any:
        # Protocols such as copy and pickle probe for `__…__`; they are no parameters.
        if name.startswith("__") or name == "_path":
            raise AttributeError(name)
        if dict.__contains__(self, name):
            return dict.__getitem__(self, name)
        raise self._unknown(name)

    def __contains__(self, name: object) -> bool:
        try:
            self[name]  # type: ignore[index]
        except KeyError:
            return False
        return True

    def get(self, name: str, default: Any = None) -> Any:
        """The parameter, dotted names included, or ``default``."""
        if dict.__contains__(self, name):
            return dict.__getitem__(self, name)
        return self[name] if name in self else default

    def to_dict(self) -> Dict[str, Any]:
        """A deep copy made of plain dicts and lists, free to change."""
        return {name: _thawed(value) for name, value in self.items()}

    def flattened(self) -> Dict[str, Any]:
        """Every leaf by its dotted name, for a table or another tracker."""
        return dict(_leaves(self))

    def __repr__(self) -> str:
        return f"Parameters({dict.__repr__(self)})"

    def __dir__(self) -> List[str]:
        return sorted(set(super().__dir__()) | {name for name in self if isinstance(name, str)})

    def __reduce__(self) -> Tuple[Any, ...]:
        return (Parameters, (self.to_dict(), self._path))

    def __copy__(self) -> "Parameters":
        return self

    def __deepcopy__(self, _: Any) -> "Parameters":
        return Parameters(self.to_dict(), self._path)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise RepriseError(
            "parameters-fixed",
            "parameters cannot be changed",
            "they are what the run has recorded",
            "change a copy: `parameters.to_dict()`",
        )

    __setitem__ = __delitem__ = __setattr__ = __delattr__ = _refuse
    __ior__ = update = pop = popitem = clear = setdefault = _refuse

    def _unknown(self, name: Any) -> UnknownParameter:
        prefix = self._path + "." if self._path else ""
        known = [prefix + found for found in (list(self) if "." not in str(name) else self.flattened())]
        return UnknownParameter(prefix + str(name), known)


def parameters(defaults: Optional[Mapping[str, Any]] = None) -> Parameters:
    """The parameters of this run; ``defaults`` when the script is run by hand.

    Inside a run, its values win and ``defaults`` fill in what the experiment
    does not name, nested maps key by key. By hand, a file of one's own can
    stand in: ``REPRISE_PARAMETERS=my.json python3 train.py``.
    """
    path = variable("REPRISE_PARAMETERS")
    return Parameters(_merged(defaults or {}, _read(path) if path else {}))


def _read(path: str) -> Mapping[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            values = json.load(file)
    except OSError as error:
        raise RepriseError(
            "parameters-unreadable",
            f"the parameters cannot be read: {path}",
            error.strerror or str(error),
            "unset REPRISE_PARAMETERS to run by hand with the defaults",
        ) from error
    except ValueError as error:
        raise RepriseError("parameters-json", f"{path} is not JSON", str(error)) from error
    if not isinstance(values, dict):
        raise RepriseError("parameters-json", f"{path} holds no JSON object")
    return values


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Dict[str, Any]:
    result = dict(under)
    for name, value in over.items():
        below = result.get(name)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[name] = _merged(below, value) if both else value  # type: ignore[arg-type]
    return result


def _frozen(value: Any, path: str) -> Any:
    if isinstance(value, Mapping):
        return Parameters(value, path)
    if isinstance(value, (list, tuple)):
        return [_frozen(item, f"{path}[{index}]") for index, item in enumerate(value)]
    return value


def _thawed(value: Any) -> Any:
    if isinstance(value, Parameters):
        return value.to_dict()
    return [_thawed(item) for item in value] if isinstance(value, list) else value


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[Tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Parameters) and value:
            yield from _leaves(value, prefix + name + ".")
        else:
            yield prefix + name, value
