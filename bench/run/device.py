"""Which device the cases run on, found without importing torch so that stored results need no heavy start."""

import ctypes
import os
import platform
from functools import cache

from bench.errors import Unavailable, UserError, nearest
from bench.measure.packages import torch_facts

DEVICES = {"cpu": "a CPU", "cuda": "CUDA", "rocm": "ROCm", "mps": "MPS"}
"""What users may ask for, and how a skipped row calls it."""


def choose(wanted: str = "auto") -> str:
    """The device of this run: "cpu", "cuda", "rocm" or "mps". Raises Unavailable when the wanted one is not here."""
    present = available()
    if wanted == "auto":
        return next((name for name in ("cuda", "rocm", "mps") if name in present), "cpu")
    if wanted not in DEVICES:
        raise UserError(f"unknown device {wanted!r}.{nearest(wanted, ['auto', *DEVICES])}")
    if wanted not in present:
        raise Unavailable(f"needs {DEVICES[wanted]}")
    return wanted


@cache
def available() -> frozenset[str]:
    """Devices that this machine has and this torch build can use."""
    build, found = torch_build(), {"cpu"}
    if build in ("cuda", "rocm") and accelerator_count(build) > 0:
        found.add(build)
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        found.add("mps")
    return frozenset(found)


def torch_build() -> str:
    """ "cuda", "rocm" or "cpu": what the installed torch was built for."""
    facts = torch_facts()
    if not facts:
        raise UserError("torch is not installed; run through tox (`tox run -e bench`) or `pip install torch`")
    if facts.get("cuda"):
        return "cuda"
    return "rocm" if facts.get("hip") else "cpu"


def accelerator_count(build: str) -> int:
    """Devices the driver shows to this process; CUDA_VISIBLE_DEVICES and its kin are honoured by the driver itself."""
    library, prefix = ("libcuda.so.1", "cu") if build == "cuda" else ("libamdhip64.so", "hip")
    if os.name == "nt":
        library = "nvcuda.dll" if build == "cuda" else "amdhip64.dll"
    count = ctypes.c_int(0)
    try:
        driver = ctypes.CDLL(library)
        if getattr(driver, f"{prefix}Init")(0) == 0:
            call = "cuDeviceGetCount" if build == "cuda" else "hipGetDeviceCount"
            getattr(driver, call)(ctypes.byref(count))
    except (OSError, AttributeError):
        return 0
    return count.value
