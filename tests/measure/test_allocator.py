import platform
import subprocess
import sys

import pytest

from bench.measure.allocator import map_large_tensors

CHECK = """
from bench.measure.allocator import give_back, map_large_tensors
from bench.measure.meter import status_bytes
import torch
assert map_large_tensors(10**8)
torch.zeros(8 * 2**20)
kept = [torch.zeros(2**20) for _ in range(40)]
before = status_bytes("VmRSS")
del kept[::2]
print(before - status_bytes("VmRSS"))
"""


def test_small_models_are_left_alone():
    assert not map_large_tensors(2_000_000)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_a_tensor_that_dies_between_two_others_is_given_back():
    done = subprocess.run([sys.executable, "-c", CHECK], check=True, capture_output=True, text=True)
    assert int(done.stdout) > 70 * 2**20
