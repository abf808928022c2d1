"""Deviations that segments alone can show: this machine's kernel, which conforms, and somebody on the cable to it.

Each has the name of a fault of the reference endpoint (`reference.faults`) and shows the same on the wire:

    @says("reset-acknowledges-the-syn-number")
    def reset_acknowledges_the_syn_number(segment, talk):
        yield replace(segment, ack=talk.last.seq)

`says` takes what the target says, `hears` what it is told (see `conformance.lab.conversation`). Every module in this
package is read; `pytest --fault NAME` runs the cases against the lab with one of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

from conformance.errors import UsageProblem
from conformance.lab.conversation import Deviation, Meddling
from conformance.requirements import nearest

_SAYS: dict[str, Meddling] = {}
_HEARS: dict[str, Meddling] = {}


def says(name: str) -> Callable[[Meddling], Meddling]:
    """Register what a deviation makes of what the target says."""
    return _register(_SAYS, name)


def hears(name: str) -> Callable[[Meddling], Meddling]:
    """Register what a deviation makes of what the target is told."""
    return _register(_HEARS, name)


def _register(where: dict[str, Meddling], name: str) -> Callable[[Meddling], Meddling]:
    def register(meddling: Meddling) -> Meddling:
        assert name not in where, f"two deviations are called {name}"
        where[name] = meddling
        return meddling

    return register


def all_deviations() -> dict[str, Deviation]:
    """Return every deviation by its name."""
    _read()
    names = sorted(_SAYS | _HEARS)
    both = {name: {"says": _SAYS.get(name), "hears": _HEARS.get(name)} for name in names}
    return {name: Deviation(**{way: one for way, one in ways.items() if one}) for name, ways in both.items()}


def load(name: str) -> Deviation:
    """Return one deviation; UsageProblem when there is none."""
    found = all_deviations()
    if name not in found:
        raise UsageProblem(_none_such(name))
    return found[name]


def described(name: str) -> str:
    """Return a deviation's name with the requirements that it breaks; UsageProblem when there is none."""
    from reference import faults

    load(name)
    return str(faults.load(name))


def _none_such(name: str) -> str:
    from reference import faults

    if name in faults.all_faults():
        return f"--fault {name}: segments alone cannot show it, so the lab has none such; --target model has"
    return f"no fault {name}{nearest(name, all_deviations()) or '; tests/meddling/ has all that there are'}"


@cache
def _read() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
