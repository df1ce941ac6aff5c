"""What a client of a tracking server does, one file a subject. A scenario is a function of a `Stage`; it notes what came back."""

import importlib
import pkgutil

_found = []


def scenario(function=None, *, classic=False):
    """Marks a scenario. `classic`: clients of MLflow 2 play it, too, so it needs neither pandas nor anything of MLflow 3."""
    if function is None:
        return lambda marked: scenario(marked, classic=classic)
    subject = function.__module__.rsplit(".", 1)[-1]
    _found.append((f"{subject}.{function.__name__}", function, classic))
    return function


def scenarios(names=(), classic_only=False):
    """Name and function of every scenario whose name starts with one of `names`, always in the same order."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return [(name, function) for name, function, classic in sorted(_found, key=lambda found: found[0])
            if (classic or not classic_only) and (not names or any(name.startswith(wanted) for wanted in names))]
