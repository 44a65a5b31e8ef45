"""Content keys: two cases share a stored step only when every byte that could change its result is the same."""

import ast
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench import catalog
from bench.case import Case
from bench.data.dataset import Dataset
from bench.data.held_out import PATH as HELD_OUT
from bench.golden import PATH as GOLDEN
from bench.measure.packages import versions
from bench.methods import configure

LIBRARIES = ("torch", "transformers", "peft", "accelerate", "bitsandbytes", "tokenizers")
SCORERS = ("rouge-score", "sacrebleu", "nltk", "langdetect", "scikit-learn", "scipy", "numpy")


@dataclass(frozen=True)
class Keys:
    """One key per stored step, and the named hashes they were made of."""

    train: str
    generate: str
    score: str
    fingerprint: dict[str, str]


def keys_of(case: Case, model_sha256: str, dataset: Dataset, device: str, opened_by: str = "") -> Keys:
    """Names and paths never enter a key; bytes, settings, seed, code and library versions do.

    `opened_by` is the method that an exported adapter is loaded with where it stays beside its base.
    """
    method, options = catalog.load("method", case.method)
    own = configure(method, options, case.method)
    parts = {
        "model": model_sha256,
        "data": dataset.split_sha256("train", "validation") if method.TRAINS else "",
        "template": code_sha256(f"bench.prompts.templates.{case.template}"),
        "method": methods_sha256(method, opened_by),
        "settings": digest(asdict(replace(case.train, save_every=None, dataset=None)), asdict(own))
        if method.TRAINS
        else "",
        "seed": str(case.seed),
        "device": device,
        "code": digest(*(code_sha256(f"bench.{name}") for name in ("training.trainer", "models", "run.steps"))),
        "libraries": digest(versions(LIBRARIES)),
    }
    train = digest("train", parts)
    asked = {
        "test": dataset.split_sha256("test"),
        "answers": dataset.split_sha256("train"),
        "generate": digest(asdict(case.generate), case.shots),
        "asked_template": code_sha256(f"bench.prompts.templates.{case.generate.template or case.template}"),
        "generation": code_sha256("bench.generation.generate"),
        "held_out": file_sha256(HELD_OUT),
    }
    generate = digest("generate", train, asked)
    judged = {
        "metrics": digest({name: metric_sha256(name) for name in case.metrics}),
        "scorers": digest(versions(SCORERS), code_sha256("bench.run.scoring"), file_sha256(GOLDEN)),
    }
    return Keys(train, generate, digest("score", generate, judged), parts | asked | judged)


def digest(*parts: Any) -> str:
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def metric_sha256(name: str) -> str:
    catalog.check("metric", name)
    return code_sha256(f"bench.metrics.{name.partition(':')[0]}")


def methods_sha256(method: Any, opened_by: str) -> str:
    own = code_sha256(method.__name__)
    return digest(own, code_sha256(catalog.load("method", opened_by)[0].__name__)) if opened_by else own


@cache
def code_sha256(module: str) -> str:
    """Hash of a module's source and, in turn, of every bench module that it imports."""
    return digest({name: source(name) for name in sorted(closure(module))})


def closure(module: str) -> set[str]:
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(bench_imports(name))
    return found


@cache
def bench_imports(module: str) -> tuple[str, ...]:
    tree = ast.parse(source(module))
    return tuple(sorted({name for name in imported(tree) if module_file(name).is_file()}))


def imported(tree: ast.AST) -> Iterator[str]:
    """Names of modules a source imports from bench; `from bench import x` may name a module or a thing in one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("bench."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "bench":
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def source(module: str) -> str:
    return module_file(module).read_text(encoding="utf-8")


def module_file(module: str) -> Path:
    path = catalog.ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
