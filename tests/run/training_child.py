"""A case's training in a process of its own, which kills itself in the middle; started by test_resume_training.py."""

import json
import os
import signal
import sys

from bench.run.steps import train_step
from bench.run.workbench import Job, Workbench


def dying(message):
    """Ends this process as `kill -9` does, in its seventh step."""
    if message.get("step") == 7:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    train_step(Workbench(Job(**json.loads(sys.argv[1])), dying))
