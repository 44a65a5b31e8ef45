"""Using a tuned model: opened from a run or a folder, exported, asked in a terminal, and served."""

import os
import warnings


def quiet(hub: bool = False) -> None:
    """What a command sets before it loads a model: no chatter, one thread's patience, and no network unless `hub`.

    Call it before torch and transformers are imported.
    """
    from bench.run.child import OFFLINE, QUIET

    os.environ.update(QUIET)
    os.environ.update({"BENCH_HUB": "1"} if hub else OFFLINE)
    warnings.filterwarnings("ignore", category=FutureWarning)
