"""What is wrong with a recipe, or with any case's training, before it runs.

An error: the run fails, or something that was asked for cannot happen. A warning: it runs, and something is lost.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bench.config import GenerateConfig, TrainConfig
from bench.recipes.facts import Facts
from bench.recipes.plan import Plan, plans
from bench.recipes.reading import RecipeFile
from bench.recipes.rules import Hit, answers, data, labels, methods, names, steps

TABLES = ("arguments", "train", "generate", "lora", "lora_by_hand", "quantisation")
"""Tables of a form in which a setting may stand."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or worth a look."""

    rule: str
    """Name of a rule in RULES."""
    severity: str
    """"error" or "warning"."""
    where: str
    """`file:line`, or `train.warmup_steps` for a case's own config."""
    message: str
    """What was found, what it does, and the line of the mission: "... (T10)"."""
    setting: str = ""
    """The knob, argument or fact."""


class Rule(NamedTuple):
    """A name, the mission's line, why it matters, and the search."""

    name: str
    line: str
    reason: str
    find: Callable[[Plan], Iterator[Hit]]


def lint_recipe(file: RecipeFile, form: str, facts: Facts | None = None, profile: str = "cpu") -> list[Finding]:
    """Findings of one form, errors first, then in the order of RULES; one that several methods share is given once.

    `facts` says what the user knows of data and model; `profile` chooses the model, always the Hub's for the lecture.
    """
    found = [
        Finding(rule.name, hit.severity, file.place_of(form, hit.setting, TABLES), message(rule, hit), hit.setting)
        for plan in plans(file, form, facts, profile)
        for rule, hit in hits(plan)
    ]
    return ordered(found)


def lint_training(
    config: TrainConfig,
    method: str,
    examples: int | None,
    positions: int | None,
    *,
    parameters: int | None = None,
    validation: int | None = None,
    generate: GenerateConfig | None = None,
    template: str = "",
) -> list[Finding]:
    """Findings of any case before it runs; what is not given is not judged, and `base` has none.

    `examples` and `validation` count the splits, `positions` are the model's, None where they are relative.
    """
    facts = Facts(examples, validation, parameters=parameters, positions=positions)
    plan = Plan("", method, template, config, generate or GenerateConfig(), facts)
    found = [
        Finding(rule.name, hit.severity, setting_of(hit), message(rule, hit), hit.setting) for rule, hit in hits(plan)
    ]
    return ordered(found)


def hits(plan: Plan) -> Iterator[tuple[Rule, Hit]]:
    if not plan.trains:
        return
    for rule in RULES:
        for hit in rule.find(plan):
            yield rule, hit


def message(rule: Rule, hit: Hit) -> str:
    """With the mission's line behind it, where the message does not name one itself."""
    return f"{hit.message} ({rule.line})" if rule.line else hit.message


def setting_of(hit: Hit) -> str:
    """`train.warmup_steps`, `generate.wraps`, or the bare name of what is neither's."""
    return f"train.{hit.setting}" if hit.setting in TrainConfig.__dataclass_fields__ else hit.setting


def ordered(found: list[Finding]) -> list[Finding]:
    """Errors first; the same sentence once."""
    return sorted(dict.fromkeys(found), key=lambda finding: finding.severity != "error")


def counts(findings: list[Finding]) -> tuple[int, int]:
    """(errors, warnings)."""
    errors = sum(finding.severity == "error" for finding in findings)
    return errors, len(findings) - errors


RULES = (
    Rule("argument is gone", "T1", "today's transformers refuses it", names.gone_arguments),
    Rule("adapter argument is gone", "T1", "today's peft refuses it", names.gone_adapter_arguments),
    Rule("call is gone", "", "today's datasets and evaluate lack it, or it needs a network", names.gone_calls),
    Rule("undefined name", "T4, T7", "the code stops with a NameError", names.undefined_names),
    Rule("dataset is a script", "T9", "datasets runs no code of a repository", names.script_datasets),
    Rule("unknown name", "", "a model, dataset, template, method or option that does not exist", names.unknown_names),
    Rule("no data to evaluate", "T2", "the Trainer's constructor raises", steps.no_data_to_evaluate),
    Rule("warm-up too long", "T10", "the learning rate never reaches its value", steps.warmup_too_long),
    Rule("evaluated too rarely", "T10", "nothing can be chosen as best", steps.evaluated_too_rarely),
    Rule("saved too rarely", "T10", "a run that is cut off leaves nothing", steps.saved_too_rarely),
    Rule("saved and evaluated apart", "T10", "the best look has no checkpoint", steps.saved_and_evaluated_apart),
    Rule("cannot stop early", "S0.12", "there are fewer looks than patience", steps.cannot_stop_early),
    Rule("batch larger than the data", "S1.21", "an epoch is a single step", steps.batch_larger_than_data),
    Rule("few steps", "S2.18", "an almost untrained model", steps.few_steps),
    Rule("two lengths", "S1.6", "steps win over epochs", steps.two_lengths),
    Rule("stop token untrained", "T3", "the model never stops", labels.stop_token_untrained),
    Rule("no pad token", "T4", "batches cannot be padded", labels.no_pad_token),
    Rule("no labels", "T4", "there is no loss", labels.no_labels),
    Rule("labels thrown away", "T3", "the collator makes labels of the whole text", labels.labels_thrown_away),
    Rule("prompt trained", "S4.4", "the model learns to write instructions, too", labels.prompt_trained),
    Rule("whole text for an encoder", "S2.1", "the encoder reads the answer", labels.whole_text_for_an_encoder),
    Rule("much label smoothing", "S2.20", "the target no longer leads", labels.much_smoothing),
    Rule("longer than the model", "S1.5", "long examples are lost", labels.longer_than_the_model),
    Rule("quantised and full", "T9", "four-bit weights cannot be trained", methods.quantised_and_full),
    Rule("quantised and unprepared", "T9", "norms stay in half precision", methods.quantised_unprepared),
    Rule("no training", "T9", "a model is set up and never trained", methods.no_train_function),
    Rule("rate of full tuning", "S1.7", "adapters learn little", methods.rate_of_full_tuning),
    Rule("rate far from the size", "S1.21", "nothing is learned, or it diverges", methods.rate_far_from_the_size),
    Rule("adapter without scale", "T8", "rank and size of the update are mixed up", methods.adapter_scale),
    Rule("adapter not neutral", "T8", "the model is disturbed before it learns", methods.adapter_start),
    Rule("adapter of the wrong shape", "T8", "it fails, or is silently wrong", methods.adapter_shape),
    Rule("float16 overflow", "S2.14", "the loss becomes NaN", methods.half_precision),
    Rule("sampling without sampling", "T5", "the setting is ignored", answers.sampling_without_sampling),
    Rule("prompt counted", "T5", "a long prompt leaves no room for the answer", answers.prompt_counted),
    Rule("prompt as text", "S2.10", "generate takes ids", answers.prompt_as_text),
    Rule("two wraps", "T6", "the model is asked in a form it never saw", answers.two_wraps),
    Rule("turn rendered twice", "T6", "the answer stands in the prompt", answers.turn_rendered_twice),
    Rule("another template", "S2.19", "the model is asked in a form it never saw", answers.another_template),
    Rule("wild decoding", "S2.18", "gibberish that better weights would not cure", answers.wild_decoding),
    Rule("answer longer than the model", "S1.10", "generation fails", answers.answer_longer_than_the_model),
    Rule("metric of logits", "T7", "the score says nothing", answers.metric_of_logits),
    Rule("first rows", "T7", "the shares are not those that were asked for", data.first_rows),
    Rule("small data", "S2.19", "few examples are learnt by heart", data.small_data),
    Rule("nothing against overfitting", "S2.20", "nobody sees when it starts", data.nothing_against_overfitting),
    Rule("many epochs", "S1.20", "a small set is learnt by heart", data.many_epochs),
)
"""Every rule, in the order of its findings."""
