"""Which packages are installed, and torch's build, found without importing any of them."""

import ast
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Installed versions by package name; a package that is not installed is left out."""
    return {name: found for name in packages if (found := installed(name))}


@cache
def installed(package: str) -> str | None:
    """The version; torch's with its build, for 2.13.0+cpu and 2.13.0+cu130 differ in memory and in what they can do."""
    if package == "torch":
        return torch_facts().get("__version__")
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@cache
def torch_facts() -> dict[str, str]:
    """The strings in torch/version.py: `__version__`, `cuda` or `hip`, and more; empty where torch is not installed."""
    spec = find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        return {}
    source = (Path(spec.submodule_search_locations[0]) / "version.py").read_text(encoding="utf-8")
    facts = {}
    for node in ast.parse(source).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            facts[target.id] = value.value
    return facts
