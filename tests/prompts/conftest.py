"""Tokenizers with and without chat templates, real ones where they lie beside the repository."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.catalog import FIXTURES
from bench.data.example import Example, Turn

CHATML = ("<|im_start|>", "<|im_end|>")
PHI = ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
CHATS = {
    "qwen2.5": ("qwen2.5_tokenizer_config.json", CHATML, "<|im_end|>"),
    "smollm3": ("smollm3.jinja", CHATML, "<|im_end|>"),
    "phi-4-mini": ("phi-4-mini-reasoning.jinja", PHI, "<|endoftext|>"),
}
"""Name -> file of the chat template, special tokens that its model's tokenizer adds, and its EOS."""


@pytest.fixture
def tokenizer(shared: Callable[[str], Path]) -> Callable[[str], Any]:
    """By name: tiny-gpt2, a folder of ../shared/tokenizers, or GPT-2 with a chat template of CHATS."""

    def load(name: str) -> Any:
        if name == "tiny-gpt2":
            return from_folder(FIXTURES / "models" / name)
        if name not in CHATS:
            return from_folder(shared(f"tokenizers/{name}"))
        file, tokens, end = CHATS[name]
        text = shared(f"tokenizers/_chat_templates/{file}").read_text(encoding="utf-8")
        template = json.loads(text)["chat_template"] if file.endswith(".json") else text
        return with_chat_template(shared("tokenizers/gpt2"), template, tokens, end)

    return load


@pytest.fixture
def chatty() -> Callable[..., Any]:
    """The tokenizer of tiny-gpt2, or of a folder, with a chat template and special tokens of one's own."""
    tiny = FIXTURES / "models" / "tiny-gpt2"

    def build(template: str, tokens: tuple[str, ...] = (), end: str = "<|endoftext|>", folder: Path = tiny) -> Any:
        return with_chat_template(folder, template, tokens, end)

    return build


@cache
def from_folder(folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


@cache
def with_chat_template(folder: Path, template: str, tokens: tuple[str, ...], end: str) -> Any:
    from transformers import AutoTokenizer

    made = AutoTokenizer.from_pretrained(folder)
    made.add_special_tokens({"additional_special_tokens": list(tokens), "eos_token": end})
    made.chat_template = template
    return made


@pytest.fixture
def example() -> Callable[..., Example]:
    """Builds an example; every field has a plain default and can be given by name."""

    def build(instruction: str = "Name the bird.", **fields: Any) -> Example:
        if "response" in fields:
            fields["responses"] = (fields.pop("response"),)
        if "history" in fields:
            fields["history"] = tuple(Turn(*turn) for turn in fields["history"])
        return Example(**({"id": "e", "instruction": instruction, "responses": ("A wren.",)} | fields))

    return build
