"""What a score column is called, in which unit it is shown, and which direction is better.

Unit and direction are the metric file's own words; only the wording for readers lives here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from types import ModuleType
from typing import Any

from bench import catalog
from bench.errors import UserError

KNOWN = (
    "instruction_following",
    "completion",
    "stop_rate",
    "self_prompting",
    "refusal",
    "correct_refusal",
    "over_refusal",
    "rouge1",
    "rouge2",
    "rougeL",
    "bleu",
    "exact_match",
    "token_f1",
    "accuracy",
    "f1_weighted",
    "f1_macro",
    "length_ratio",
    "perplexity",
    "forgetting",
)
"""Columns that every comparison.csv has, in this order, so that tables of different runs can be stacked."""

DETAILS = (
    "instruction_following_loose",
    "instruction_level",
    "instruction_level_loose",
    "answer_preference",
    "echo",
    "repetition",
    "refusal_or_partial",
    "youden",
    "refusal_logit",
    "rougeLsum",
    "degenerate",
    "distinct_2",
    "unique_outputs",
    "self_bleu",
    "consistency",
    "agreement_majority",
    "judge_kappa",
)
"""Columns that explain others; they stand in a table of their own, so that the comparison stays readable."""

MAIN = (
    "instruction_following",
    "f1_weighted",
    "accuracy",
    "rougeL",
    "token_f1",
    "exact_match",
    "consistency",
    "consistency@samples",
)
"""The column that answers "is it better?", the first of these that a group has."""

WORDS = {
    "instruction_following": ("Instructions followed", "followed", "answered, in the asked form, and right"),
    "completion": ("Completion index", "index", "share that answers minus share that mimics, -1 to 1"),
    "stop_rate": ("Stops by itself", "stops", "ended with the end token before the limit"),
    "self_prompting": ("Self-prompting", "mimics", "went on asking instead of answering"),
    "refusal": ("Refuses", "refuses", "refusals among all prompts"),
    "correct_refusal": ("Refuses rightly", "rightly", "refusals among prompts that should be refused"),
    "over_refusal": ("Refuses wrongly", "wrongly", "refusals among harmless prompts"),
    "rouge1": ("ROUGE-1", "ROUGE-1", "overlap of words with the reference"),
    "rouge2": ("ROUGE-2", "ROUGE-2", "overlap of word pairs with the reference"),
    "rougeL": ("ROUGE-L", "ROUGE-L", "longest common word sequence with the reference"),
    "bleu": ("BLEU", "BLEU", "n-gram precision against the reference"),
    "exact_match": ("Exact match", "exact", "equal to the reference after normalisation"),
    "token_f1": ("Token F1", "token F1", "overlap of tokens with the reference"),
    "accuracy": ("Accuracy", "accuracy", "right class; an unreadable answer is wrong"),
    "f1_weighted": ("F1 weighted", "F1 weighted", "F1 per class, weighted by class size"),
    "f1_macro": ("F1 macro", "F1 macro", "F1 per class, every class alike"),
    "length_ratio": ("Length ratio", "length", "length of the answer against the reference's"),
    "perplexity": ("Perplexity", "perplexity", "of general text that no model was tuned on"),
    "forgetting": ("Forgetting", "forgets", "loss on that text after training minus before, in nats per token"),
    "instruction_following_loose": ("Followed, loosely", "loose", "without first or last line or asterisks"),
    "instruction_level": ("Single instructions", "single", "share of all instructions, strict"),
    "instruction_level_loose": ("Single, loosely", "single loose", "share of all instructions, loose"),
    "answer_preference": ("Prefers the answer", "prefers", "answer more probable than another question"),
    "echo": ("Echo", "echo", "word 4-grams that stand in the prompt"),
    "repetition": ("Repetition", "repeats", "word 4-grams that stood there before"),
    "refusal_or_partial": ("Refuses, even partly", "refuses*", "full and partial refusals among all prompts"),
    "youden": ("Youden's J", "Youden", "refuses rightly minus refuses wrongly"),
    "refusal_logit": ("Refusal logit", "logit", "log-odds of a refusal's first token"),
    "rougeLsum": ("ROUGE-Lsum", "ROUGE-Lsum", "ROUGE-L line by line, for summaries"),
    "degenerate": ("Degenerate", "degenerate", "gibberish, loops or nothing"),
    "distinct_2": ("Distinct-2", "distinct", "different word pairs among all"),
    "unique_outputs": ("Unique answers", "unique", "answers that no other prompt got"),
    "self_bleu": ("Self-BLEU", "self-BLEU", "likeness of the answers to each other"),
    "consistency": ("Consistency", "consistent", "pairs of answers to one question that agree"),
    "agreement_majority": ("Majority", "majority", "share of the most frequent answer to a question"),
    "grounding": ("Grounded", "grounded", "keeps to its source: names, numbers, words, negation"),
    "judge": ("Judge", "judge", "followed, says the language model that judges"),
    "judge_kappa": ("Kappa", "kappa", "agreement of the judge with our rules"),
}


ENDS = {"rate": (0.0, 1.0), "score": (0.0, 1.0), "index": (-1.0, 1.0), "ratio": (0.0, inf)}
"""Unit -> where its scale ends."""


@dataclass(frozen=True)
class Column:
    """A score column as readers meet it."""

    name: str
    label: str
    short: str
    """For narrow tables."""
    about: str = ""
    """What the number counts."""
    unit: str = ""
    """The metric's UNIT; "" when no metric file declares one."""
    higher_is_better: bool | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """Of the scale; infinite where the unit has none."""
        return ENDS.get(self.unit, (-inf, inf))

    @property
    def in_text(self) -> str:
        """The label inside a sentence: names such as ROUGE-L and F1 keep their capitals."""
        first = self.label.partition(" ")[0]
        return self.label if first.upper() == first or "-" in first else self.label[:1].lower() + self.label[1:]


@lru_cache(maxsize=1024)
def column(name: str, metrics: tuple[str, ...] = ()) -> Column:
    """The column `name`, declared by one of the case's `metrics` or by the metric file of its own name."""
    stem, _, form = name.partition("@")
    label, short, about = WORDS.get(stem, (stem.replace("_", " "), stem, ""))
    asked = f" ({form})" if form == "samples" else f" ({form} prompt)" if form else ""
    unit, higher = declared(stem, metrics)
    return Column(name, label + asked, short + asked, about, unit, higher)


def declared(name: str, metrics: tuple[str, ...]) -> tuple[str, bool | None]:
    """Unit and direction from the metric that lists the column, or whose name begins it (rouge -> rougeL)."""
    for belongs in (lists, begins):
        for metric in (*metrics, name):
            module, argument = open_metric(metric)
            if module is not None and belongs(module, argument, name):
                return value_for(module.UNIT, name), value_for(module.HIGHER_IS_BETTER, name)
    return "", None


def lists(module: ModuleType, argument: str, name: str) -> bool:
    listed = [names for names in (module.UNIT, module.HIGHER_IS_BETTER) if isinstance(names, Mapping)]
    return name in {stem_of(module), stem_of(module) + argument}.union(*listed)


def begins(module: ModuleType, argument: str, name: str) -> bool:
    return not isinstance(module.UNIT, Mapping) and name.startswith(stem_of(module) + argument)


def stem_of(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def open_metric(metric: str) -> tuple[ModuleType | None, str]:
    """A metric that has gone since the run, or lost a library, costs its unit, not the report."""
    try:
        return catalog.load("metric", metric)
    except (ImportError, UserError):
        return None, ""


def value_for(declaration: Any, name: str) -> Any:
    return declaration.get(name) if isinstance(declaration, Mapping) else declaration


def ordered(names: set[str]) -> list[str]:
    """Known columns in their order, then a user's own sorted, then the ones read in the other prompt form."""
    return sorted(names, key=place)


def place(name: str) -> tuple[bool, int, str]:
    stem, at, _ = name.partition("@")
    return bool(at), KNOWN.index(stem) if stem in KNOWN else len(KNOWN), name
