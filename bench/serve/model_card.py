"""README.md of an exported model: the report's model card, and how this folder is loaded and under which licences."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bench.case import short_name
from bench.record import RunRecord
from bench.report import model_card as cards
from bench.report.escaping import markdown_text
from bench.serve.assistant import public_name
from bench.serve.assistant_trained import Trained
from bench.serve.export_info import base_record

KNOWN_LICENCES = {"Apache-2.0": "apache-2.0", "MIT": "mit", "CC-BY-4.0": "cc-by-4.0", "CC0-1.0": "cc0-1.0"}
"""Ours -> the Hub's identifiers."""
UNKNOWN = "not stated; see where it comes from"
LOADING = {
    ("adapter", False): ("peft", "AutoPeftModelForCausalLM"),
    ("adapter", True): ("peft", "AutoPeftModelForSeq2SeqLM"),
    ("weights", False): ("transformers", "AutoModelForCausalLM"),
    ("weights", True): ("transformers", "AutoModelForSeq2SeqLM"),
}
"""Format and whether it is an encoder-decoder model -> library and class."""


def card_of(trained: Trained, info: Mapping[str, Any], *, seq2seq: bool) -> str:
    """The card as text, with the metadata that the Hub reads; `info` is that of model_info.json. No network."""
    from huggingface_hub import ModelCard

    base = base_record(trained)
    text = cards.model_card(
        without_places(trained.record),
        without_places(base) if base else None,
        licence=KNOWN_LICENCES.get(info["licence"]["base_model"], ""),
        usage=usage(info, seq2seq),
    )
    card = ModelCard(text, ignore_metadata_errors=True)
    head: Any = card.data
    head.library_name = LOADING[(info["format"], seq2seq)][0]
    head.pipeline_tag = "text2text-generation" if seq2seq else "text-generation"
    return str(card)


def without_places(record: RunRecord) -> RunRecord:
    """The record with names in place of this machine's folders: a card is made to be given away."""
    case = record.case
    return record.with_(case=replace(case, model=public_name(case.model), dataset=short_name(case.dataset)))


def usage(info: Mapping[str, Any], seq2seq: bool) -> str:
    """Loading with plain libraries and with tunebench, how it is asked, and the licences."""
    library, loader = LOADING[(info["format"], seq2seq)]
    code = [
        "from transformers import AutoTokenizer",
        f"from {library} import {loader}",
        "",
        'tokenizer = AutoTokenizer.from_pretrained("PATH")',
        f'model = {loader}.from_pretrained("PATH")',
    ]
    return "\n\n".join(
        [
            holding(info),
            "```python\n" + "\n".join(code) + "\n```",
            f"It was tuned in the prompt template `{info['template']}` and answers well in no other; the tokenizer's "
            "chat template writes it where there is one. Only tunebench breaks template markers in a user's text.",
            "```\ntunebench chat PATH\ntunebench serve PATH\n```",
            licences(info["licence"]),
        ]
    )


def holding(info: Mapping[str, Any]) -> str:
    if info["format"] == "weights":
        return "All weights: the folder stands alone."
    return (
        f"An adapter: it needs its base model, {markdown_text(public_name(info['base_model']))}, whose place stands in "
        "`adapter_config.json` as `base_model_name_or_path`. `tunebench export --merge` writes a folder that stands "
        "alone."
    )


def licences(found: Mapping[str, str]) -> str:
    told = {name: markdown_text(found[name] or UNKNOWN) for name in ("base_model", "dataset")}
    return f"Licence of the base model: {told['base_model']}. Licence of the dataset: {told['dataset']}."
