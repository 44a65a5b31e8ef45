"""A model that can be asked, whatever it comes from: a run's trained weights, an exported folder, or a base model.

A tuned model is asked in the template it was tuned with. Where weights, tokenizer or template are no longer those of
the training, it is not opened (bench/run/fingerprint.py); the message names what differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench import catalog
from bench.case import short_name
from bench.errors import UserError
from bench.models._exported import INFO

STORE = catalog.ROOT / ".bench-store"
"""Where runs keep trained weights unless told otherwise."""
ANSWER_TOKENS = 200
"""Most new tokens of an answer where nothing else is known: the lectures' max_length (S1.10)."""
RELATIVE_POSITIONS = 2048
"""Prompt and answer together for models whose positions do not end (T5)."""


@dataclass(frozen=True)
class Assistant:
    """A model in eval mode on its device, its tokenizer, and how it is asked."""

    name: str
    """As clients call it: the base model's name, or the case's."""
    model: Any
    tokenizer: Any
    template: str
    """Name of the prompt template; `raw` for a base model without a chat template."""
    stop: str
    """Text of the token that ends an answer, "" for the tokenizer's EOS."""
    stop_ids: tuple[int, ...]
    """Every token that ends an answer."""
    max_positions: int
    """Tokens of prompt and answer together."""
    max_new_tokens: int = ANSWER_TOKENS
    """Length limit of an answer where the request names none: the benchmark's own, where there is one."""
    info: Mapping[str, Any] = field(default_factory=dict)
    """What model_info.json holds, without places on this machine: model_type, base_model, fine_tuning_method,
    description, and where it comes from."""
    base: str = ""
    """The model that it was tuned from, as `open_assistant` takes it; "" for one that was not tuned."""


def open_assistant(
    source: str, *, case: str = "", template: str = "", store: Path = STORE, device: str = "cpu"
) -> Assistant:
    """The model behind `source`: an exported folder, `RUN_FOLDER:CASE`, a run folder and `case`, or a base model.

    A case is named by its id (`suite[label]`) or its label; a run with a single trained case needs none. `template`
    is for base models alone. Raises UserError, in one line, for what is not there, not whole, or not what was tuned.
    """
    from bench.serve import assistant_exported, assistant_trained

    source = as_export(source)
    folder = Path(source).expanduser()
    run, named = assistant_trained.run_and_case(source, case)
    tuned = run is not None or (folder / INFO).is_file()
    if tuned and template:
        raise UserError(f"{source} is asked in the template it was tuned with; leave out the template {template!r}")
    if run is not None:
        return assistant_trained.open_trained(assistant_trained.find_trained(run, named, store), device)
    if tuned:
        return assistant_exported.open_exported(folder, device)
    return open_base(base_name(source), template, device)


def as_export(source: str) -> str:
    """`local:FOLDER` as its folder where that is an export, which knows its template; others as they are."""
    folder = source.removeprefix("local:")
    return folder if (Path(folder).expanduser() / INFO).is_file() else source


def open_pair(
    source: str, compare: str, *, case: str = "", store: Path = STORE, device: str = "cpu"
) -> list[Assistant]:
    """The model behind `source`, and what it is compared with: "base" is the model it was tuned from, "" nothing."""
    first = open_assistant(source, case=case, store=store, device=device)
    if not compare:
        return [first]
    if compare == "base" and not first.base:
        raise UserError(f"{source} is itself a base model; compare it with another model by name")
    name = first.base if compare == "base" else compare
    other = open_assistant(name, store=store, device=device)
    if other.name == first.name:
        raise UserError(f"{source} and {name} are both called {first.name!r}; compare two different models")
    # Two answers are compared at the same length limit.
    return [first, replace(other, max_new_tokens=first.max_new_tokens)]


def open_base(name: str, template: str = "", device: str = "cpu") -> Assistant:
    """An untuned model: in its tokenizer's chat template where it has one, else on the bare question."""
    from bench.measure.environment import dtype_for

    family, argument = catalog.load("model", name)
    source = family.open(argument)
    tokenizer = source.tokenizer()
    if template:
        catalog.check("template", template)
    template = template or own_template(tokenizer)
    shown = public_name(name)
    info = {
        "model_type": "base_model",
        "base_model": shown,
        "fine_tuning_method": "none",
        "description": f"{shown}, not tuned; asked in template {template}",
        "name": shown,
        "template": template,
        "weights_sha256": source.sha256(),
    }
    return made(source.load(dtype=dtype_for(device), device=device), tokenizer, info)


def public_name(name: str) -> str:
    """A model's name without the folder it lies in: `local:../models/mine` is `mine`; others as they are."""
    return short_name(name) if name.startswith("local:") else name


def own_template(tokenizer: Any) -> str:
    return "chat" if getattr(tokenizer, "chat_template", None) else "raw"


def base_name(source: str) -> str:
    """The name of a base model; a plain folder is `local:`. Raises UserError for anything else."""
    if Path(source).expanduser().is_dir():
        from bench.serve.assistant_exported import refuse_bare_adapter

        refuse_bare_adapter(Path(source).expanduser())
        return f"local:{source}"
    try:
        catalog.check("model", source)
    except UserError:
        raise UserError(
            f"{source!r} is no exported folder, no RUN_FOLDER:CASE such as reports/latest:SUITE[LABEL], and no base "
            f"model; `tunebench list models` names those"
        ) from None
    return source


def made(model: Any, tokenizer: Any, info: Mapping[str, Any]) -> Assistant:
    """The assistant around a loaded model; sets torch's threads to what suits its size.

    `info` is that of model_info.json, of which name, template and max_new_tokens are read.
    """
    import torch

    from bench.generation.generate import stop_tokens
    from bench.measure.environment import threads_for
    from bench.measure.parameters import parameter_counts
    from bench.prompts.forms import form_of
    from bench.training.batches import stop_id
    from bench.training.loss import text_positions

    torch.set_num_threads(threads_for(parameter_counts(model)[1]))
    stop = form_of(info["template"]).stop(tokenizer)
    own = model.generation_config.eos_token_id
    tuned = info["fine_tuning_method"] != "none"
    return Assistant(
        name=info["name"],
        model=model.eval(),
        tokenizer=tokenizer,
        template=info["template"],
        stop=stop,
        stop_ids=tuple(stop_tokens(own, tokenizer.eos_token_id, stop_id(tokenizer, stop))),
        max_positions=text_positions(model) or RELATIVE_POSITIONS,
        max_new_tokens=info.get("max_new_tokens") or ANSWER_TOKENS,
        info={**info, "base_model": public_name(info["base_model"])},
        base=info["base_model"] if tuned else "",
    )
