"""Imports go in one direction; each failing test says which arrow is wrong and why it matters."""

import ast
import subprocess
import sys

import pytest

from bench.catalog import ROOT

HEAVY = {"torch", "transformers", "peft", "evaluate", "accelerate", "bitsandbytes"}
CORE = ("case", "record", "catalog", "contracts", "errors")
FORBIDDEN = {
    "metrics": (HEAVY, "so that stored outputs can be scored again anywhere in seconds"),
    "stats": (HEAVY, "so that intervals need no GPU stack"),
    "report": (HEAVY, "so that a page can be rebuilt anywhere in seconds"),
    "checks.py": (HEAVY, "so that datasets can be checked while pytest collects"),
    "behaviour.py": (HEAVY, "so that stored outputs can be scored again anywhere in seconds"),
    "corpus": (HEAVY, "so that datasets can be built without a GPU stack"),
    "data": (HEAVY, "because datasets are read while pytest collects"),
    "assignments": (HEAVY, "so that thirty submissions are read in seconds"),
    "recipes": (HEAVY, "so that a recipe is checked without torch"),
    "prompts": (HEAVY, "because templates are hashed while pytest collects"),
}
BELOW = {
    "metrics": {"run", "report", "plugin", "cli", "training", "models", "methods"},
    "report": {"run", "plugin", "cli", "training", "models", "methods", "data", "assignments", "serve", "synthesis"},
    "assignments": {"run", "plugin", "cli", "training", "models", "methods", "serve"},
    "synthesis": {"run", "plugin", "cli", "methods", "serve", "assignments"},
    "serve": {"plugin", "cli", "synthesis", "assignments"},
    "training": {"run", "report", "plugin", "cli", "metrics", "data"},
    "generation": {"run", "report", "plugin", "cli", "metrics", "data"},
    "models": {"run", "report", "plugin", "cli", "metrics", "methods", "training"},
    "methods": {"run", "report", "plugin", "cli", "metrics", "training"},
    "data": {"run", "report", "plugin", "cli", "metrics", "training", "models", "methods"},
    "recipes": {"run", "report", "plugin", "cli", "metrics", "training", "models"},
    "run": {"report", "plugin", "cli"},
}


def sources(place):
    path = ROOT / "bench" / place
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def imports(path, top_level_only=False):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("place", FORBIDDEN)
def test_light_places_never_import_the_heavy_stack(place):
    heavy, why = FORBIDDEN[place]
    for path in sources(place):
        for name in imports(path):
            assert name.split(".")[0] not in heavy, f"{path.relative_to(ROOT)} imports {name}: {place} must not, {why}"


@pytest.mark.parametrize("place", BELOW)
def test_arrows_point_down(place):
    for path in sources(place):
        for name in imports(path):
            parts = name.split(".")
            wrong = parts[0] == "bench" and len(parts) > 1 and parts[1] in BELOW[place]
            assert not wrong, f"{path.relative_to(ROOT)} imports {name}: {place} lies below {parts[1]}"


@pytest.mark.parametrize("module", CORE)
def test_core_modules_use_the_standard_library_only(module):
    for name in imports(ROOT / "bench" / f"{module}.py"):
        top = name.split(".")[0]
        assert top == "bench" or top in sys.stdlib_module_names, f"bench/{module}.py imports {name}"


@pytest.mark.parametrize("place", ["plugin.py", "cli", "suite.py"])
def test_edges_import_heavy_things_inside_functions(place):
    for path in sources(place):
        for name in imports(path, top_level_only=True):
            assert name.split(".")[0] not in HEAVY | {"pandas", "matplotlib", "sklearn", "scipy"}, f"{path}: {name}"


@pytest.mark.parametrize(
    "code",
    [
        "import bench.cli",
        "import bench.plugin, bench.run.runner, bench.run.executors.process",
        "from bench import catalog; [catalog.load('model', n) for n in ('tiny-gpt2', 'local:x', 'shape:x', 'hub:x')]",
        "from bench import catalog; [catalog.load('method', n) for n in catalog.names('method')]",
        "from bench.data.dataset import load_dataset; load_dataset('everyday')",
    ],
)
def test_what_collection_touches_leaves_torch_out(code):
    check = f"import sys; {code}; assert not {{'torch', 'transformers', 'pandas'}} & set(sys.modules), 'heavy'"
    subprocess.run([sys.executable, "-c", check], check=True, cwd=ROOT)


def test_no_source_unpickles_or_evaluates_text():
    banned = {"eval", "exec", "compile"}
    for path in sources("."):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in banned, f"{path}:{node.lineno}: {node.func.id}()"
        assert not {"pickle", "dill", "joblib", "cloudpickle"} & set(imports(path)), path
