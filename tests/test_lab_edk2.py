"""EDK2 in the lab: what our UEFI program tells the agent in it."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

CODE = Path(__file__).parent.parent / "conformance"

FIRMWARE = """
#include <stdint.h>
typedef uint64_t UINT64;
typedef uintptr_t UINTN;
typedef void VOID, *EFI_EVENT;
typedef struct {
    int (*SetWatchdogTimer)(UINTN, UINT64, UINTN, VOID *);
    int (*CreateEvent)(int, UINTN, VOID *, VOID *, EFI_EVENT *);
    int (*SetTimer)(EFI_EVENT, int, UINT64);
    int (*WaitForEvent)(UINTN, EFI_EVENT *, UINTN *);
    int (*AllocatePool)(int, UINTN, VOID **);
    int (*FreePool)(VOID *);
} EFI_BOOT_SERVICES;
enum { EFI_SUCCESS, EfiLoaderData, EVT_TIMER, TimerPeriodic };
"""

CLOCK = """
#include "uefi.h"
UINT64 uefi_clock_begin(EFI_BOOT_SERVICES *services) { return services != 0; }
UINT64 uefi_milliseconds(void) { static UINT64 now = 1990; return now += 7; }
"""


class Time(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


def test_clock_that_ticks_while_it_is_read_never_goes_back(tmp_path: Path) -> None:
    (tmp_path / "efi.h").write_text(FIRMWARE)
    (tmp_path / "clock.c").write_text(CLOCK)
    folders = [f"-I{folder}" for folder in (tmp_path, CODE / "agent" / "c", CODE / "lab" / "c")]
    library = tmp_path / "system.so"
    sources = (CODE / "lab" / "c" / "uefi_system.c", tmp_path / "clock.c")
    command = ("gcc", "-std=c99", "-D_DEFAULT_SOURCE", "-ffreestanding", "-fPIC", "-shared", "-o", library)
    subprocess.run([*command, *folders, *sources], check=True)
    system, now, times = ctypes.CDLL(str(library)), Time(), []
    for _ in range(300):
        system.clock_gettime(1, ctypes.byref(now))
        times.append(now.seconds * 1000 + now.nanoseconds // 1_000_000)
    assert times == list(range(1997, 1997 + 7 * 300, 7))
