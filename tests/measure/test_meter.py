import time

import pytest
import torch

from bench.measure import meter
from bench.measure.meter import Meter, baseline_bytes, memory_kind, phase

MIB = 1024 * 1024


def filled(mebibytes):
    return torch.ones(mebibytes * MIB // 4)


def test_seconds_are_wall_time():
    with phase("cpu") as reading:
        time.sleep(0.05)
    assert 0.05 <= reading.seconds < 0.5


def test_peak_memory_is_of_the_phase_alone():
    if memory_kind("cpu") != "process RSS":
        pytest.skip("this system cannot lower the high-water mark")
    with phase("cpu") as large:
        filled(200)
    with phase("cpu") as small:
        filled(1)
    assert large.peak_bytes - small.peak_bytes > 150 * MIB
    assert abs(small.peak_bytes - baseline_bytes("cpu")) < 100 * MIB


def test_without_the_linux_file_the_kind_says_that_it_counts_since_the_start(monkeypatch):
    monkeypatch.setattr(meter, "can_reset", lambda: False)
    assert memory_kind("cpu") == "process RSS since start"
    with phase("cpu") as reading:
        filled(1)
    assert reading.peak_bytes == meter.ru_maxrss()


def test_phase_that_fails_is_measured_all_the_same():
    with pytest.raises(KeyError), phase("cpu") as reading:
        raise KeyError
    assert reading.seconds > 0
    assert reading.peak_bytes > 0


def test_record_holds_tokens_per_second():
    record = Meter(seconds=2.0, peak_bytes=5).phase(useful_tokens=100, padded_tokens=120, loss_tokens=40)
    assert (record.tokens_per_second, record.padded_tokens, record.peak_memory_bytes) == (50.0, 120, 5)


def test_phase_without_tokens_has_no_speed():
    assert Meter(seconds=2.0).phase().tokens_per_second is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_cuda_peak_counts_the_allocators_bytes():
    with phase("cuda") as reading:
        torch.ones(64 * MIB // 4, device="cuda")
    assert memory_kind("cuda") == "CUDA allocated"
    assert 64 * MIB <= reading.peak_bytes <= reading.reserved_bytes
