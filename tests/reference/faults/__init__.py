"""Deviations from the reference endpoint, each of them one method of it, done wrong as real stacks have done it.

A fault is a subclass of `Endpoint`, `Listener` or `Host` with one method of its own:

    @fault("rto-does-not-double", breaks="RFC6298:5.5-backoff")
    class RtoDoesNotDouble(Endpoint):
        def back_off(self) -> None:
            pass

The text that tells what goes wrong is its docstring, if the name does not tell it all. Every module in this package
is read; `pytest --target model --fault NAME` runs the cases against one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from conformance.errors import UsageProblem
from conformance.requirements import lookup, nearest
from reference.endpoint import Endpoint
from reference.host import Host
from reference.listen import Listener

__all__ = ["Endpoint", "Fault", "Host", "Listener", "all_faults", "fault", "load"]

Part = type[Endpoint] | type[Listener] | type[Host]
PartType = TypeVar("PartType", bound=Part)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong (`name`), the requirements that this breaks, and the class that does it."""

    name: str
    breaks: tuple[str, ...]
    part: Part

    def __str__(self) -> str:
        return f"{self.name} (breaks {', '.join(self.breaks)})"

    def host(self) -> type[Host]:
        """Return the host that has this fault."""
        if issubclass(self.part, Host):
            return self.part
        attribute = "endpoint" if issubclass(self.part, Endpoint) else "listener"
        return type("FaultyHost", (Host,), {attribute: self.part})


_FAULTS: dict[str, Fault] = {}


def fault(name: str, *, breaks: str | tuple[str, ...]) -> Callable[[PartType], PartType]:
    """Register a class as a fault. `breaks` are ids of the catalogue; UsageProblem when one of them is none."""
    broken = (breaks,) if isinstance(breaks, str) else breaks

    def register(part: PartType) -> PartType:
        assert name not in _FAULTS, f"two faults are called {name}"
        for requirement in broken:
            lookup(requirement)
        _FAULTS[name] = Fault(name, broken, part)
        return part

    return register


def all_faults() -> dict[str, Fault]:
    """Return every fault by its name."""
    _read()
    return dict(_FAULTS)


def load(name: str) -> Fault:
    """Return one fault; UsageProblem with the nearest names when there is none."""
    _read()
    if name not in _FAULTS:
        near = nearest(name, _FAULTS) or "; tests/reference/faults/ has all that there are"
        raise UsageProblem(f"no fault {name}{near}")
    return _FAULTS[name]


@cache
def _read() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
