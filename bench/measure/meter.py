"""Seconds and peak memory of one phase (load, train, generate), in a unit that says what it counts.

On a CPU it is the peak resident set of this process in the phase alone: Linux lets a process lower its own
high-water mark (5 to /proc/self/clear_refs), while getrusage's never falls. On CUDA it is the caching
allocator's. Meaningful for one case per process: memory of earlier cases in it would count too.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.measure.allocator import give_back
from bench.record import Phase

CLEAR = Path("/proc/self/clear_refs")
STATUS = Path("/proc/self/status")


@dataclass
class Meter:
    """Readings of a phase; complete when its `with` block has ended, also by an exception."""

    seconds: float = 0.0
    peak_bytes: int | None = None
    reserved_bytes: int | None = None

    def phase(
        self,
        *,
        useful_tokens: int | None = None,
        padded_tokens: int | None = None,
        loss_tokens: int | None = None,
    ) -> Phase:
        """The record of the phase, with the tokens that it worked on."""
        speed = useful_tokens / self.seconds if useful_tokens is not None and self.seconds > 0 else None
        return Phase(
            seconds=self.seconds,
            useful_tokens=useful_tokens,
            padded_tokens=padded_tokens,
            tokens_per_second=speed,
            peak_memory_bytes=self.peak_bytes,
            reserved_memory_bytes=self.reserved_bytes,
            loss_tokens=loss_tokens,
        )


@contextmanager
def phase(device: str) -> Iterator[Meter]:
    """`with phase("cpu") as meter: ...`, then `meter.phase(useful_tokens=...)`."""
    meter = Meter()
    reset_peak(device)
    synchronise(device)
    started = time.perf_counter()
    try:
        yield meter
    finally:
        synchronise(device)
        meter.seconds = time.perf_counter() - started
        meter.peak_bytes, meter.reserved_bytes = peaks(device)


def memory_kind(device: str) -> str:
    """What peak_memory_bytes counts on this device."""
    if device.startswith("cuda"):
        return "CUDA allocated"
    return "process RSS" if can_reset() else "process RSS since start"


def baseline_bytes(device: str) -> int | None:
    """Memory in use now, in memory_kind's unit; before a model is loaded it is what the libraries take."""
    if device.startswith("cuda"):
        import torch

        return torch.cuda.memory_allocated(device)
    return status_bytes("VmRSS") or ru_maxrss()


def synchronise(device: str) -> None:
    """Waits until the device has done all it was given, so that a clock reading means something."""
    if device == "cpu":
        return
    import torch

    (torch.mps if device == "mps" else torch.cuda).synchronize()


def reset_peak(device: str) -> None:
    if device.startswith("cuda"):
        import torch

        torch.cuda.reset_peak_memory_stats(device)
    elif can_reset():
        # What an earlier phase has freed is not this one's.
        give_back()
        CLEAR.write_text("5")


def peaks(device: str) -> tuple[int | None, int | None]:
    """Peak bytes in use, and reserved by the CUDA allocator, since reset_peak."""
    if device.startswith("cuda"):
        import torch

        return torch.cuda.max_memory_allocated(device), torch.cuda.max_memory_reserved(device)
    return (status_bytes("VmHWM") if can_reset() else None) or ru_maxrss(), None


@cache
def can_reset() -> bool:
    """True on Linux, where the high-water mark can be lowered; some sandboxes have no such file.

    Tried once per process, before the first phase: trying resets the mark.
    """
    try:
        CLEAR.write_text("5")
    except OSError:
        return False
    return status_bytes("VmHWM") is not None


def status_bytes(key: str) -> int | None:
    """A memory line of /proc/self/status ("VmHWM:  2188 kB") in bytes; None where there is none."""
    if not STATUS.is_file():
        return None
    lines = STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    found = [line.split()[1] for line in lines if line.startswith(f"{key}:")]
    return int(found[0]) * 1024 if found else None


def ru_maxrss() -> int | None:
    """getrusage's peak since the process started: bytes on macOS, KiB elsewhere; None on Windows."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
