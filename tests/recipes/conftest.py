"""A recipe from a few lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.recipes.reading import RecipeFile, read_recipe

HEAD = """title = "A recipe"
lecture = ["S1.6"]
models = { cpu = "tiny-gpt2" }
dataset = "everyday"
template = "instruction_response"
methods = ["full"]
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Callable[..., RecipeFile]:
    """`recipe("[corrected.train]\\nepochs = 3")`: the file with a head of six lines before it."""

    def write(text: str, head: str = HEAD) -> RecipeFile:
        path = tmp_path / "mine.toml"
        path.write_text(f"{head}{text}\n", encoding="utf-8")
        return read_recipe(path)

    return write
