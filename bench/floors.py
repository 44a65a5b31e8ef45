"""What understanding nothing scores: null models that answer the same items, through the same metrics.

Echoing the prompt follows a quarter of the IFEval prompts; a number without its floor flatters. The floor of a
column is its best null model, and the lift is (score - floor) / (best - floor).
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from bench import catalog
from bench.data.example import Example
from bench.record import Output, Score
from bench.sentences import sentences

WORDS = 20
"""Words that the random model says."""
REFUSAL = "I'm sorry, but I can't help with that."
CONSTANT = "Ok."
"""What the constant model says where no training answers are known."""
VOCABULARY = ("the", "a", "of", "to", "and", "in", "is", "it", "for", "on", "with", "as", "was", "that", "by", "they")
"""Words of the random model where there is no training text."""
WORD = re.compile(r"\w+")
LONGEST = 20_000
"""Characters of a text that null models look at."""

Answers = Callable[[Sequence[Output], Sequence[Example]], list[str] | None]
"""What a null model says to each output's prompt; None where it has nothing to go by."""


def with_floors(name: str, columns: Mapping[str, Score], nulls: Mapping[str, Sequence[Output]]) -> dict[str, Score]:
    """The columns of the metric `name` with the null models' scores and the best of them.

    A metric file says `FLOORS = ()` where answers of a null model make no sense (cost, likelihood, stopping), or names
    the columns that have floors; a column without a direction has none.
    """
    return with_reached(name, columns, null_scores(name, list(columns), nulls) if nulls else {})


def null_scores(
    name: str, columns: Sequence[str], nulls: Mapping[str, Sequence[Output]]
) -> dict[str, dict[str, float]]:
    """Column -> null model -> what it reaches."""
    module, argument = catalog.load("metric", name)
    reached: dict[str, dict[str, float]] = {column: {} for column in columns if has_floors(module, column)}
    for null, said in nulls.items() if reached else ():
        result = module.score(said, argument) if argument else module.score(said)
        for column, score in ({columns[0]: result} if isinstance(result, Score) else result).items():
            if score.value is not None and column in reached:
                reached[column][null] = score.value
    return reached


def has_floors(module: Any, column: str) -> bool:
    return column in getattr(module, "FLOORS", (column,))


def with_reached(
    name: str, columns: Mapping[str, Score], reached: Mapping[str, Mapping[str, float]]
) -> dict[str, Score]:
    """The columns of the metric `name` with what `null_scores` found."""
    module, _ = catalog.load("metric", name)
    return {
        column: with_floor(score, reached.get(column, {}), direction(module.HIGHER_IS_BETTER, column))
        for column, score in columns.items()
    }


def direction(declared: object, column: str) -> bool | None:
    found = declared.get(column) if isinstance(declared, Mapping) else declared
    return found if isinstance(found, bool) else None


def with_floor(score: Score, reached: Mapping[str, float], higher_is_better: bool | None) -> Score:
    """The score with its floor; one that the metric gives itself counts as the majority class."""
    floors = {**({} if score.floor is None else {"majority": score.floor}), **reached}
    if score.value is None or higher_is_better is None or not floors:
        return score
    best = max(floors.values()) if higher_is_better else min(floors.values())
    return replace(score, floors=floors, floor=best)


def lift(score: Score, unit: str, higher_is_better: bool | None) -> float | None:
    """(score - floor) / (best - floor) where the unit has a best value: 1 is perfect, 0 is the floor."""
    if score.value is None or score.floor is None or higher_is_better is None or unit not in ("rate", "score", "index"):
        return None
    best = 1.0 if higher_is_better else (-1.0 if unit == "index" else 0.0)
    return None if best == score.floor else (score.value - score.floor) / (best - score.floor)


def null_outputs(outputs: Sequence[Output], train: Sequence[Example] = ()) -> dict[str, list[Output]]:
    """Null model -> its outputs to the same prompts; those with nothing to go by are left out."""
    found = {name: model(outputs, train) for name, model in NULL_MODELS.items()} if outputs else {}
    return {
        name: [saying(output, text) for output, text in zip(outputs, texts, strict=True)]
        for name, texts in found.items()
        if texts is not None
    }


def saying(output: Output, text: str) -> Output:
    """The output with another text, ended by itself; what was measured of the model is left out."""
    return replace(
        output,
        text=text,
        answer=None,
        finished=True,
        new_tokens=len(text.split()),
        reference_logprob=None,
        distractor_logprob=None,
        refusal_logit=None,
    )


def question(output: Output) -> str:
    asked = "\n".join(part for part in (output.instruction, output.input) if part)
    return (asked or output.prompt or "")[:LONGEST]


def echo(outputs: Sequence[Output], train: Sequence[Example]) -> list[str] | None:
    """The question itself."""
    return [question(output) for output in outputs]


def constant(outputs: Sequence[Output], train: Sequence[Example]) -> list[str] | None:
    """The most frequent training answer to everything."""
    counts = Counter(example.response for example in train if example.responses)
    said = min(counts, key=lambda text: (-counts[text], text)) if counts else CONSTANT
    return [said] * len(outputs)


def majority(outputs: Sequence[Output], train: Sequence[Example]) -> list[str] | None:
    """The most frequent training label to everything."""
    counts = Counter(example.label for example in train if example.label is not None)
    return [min(counts, key=lambda label: (-counts[label], label))] * len(outputs) if counts else None


def random_words(outputs: Sequence[Output], train: Sequence[Example]) -> list[str] | None:
    """Twenty words of the training answers, drawn with seed 0."""
    rng = Random(0)
    known = [word for example in train for word in WORD.findall(example.response)] if train else list(VOCABULARY)
    return [" ".join(rng.choices(known or VOCABULARY, k=WORDS)) for _ in outputs]


def lead_1(outputs: Sequence[Output], train: Sequence[Example]) -> list[str] | None:
    """The first sentence of the input, which is hard to beat in summaries."""
    given = [(output.input or output.source or "")[:LONGEST] for output in outputs]
    return [(sentences(text) or [""])[0] for text in given] if any(given) else None


def retrieval(outputs: Sequence[Output], train: Sequence[Example]) -> list[str] | None:
    """The answer of the training question nearest in words (TF-IDF), or the sentence of the input nearest to it."""
    if train:
        return nearest_answers([question(output) for output in outputs], train)
    if any(output.input or output.source for output in outputs):
        return [nearest_sentence(output) for output in outputs]
    return None


def nearest_answers(questions: Sequence[str], train: Sequence[Example]) -> list[str]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer=lambda text: WORD.findall(text.lower()))
    known = [example.question[:LONGEST] for example in train]
    if not any(WORD.search(text) for text in known):
        return [train[0].response] * len(questions)
    index = vectors.fit_transform(known)
    near = (vectors.transform(questions) @ index.T).tocsr()
    return [train[int(near[row].toarray().argmax())].response for row in range(len(questions))]


def nearest_sentence(output: Output) -> str:
    asked = set(WORD.findall((output.instruction or "").lower()))
    pieces = sentences((output.input or output.source or "")[:LONGEST])
    return max(pieces, key=lambda piece: len(asked & set(WORD.findall(piece.lower()))), default="")


def refusal(outputs: Sequence[Output], train: Sequence[Example]) -> list[str] | None:
    """A refusal to everything."""
    return [REFUSAL] * len(outputs)


NULL_MODELS: dict[str, Answers] = {
    "echo": echo,
    "constant": constant,
    "majority": majority,
    "random words": random_words,
    "lead-1": lead_1,
    "retrieval": retrieval,
    "refusal": refusal,
}
