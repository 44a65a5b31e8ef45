"""The machine: which number format and how many threads to use on it, and what to record about it.

An allow-list: no host name, user name, path or environment variable gets into a record.
"""

import os
import platform
from pathlib import Path
from typing import Any

from bench.measure.packages import versions

PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "accelerate",
    "bitsandbytes",
    "tokenizers",
    "safetensors",
    "rouge-score",
    "sacrebleu",
    "langdetect",
    "scikit-learn",
)
"""Their versions can change a number in the report."""

ONE_THREAD_BELOW = 20_000_000
"""Parameters; see threads_for."""


def dtype_for(device: str) -> str:
    """bfloat16 on a GPU that computes in it, else float32 (most CPUs are slower in bfloat16)."""
    import torch

    return "bfloat16" if device.startswith("cuda") and torch.cuda.is_bf16_supported() else "float32"


def threads_for(parameters: int) -> int:
    """1 for models under 20M parameters, else every core this process may use.

    On 2 cores a tiny GPT-2 (4 layers, 128 wide) trains at 6,200-6,800 tokens/s on one thread, at 5,200 on two
    and, when waiting threads spin (no OMP_WAIT_POLICY=PASSIVE), at 340: its matrices are too small to share.
    """
    return 1 if parameters < ONE_THREAD_BELOW else cores()


def cores() -> int:
    """CPU cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def hardware_name(device: str) -> str:
    """The GPU's name ("NVIDIA H100 80GB HBM3") or the CPU's."""
    import torch

    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return cpu_name()


def cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def memory_total_bytes() -> int | None:
    """Main memory of the machine; None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def environment(device: str) -> dict[str, Any]:
    """What is recorded about the machine and its software; plain JSON values."""
    import torch

    facts: dict[str, Any] = {
        "hardware": hardware_name(device),
        "device": device,
        "cores": cores(),
        "threads": torch.get_num_threads(),
        "memory_bytes": memory_total_bytes(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "versions": versions(PACKAGES),
    }
    return facts | gpu_facts(device)


def gpu_facts(device: str) -> dict[str, Any]:
    import torch

    if not device.startswith("cuda"):
        return {}
    properties = torch.cuda.get_device_properties(device)
    return {
        "gpu_memory_bytes": properties.total_memory,
        "gpu_capability": f"{properties.major}.{properties.minor}",
        "cuda": torch.version.cuda,
        "rocm": torch.version.hip,
        "driver": driver_version(),
    }


def driver_version() -> str | None:
    """NVIDIA's kernel driver; None where /proc does not tell."""
    file = Path("/proc/driver/nvidia/version")
    if not file.is_file():
        return None
    words = file.read_text(encoding="utf-8", errors="replace").split()
    return next((word for word in words if word.count(".") >= 1 and word.replace(".", "").isdigit()), None)
