"""Ways in which a case can end, run in real children by test_executors.py."""

import ctypes
import os
import signal
import subprocess
import sys
import time

from bench.errors import Unavailable, UserError


def work(job, report):
    return globals()[job.case["death"]](report)


def none(report):
    report({"phase": "train", "step": 1, "total": 2})
    return {"train": 0.5}


def exception(report):
    raise RuntimeError("first line\nsecond line")


def mistake(report):
    raise UserError("rank is 0; it must be at least 1")


def unavailable(report):
    raise Unavailable("needs CUDA")


def memory(report):
    raise MemoryError


def leaves(report):
    os._exit(3)


def kill(report):
    os.kill(os.getpid(), signal.SIGKILL)


def segfault(report):
    ctypes.string_at(0)


def hang(report):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def orphan(report):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    report({"phase": "train", "pid": os.getpid(), "child": child.pid})
    time.sleep(600)


def large(report):
    report({"phase": "train", "text": "x" * 5_000_000})
    return {}
