import platform
import subprocess
import sys

import pytest

GLIBC = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")

CHECK = """
from bench.measure.allocator import map_from_now_on, map_large_tensors
from bench.measure.meter import status_bytes
import torch
assert map_from_now_on()
assert map_large_tensors({parameters}) == ({parameters} > 20_000_000)
torch.zeros(8 * 2**20)
kept = [torch.zeros(2**20) for _ in range(40)]
before = status_bytes("VmRSS")
del kept[::2]
print(before - status_bytes("VmRSS"))
"""


def given_back(parameters):
    """Of 80 MiB that die between others, in a process with a model of that size."""
    code = CHECK.format(parameters=parameters)
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


@GLIBC
def test_a_tensor_that_dies_between_two_others_is_given_back():
    assert given_back(100_000_000) > 70 * 2**20


@GLIBC
def test_a_small_model_keeps_the_heap():
    assert given_back(2_000_000) < 10 * 2**20
