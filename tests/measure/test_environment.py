import json
import os
import platform

import pytest
import torch

from bench.measure.environment import (
    cores,
    dtype_for,
    environment,
    hardware_name,
    threads_for,
)


def test_environment_is_plain_json_with_versions_and_no_host_or_user():
    facts = environment("cpu")
    text = json.dumps(facts, allow_nan=False)
    assert facts["versions"]["torch"] == torch.__version__
    assert facts["threads"] == torch.get_num_threads()
    assert facts["hardware"] == hardware_name("cpu") != ""
    assert platform.node() not in text or len(platform.node()) < 4
    assert os.path.expanduser("~") not in text


def test_tiny_models_get_one_thread_and_large_ones_all_cores():
    assert threads_for(2_000_000) == 1
    assert threads_for(124_000_000) == cores() >= 1


def test_cpu_computes_in_float32():
    assert dtype_for("cpu") == "float32"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_gpu_is_named_with_its_memory():
    facts = environment("cuda")
    assert facts["hardware"] == torch.cuda.get_device_name()
    assert facts["gpu_memory_bytes"] > 0
