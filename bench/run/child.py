"""The main function of a case's child process: its surroundings, its messages, and how each failure is named."""

import contextlib
import gc
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.errors import Unavailable, UserError
from bench.run.keys import code_sha256
from bench.run.steps import run_steps
from bench.run.workbench import Job, Report

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}
QUIET = {
    # Two spinning threads on a tiny model are 18 times slower than one (docs/log.md).
    "OMP_WAIT_POLICY": "PASSIVE",
    # The child forks no further, so the tokenizer may use every core.
    "TOKENIZERS_PARALLELISM": "true",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    # cuBLAS is deterministic only with a fixed workspace.
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
}


def preload() -> None:
    """Imports and hashes for every case, done once in the fork server; nothing is computed, CUDA is not touched."""
    import peft  # noqa: F401
    import rouge_score.rouge_scorer  # noqa: F401
    import sklearn.metrics  # noqa: F401
    import torch  # noqa: F401
    from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer  # noqa: F401

    import bench.behaviour
    import bench.data.formats.alpaca
    import bench.generation.generate
    import bench.generation.likelihood
    import bench.measure.environment
    import bench.measure.estimate
    import bench.metrics.bleu
    import bench.metrics.instruction_following
    import bench.metrics.rouge
    import bench.prompts.rendering
    import bench.run.tuning
    import bench.training.artifacts
    import bench.training.trainer  # noqa: F401

    # A hash reads and parses every module below; a child looks up several.
    for module in ("generation.likelihood", "measure.estimate", "floors", "golden", "run.scoring"):
        code_sha256(f"bench.{module}")

    # The Trainer collects garbage at every start; without this it walks over all of these modules' objects.
    gc.collect()
    gc.freeze()


Work = Callable[[Job, Report], Mapping[str, float]]


def main(messages: Connection, parent_alive: Connection, job: str, log: str, work: Work = run_steps) -> None:
    """Run the job's work, then send `{"done": ...}` or `{"failed": status, "reason": ...}`; progress goes before it."""
    if hasattr(os, "setsid"):
        os.setsid()
    threading.Thread(target=end_with_parent, args=(parent_alive,), daemon=True).start()
    # The parent has looked for leakage in every dataset before it starts a child.
    os.environ["BENCH_LEAKAGE_CHECKED"] = "1"
    # Trackers (BENCH_TRACK) write into the run's folder, beside its logs.
    os.environ.setdefault("BENCH_TRACK_DIR", str(Path(log).absolute().parent.parent / "tracking"))
    with redirected(log):
        reply = outcome(lambda: work(Job(**json.loads(job)), lambda m: send(messages, {"progress": dict(m)})))
    send(messages, reply)
    # Everything is in the store and the reply is sent: tearing down torch would only keep the parent waiting.
    os._exit(0)


def outcome(run: Any) -> dict[str, Any]:
    """What became of `run()`, as the message that the parent reads."""
    try:
        return {"done": run()}
    except Exception as error:
        if not isinstance(error, UserError):
            traceback.print_exc()
        return {"failed": status_of(error), "reason": reason_of(error)}


def status_of(error: Exception) -> str:
    if isinstance(error, Unavailable):
        return "skipped"
    if isinstance(error, ArithmeticError) and type(error).__name__ == "NonFiniteLoss":
        return "nan_loss"
    out_of_memory = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    if out_of_memory or "can't allocate memory" in str(error):
        return "out_of_memory"
    return "error"


def reason_of(error: Exception) -> str:
    text = next(iter(str(error).strip().splitlines()), "")
    named = isinstance(error, UserError) or type(error).__name__ == "NonFiniteLoss"
    return text if named else f"{type(error).__name__}: {text}"[:500]


def send(messages: Connection, message: Mapping[str, Any]) -> None:
    """JSON, not pickle: nothing a model said is ever unpickled."""
    with contextlib.suppress(BrokenPipeError):
        messages.send_bytes(json.dumps(message).encode())


def end_with_parent(parent_alive: Connection) -> None:
    """The pipe closes when the parent dies, even by kill -9; then this process and all it started end."""
    with contextlib.suppress(EOFError, OSError):
        parent_alive.recv_bytes()
    if hasattr(os, "setsid"):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


@contextlib.contextmanager
def redirected(log: str) -> Any:
    """Everything that libraries print goes to the case's log file."""
    with open(log, "w", encoding="utf-8", errors="backslashreplace") as file:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        with contextlib.redirect_stdout(file), contextlib.redirect_stderr(file):
            yield
