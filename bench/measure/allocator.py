"""Makes a process give memory back when a tensor dies, so that its peak is what a method needs and not the heap's luck.

glibc moves tensors of up to 32 MiB into its heap once the first of that size was freed, and what lies between two live
blocks stays in the process. GPT-2 with LoRA (4 x 256 tokens) needed 2.2 GiB and took 3.0 GiB in one order of the same
operations and 4.3 GiB in another; with a fixed threshold it takes 2.3 GiB. A fresh mapping costs page faults: BIG of
GPT-2's processor time, but 40 % of that of a model of 2M parameters, so small models are left as they are.
"""

import ctypes
from typing import Any

M_MMAP_THRESHOLD = -3
"""glibc's mallopt option; setting it also ends its own adjustments."""

THRESHOLD = 128 * 1024
"""Bytes from which a block is a mapping of its own; glibc starts with this and raises it."""

FROM_PARAMETERS = 20_000_000
"""Models below are small beside the process itself."""


def map_large_tensors(parameters: int) -> bool:
    """Gives each large block of this process a mapping of its own from now on; True where that was done.

    Nothing is changed for models under FROM_PARAMETERS, nor where the C library is not glibc.
    """
    if parameters < FROM_PARAMETERS:
        return False
    done = call("mallopt", M_MMAP_THRESHOLD, THRESHOLD)
    give_back()
    return done


def give_back() -> bool:
    """Returns what the heap holds for nobody to the system; True where it held anything and the C library is glibc."""
    return call("malloc_trim", 0)


def call(name: str, *arguments: Any) -> bool:
    try:
        return bool(getattr(ctypes.CDLL(None), name)(*arguments))
    except (AttributeError, OSError, TypeError):
        return False
