"""The stacks that the lab knows: one table. Each is held by a module of `conformance.lab` and has a profile there.

`python -m conformance.stacks` tells which of them can start, and what the others lack.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import UsageProblem
from conformance.requirements import nearest

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "build" / "stacks"
"""Where `make stacks` puts what it builds."""

PREFIX = "lab:"
ALL = "all"
FAMILIES = ("ipv4", "ipv6")
_CONGESTION_CONTROLS = Path("/proc/sys/net/ipv4/tcp_available_congestion_control")
_SYSTEM = ("/usr/local/sbin", "/usr/sbin", "/sbin")  # not in every user's PATH


@dataclass(frozen=True, slots=True)
class Stack:
    """One entry of the table.

    `module` is the one of `conformance.lab` that holds it (see `holder`). `needs` are commands and files of the system,
    each with the Debian package it is in, the first with the one that is the stack itself; `machine` is the same of the
    emulator that it runs in. `built` is what `make stacks` makes for it, which may be the stack itself where nothing is
    needed. `congestion_control` is the one that this kernel must have for it. `tells` is the command that tells its
    version, where there is one.
    `opens_to` is the port to which its user can have it open a connection, where that is all that can be done; else 0.
    """

    name: str
    module: str
    families: tuple[str, ...] = FAMILIES
    needs: tuple[tuple[str, str], ...] = ()
    machine: tuple[tuple[str, str], ...] = ()
    built: tuple[str, ...] = ()
    congestion_control: str = ""
    tells: tuple[str, ...] = ()
    opens_to: int = 0

    @property
    def profile(self) -> Path:
        """Where its profile is."""
        return Path(__file__).parent / "lab" / f"{self.name}.toml"

    def missing(self) -> str:
        """Say what has to be installed or built before it can start; nothing when it can."""
        packages = list(dict.fromkeys(package for what, package in (*self.needs, *self.machine) if not _exists(what)))
        steps = [f"apt-get install {' '.join(packages)}"] if packages else []
        if not all((BUILT / name).exists() for name in self.built):
            steps.append("make stacks")
        if self.congestion_control and self.congestion_control not in _CONGESTION_CONTROLS.read_text().split():
            steps.append(f"modprobe tcp_{self.congestion_control}")
        return " && ".join(steps)


def _exists(what: str) -> bool:
    if what.startswith("/"):
        return Path(what).exists()
    return any(shutil.which(what, path=path) for path in (None, ":".join(_SYSTEM)))


_UNSHARE = ("unshare", "util-linux")
_KERNEL = ("uname", "-sr")
_PC = (("qemu-system-x86_64", "qemu-system-x86"),)

STACKS = {
    one.name: one
    for one in (
        Stack("linux", "linux", tells=_KERNEL),
        Stack("linux-syncookies", "linux", tells=_KERNEL),
        Stack("linux-nosack", "linux", tells=_KERNEL),
        Stack("linux-notimestamps", "linux", tells=_KERNEL),
        Stack("linux-bbr", "linux", congestion_control="bbr", tells=_KERNEL),
        Stack(
            "linux-6.1",
            "uml",
            needs=(("linux.uml", "user-mode-linux"), _UNSHARE),
            built=("guest", "uml_init"),
            tells=("linux.uml", "--version"),
        ),
        Stack("gvisor", "gvisor", needs=(("runsc", "runsc"), _UNSHARE), built=("guest",)),
        Stack("lwip", "lwip", needs=(("/usr/include/lwip/lwipopts.h", "liblwip-dev"),), built=("lwip",)),
        Stack("libslirp", "libslirp", needs=(("/usr/include/slirp/libslirp.h", "libslirp-dev"),), built=("slirp",)),
        Stack("ns-3", "ns3", needs=(("/usr/include/ns3/core-module.h", "libns3-dev"),), built=("ns-3",)),
        Stack(
            "edk2",
            "edk2",
            needs=(("/usr/share/ovmf/OVMF.fd", "ovmf"), ("/usr/include/efi/efi.h", "gnu-efi")),
            machine=_PC,
            built=("uefi/EFI/BOOT/BOOTX64.EFI",),
        ),
        Stack("grub", "grub", families=("ipv4",), needs=(("grub-emu", "grub-emu"),), opens_to=80),
        Stack("ipxe", "ipxe", needs=(("/boot/ipxe.lkrn", "ipxe"),), machine=_PC, opens_to=80),
        Stack(
            "u-boot",
            "uboot",
            families=("ipv4",),
            machine=(("qemu-system-aarch64", "qemu-system-arm"),),
            built=("u-boot.bin",),
            tells=("grep", "-aom1", "U-Boot 20[0-9.]*[^ ]*", str(BUILT / "u-boot.bin")),
            opens_to=80,
        ),
        Stack("pmd-pytcp", "pytcp", built=("agent.so", "pmd-pytcp")),
    )
}


def listing() -> str:
    """Return a line for each stack: that it can start, or what has to be done before."""
    width = max(map(len, STACKS))
    return "".join(f"{PREFIX}{one.name:{width}}  {one.missing() or 'can start'}\n" for one in STACKS.values())


def is_lab(option: str) -> bool:
    """Tell whether a `--target` option, NAME=ADDRESS or ADDRESS, names a stack of the lab."""
    return option.rpartition("=")[2].startswith(PREFIX)


def expand(options: Sequence[str]) -> tuple[list[str], list[str]]:
    """Put each stack that can start in the place of `lab:all`; return that, and notes on those that cannot.

    UsageProblem for a stack that does not exist, or was named and cannot start.
    """
    expanded, notes = [], []
    for option in options:
        if option != PREFIX + ALL:
            expanded.append(option)
            _check(option)
            continue
        for stack in STACKS.values():
            missing = stack.missing()
            if missing:
                notes.append(f"{PREFIX}{stack.name} is left out: {missing}")
            else:
                expanded.append(PREFIX + stack.name)
    return list(dict.fromkeys(expanded)), notes


def _check(option: str) -> None:
    if not is_lab(option):
        return
    name = option.rpartition("=")[2].removeprefix(PREFIX)
    if name not in STACKS:
        near = nearest(name, STACKS) or f"; there are {', '.join(STACKS)}, and {ALL}"
        raise UsageProblem(f"--target {option}: the lab has no such stack{near}")
    missing = STACKS[name].missing()
    if missing:
        raise UsageProblem(f"--target {option} cannot start: {missing}")


def stack_of(option: str) -> Stack:
    """Return the stack that a `--target` option names."""
    return STACKS[option.rpartition("=")[2].removeprefix(PREFIX)]


def name_of(option: str) -> str:
    """Return the name for the report: what stands before the equals sign, or the stack's own."""
    return option.rpartition("=")[0] or stack_of(option).name


if __name__ == "__main__":
    print(listing(), end="")
