"""Counts the bytes of every tensor alive while a model takes a step or generates: weights, activations, temporaries.

What autograd saves, which attention kernel is chosen, what a loss copies: all of it is operations that make tensors,
and a dispatch mode sees each one. Their storages are counted from the operation that makes them to the moment the
last reference goes, which on a CPU is when `free` is called. Sizes are those of the tensors; what an operation takes
and gives back inside itself is not seen, but for the layer that bitsandbytes unpacks.
"""

import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from bench.measure.memory import TEMPORARY

ALLOCATED = {"cpu": 1, "cuda": 512}
"""Bytes to which an allocator rounds what it says it has given (CUDA's caching allocator counts blocks)."""


@dataclass(frozen=True)
class Peak:
    """The moment when most bytes were alive."""

    parts: Mapping[str, int]
    """Bytes by kind."""

    @property
    def total(self) -> int:
        return sum(self.parts.values())


class LiveTensors(TorchDispatchMode):
    """Inside `with`, every tensor that an operation makes is counted until it dies.

    `labelled` is how many places a boolean mask picks, which shapes alone cannot say.
    """

    def __init__(self, device: str = "cpu", labelled: int = 0) -> None:
        super().__init__()
        self.rounding = ALLOCATED.get(device.partition(":")[0], 1)
        self.labelled = labelled
        self.events: list[tuple[int, int]] = []
        self.alive: dict[int, int] = {}
        self.sizes: list[int] = []
        self.kinds: dict[int, str] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.ops.prim.device.default:
            return func(*args)
        if func is torch.ops.aten.index.Tensor:
            args = (args[0], [place for index in args[1] for place in self.places(index)])
        out = func(*args, **(kwargs or {}))
        for tensor in tree_iter(out):
            if isinstance(tensor, torch.Tensor):
                self.count(tensor)
        if func.namespace == "bitsandbytes" and func._opname == "gemm_4bit":
            self.unpack(args[0], args[2])
        return out

    def places(self, index: Any) -> list[Any]:
        """A boolean mask as the places that it picks, one list for each of its dimensions."""
        if index is None or index.dtype != torch.bool or not isinstance(index, FakeTensor):
            return [index]
        return [torch.zeros(self.labelled, dtype=torch.int64, device=index.device) for _ in range(index.dim())]

    def unpack(self, inputs: torch.Tensor, shape: Iterable[int]) -> None:
        """bitsandbytes unpacks a layer to the type of its inputs, multiplies, and forgets it."""
        self.count(torch.empty(tuple(shape), dtype=inputs.dtype, device=inputs.device))

    def count(self, tensor: torch.Tensor) -> int:
        """The number of the tensor's storage, which is counted once."""
        storage = tensor.untyped_storage()
        key = storage._cdata
        if key not in self.alive:
            self.alive[key] = len(self.sizes)
            self.sizes.append(-(-storage.nbytes() // self.rounding) * self.rounding)
            self.events.append((self.alive[key], 1))
            weakref.finalize(storage, self.forget, key).atexit = False
        return self.alive[key]

    def forget(self, key: int) -> None:
        self.events.append((self.alive.pop(key), -1))

    def name(self, tensors: Iterable[torch.Tensor | None], kind: str) -> None:
        """Counts these tensors from now on, under this kind unless they have one."""
        for tensor in tensors:
            if tensor is not None:
                self.kinds.setdefault(self.count(tensor), kind)

    def name_rest(self, kind: str) -> None:
        """All that is alive and has no kind."""
        for number in self.alive.values():
            self.kinds.setdefault(number, kind)

    def peak(self) -> Peak:
        """The moment of most bytes so far."""
        total = most = at = 0
        for place, (number, sign) in enumerate(self.events, start=1):
            total += sign * self.sizes[number]
            if total > most:
                most, at = total, place
        parts: dict[str, int] = {}
        for number, sign in self.events[:at]:
            kind = self.kinds.get(number, TEMPORARY)
            parts[kind] = parts.get(kind, 0) + sign * self.sizes[number]
        return Peak({kind: size for kind, size in parts.items() if size})
