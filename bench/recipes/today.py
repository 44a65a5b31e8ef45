"""Names of the lectures' libraries: which are accepted today, which are gone, and what is written instead.

What is accepted is read from the source of the installed library without importing it, so it is never out of date and
costs a tenth of a second; transformers itself would need several.
"""

import ast
import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Gone(NamedTuple):
    """What became of a name."""

    reason: str
    now: str
    """The name in its place; "" where there is none."""
    value: str = ""
    """The value it has there, when that is another."""


ARGUMENTS: Mapping[str, Gone] = {
    "evaluation_strategy": Gone("renamed", "eval_strategy"),
    "warmup_ratio": Gone("joined with warmup_steps, of which a number below 1 is a share", "warmup_steps"),
    "no_cuda": Gone("renamed", "use_cpu"),
    "group_by_length": Gone("one of several orders now", "train_sampling_strategy", '"group_by_length"'),
    "adafactor": Gone("one of the optimizers", "optim", '"adafactor"'),
    "fp16_backend": Gone("accelerate chooses", ""),
    "half_precision_backend": Gone("accelerate chooses", ""),
    "fp16_opt_level": Gone("it belonged to apex", ""),
    "use_mps_device": Gone("an Apple GPU is found by itself", ""),
    "use_ipex": Gone("no longer supported", ""),
    "overwrite_output_dir": Gone("a folder is written over in any case", ""),
    "logging_dir": Gone("the variable TENSORBOARD_LOGGING_DIR names it", ""),
    "save_safetensors": Gone("safetensors is the only format", ""),
    "include_inputs_for_metrics": Gone("one of several", "include_for_metrics", '["inputs"]'),
    "per_gpu_train_batch_size": Gone("renamed", "per_device_train_batch_size"),
    "per_gpu_eval_batch_size": Gone("renamed", "per_device_eval_batch_size"),
    "push_to_hub_token": Gone("renamed", "hub_token"),
    "push_to_hub_model_id": Gone("renamed", "hub_model_id"),
    "dispatch_batches": Gone("moved into a table", "accelerator_config"),
    "split_batches": Gone("moved into a table", "accelerator_config"),
}
"""Arguments of TrainingArguments that lectures, books and blogs still write."""

CALLS: Mapping[str, tuple[str, str, str]] = {
    "datasets.load_metric": ("T1", "error", "is gone since datasets 3; rouge-score computes ROUGE without a network"),
    "rouge.mid.fmeasure": ("T1", "error", "is gone: evaluate's rouge gives plain numbers, result['rougeL']"),
    "evaluate.load": ("T11", "warning", "fetches the metric's script from the Hub: it fails offline; use rouge-score"),
}
"""Calls of the lectures' code -> (line of the mission, severity, what to know)."""

SCRIPTS: Mapping[str, str] = {
    "financial_phrasebank": "financial_phrasebank",
    "takala/financial_phrasebank": "financial_phrasebank",
}
"""Hub ids whose dataset is a script -> our recipe of a copy that is none."""


@cache
def accepted(library: str, file: str, kind: str) -> frozenset[str]:
    """Field names of a dataclass in an installed library, read from its source; empty where it is not installed."""
    spec = importlib.util.find_spec(library)
    if spec is None or spec.origin is None:
        return frozenset()
    tree = ast.parse((Path(spec.origin).parent / file).read_text(encoding="utf-8"))
    bodies = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind]
    fields = [node.target for body in bodies for node in body if isinstance(node, ast.AnnAssign)]
    return frozenset(field.id for field in fields if isinstance(field, ast.Name))


def training_arguments() -> frozenset[str]:
    """What TrainingArguments and Seq2SeqTrainingArguments accept."""
    own = accepted("transformers", "training_args.py", "TrainingArguments")
    return own | accepted("transformers", "training_args_seq2seq.py", "Seq2SeqTrainingArguments")


def lora_arguments() -> frozenset[str]:
    """What peft's LoraConfig accepts, with what it inherits."""
    inherited = [accepted("peft", "config.py", kind) for kind in ("PeftConfigMixin", "PeftConfig")]
    return accepted("peft", "tuners/lora/config.py", "LoraConfig").union(*inherited)
