"""Three disjoint splits: by source passage or dialogue and never by row, stratified by label, or as published."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from bench.data.duplicates import Pair, near_duplicates_and_proof
from bench.data.example import Example
from bench.data.leakage import KEYS, THRESHOLD, leaks_by_index, whole
from bench.errors import UserError, nearest

SPLITS = ("train", "validation", "test")
RULES = ("source", "published", "holdout")
Shares = tuple[float, float, float]
"""Of train, test and validation, in this order everywhere a rule is written; they add up to 1."""


@dataclass(frozen=True)
class Rule:
    """How a dataset is split, parsed from "source:80/10/10", "published:85/10/5" or "holdout:0.1"."""

    name: str
    """One of RULES."""
    shares: Shares


def parse_rule(text: str) -> Rule:
    """The rule a text names. Raises UserError with the nearest name, or for shares that are none."""
    name, colon, numbers = text.partition(":")
    if name not in RULES:
        raise UserError(f"unknown split rule {text!r}.{nearest(name, RULES)} Try 'source:80/10/10' or 'holdout:0.1'.")
    if name == "holdout":
        return Rule(name, holdout_shares(text, numbers))
    if not colon:
        return Rule(name, (0.8, 0.1, 0.1) if name == "source" else (0.85, 0.1, 0.05))
    return Rule(name, percentages(text, numbers))


def holdout_shares(text: str, number: str) -> Shares:
    share = as_number(number or "0.1")
    if not 0 < share < 1:
        raise UserError(
            f"split rule {text!r}: expected a share between 0 and 1 for the test split, as in 'holdout:0.1'"
        )
    return 1 - share, share, 0.0


def percentages(text: str, numbers: str) -> Shares:
    found = [as_number(number) for number in numbers.split("/")]
    right = len(found) == 3 and min(found[:2]) > 0 and found[2] >= 0 and abs(sum(found) - 100) < 1e-6
    if not right:
        raise UserError(
            f"split rule {text!r}: expected percentages TRAIN/TEST/VALIDATION that add up to 100, as in '80/10/10'"
        )
    return found[0] / 100, found[1] / 100, found[2] / 100


def as_number(text: str) -> float:
    """-1 for what is no number."""
    try:
        return float(text)
    except ValueError:
        return -1.0


def split_examples(examples: Sequence[Example], rule: str = "", *, seed: int = 0) -> dict[str, list[Example]]:
    """Split name -> its examples in the file's order; the examples carry the name of their split.

    Without a rule the examples' own splits count, and where they name none the rule is "source". A rule that is given
    wins over the examples' own splits. Raises UserError for an unknown rule, or when only some examples name a split.
    """
    if not rule and any(example.split for example in examples):
        return own_splits(examples)
    parsed = parse_rule(rule or "source")
    names = (
        file_order(len(examples), parsed.shares) if parsed.name == "published" else by_source(examples, parsed, seed)
    )
    parts: dict[str, list[Example]] = {part: [] for part in SPLITS}
    for example, part in zip(examples, names, strict=True):
        parts[part].append(placed(example, part))
    return parts


def leaves_no_leak(examples: Sequence[Example], rule: str) -> bool:
    """Whether `split_examples` keeps apart whatever `leaks_by_index` would find; another search can find nothing.

    The ties of `subjects` are its keys. A copy that is tied to none in train is one of two texts that `near_duplicates`
    pairs with others, and then `settle` has searched the splits with `leaks_by_index` itself.
    """
    if not rule and any(example.split for example in examples):
        return False
    return parse_rule(rule or "source").name != "published"


def placed(example: Example, part: str) -> Example:
    """The example with this split; as `dataclasses.replace` makes it, in a tenth of its 16 us a row."""
    if example.split == part:
        return example
    copy = object.__new__(Example)
    copy.__dict__.update(example.__dict__, split=part)
    return copy


def own_splits(examples: Sequence[Example]) -> dict[str, list[Example]]:
    if without := next((example for example in examples if not example.split), None):
        raise UserError(
            f"example {without.id!r} (line {without.where}) names no split, but others do; "
            "give every row a split, or choose a rule such as 'source'"
        )
    return {part: [example for example in examples if example.split == part] for part in SPLITS}


def file_order(count: int, shares: Shares) -> list[str]:
    """The first rows train, the next ones test, and what is left validates, rounded down as published code does."""
    train = int(count * shares[0])
    test = int(count * shares[1]) if shares[2] else count - train
    return ["train"] * train + ["test"] * test + ["validation"] * (count - train - test)


def by_source(examples: Sequence[Example], rule: Rule, seed: int) -> list[str]:
    """Split name of each example; whole subjects go to one split."""
    copies, exact = copies_among(examples)
    subject_of = subjects(examples, copies)
    groups = shuffled(examples, subject_of, seed)
    part_of = dict.fromkeys(groups, "train")
    held = [(part, share) for part, share in zip(("test", "validation"), rule.shares[1:], strict=True) if share]
    for others, (part, share) in enumerate(held if len(groups) > len(held) else [], start=-len(held)):
        left = {name: classes for name, classes in groups.items() if part_of[name] == "train"}
        wanted = targets(left.values(), max(1, round(len(examples) * share)))
        # Train and every split after this one need a subject, too.
        part_of |= dict.fromkeys(drawn(left, wanted, len(left) + others), part)
    # Without a pair of two different shingle sets there is no leak to settle, if none was missed.
    if not exact or any(pair.similarity < 1 for pair in copies):
        settle(examples, subject_of, part_of)
    return [part_of[subject] for subject in subject_of]


def settle(examples: Sequence[Example], subject_of: Sequence[str], part_of: dict[str, str]) -> None:
    """Moves to train what still has a near-copy there: a text is tied to the first that it copies, not to all."""
    while True:
        train = [example for example, subject in zip(examples, subject_of, strict=True) if part_of[subject] == "train"]
        held = [index for index, subject in enumerate(subject_of) if part_of[subject] != "train"]
        leaks = leaks_by_index(train, [examples[index] for index in held])
        if not leaks:
            return
        part_of |= dict.fromkeys((subject_of[held[index]] for index in leaks), "train")


def copies_among(examples: Sequence[Example]) -> tuple[list[Pair], bool]:
    """Indices of near-copies, and whether none was missed for certain.

    They are searched in the order of the texts, so that the order of rows decides nothing.
    """
    texts = [whole(example) for example in examples]
    order = sorted(range(len(texts)), key=texts.__getitem__)
    pairs, exact = near_duplicates_and_proof([texts[index] for index in order], THRESHOLD)
    return [pair._replace(first=order[pair.first], second=order[pair.second]) for pair in pairs], exact


def subjects(examples: Sequence[Example], copies: Sequence[Pair]) -> list[str]:
    """For each example the name of its subject.

    Two examples with the same source, question or passage share it, as do near-copies, and so do all whom a chain of
    such examples connects: whatever `bench/data/leakage.py` calls a leak must not stand in two splits.
    """
    parent: dict[str, str] = {}
    firsts: list[str] = []
    for example in examples:
        first, *others = ties(example)
        for tie in (first, *others):
            parent.setdefault(tie, tie)
            join(parent, first, tie)
        firsts.append(first)
    for pair in copies:
        join(parent, firsts[pair.first], firsts[pair.second])
    return [root(parent, first) for first in firsts]


def ties(example: Example) -> list[str]:
    """What ties an example to others; at least one."""
    named = [f"{kind}:{text}" for kind, key in KEYS if (text := key(example))]
    return named or [f"text:{whole(example)}"]


def root(parent: dict[str, str], name: str) -> str:
    while parent[name] != name:
        parent[name] = parent[parent[name]]
        name = parent[name]
    return name


def join(parent: dict[str, str], one: str, other: str) -> None:
    """The smaller name becomes the root, so that the order of rows decides nothing."""
    low, high = sorted((root(parent, one), root(parent, other)))
    parent[high] = low


def shuffled(examples: Sequence[Example], subject_of: Sequence[str], seed: int) -> dict[str, dict[str, int]]:
    """Subject -> examples of each class, in an order that follows from content and seed alone."""
    groups: dict[str, dict[str, int]] = {}
    for example, subject in zip(examples, subject_of, strict=True):
        classes = groups.setdefault(subject, {})
        label = example.label or ""
        classes[label] = classes.get(label, 0) + 1
    order = sorted(groups, key=lambda subject: sha256(f"{seed}\0{subject}".encode("utf-8", "surrogatepass")).digest())
    return {subject: groups[subject] for subject in order}


def targets(groups: Iterable[Mapping[str, int]], total: int) -> dict[str, int]:
    """How many examples of each class make up so many, in the proportions of all in these groups."""
    totals: Counter[str] = Counter()
    for classes in groups:
        totals.update(classes)
    return apportioned(total, totals)


def apportioned(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """`total` in whole numbers by weight: each gets its share rounded down, the largest remainders one more."""
    whole = sum(weights.values())
    exact = {name: total * weight / whole for name, weight in weights.items()}
    # Sums of floats may lie a hair below a whole number: 1000 * 0.3 / (0.4 + 0.3 + 0.3).
    counts = {name: int(value + 1e-9) for name, value in exact.items()}
    rest = sorted(exact, key=lambda name: (counts[name] - exact[name], name))[: total - sum(counts.values())]
    return {name: count + (name in rest) for name, count in counts.items()}


def drawn(groups: Mapping[str, Mapping[str, int]], wanted: Mapping[str, int], most: int) -> list[str]:
    """Subjects, in their order, each of which brings the classes nearer to what is wanted; at least one."""
    missing = dict(wanted)
    taken: list[str] = []
    for subject, classes in groups.items():
        if len(taken) < most and gain(missing, classes) > 0:
            taken.append(subject)
            for label, count in classes.items():
                missing[label] -= count
    return taken or [min(groups, key=lambda subject: sum(groups[subject].values()))]


def gain(missing: Mapping[str, int], classes: Mapping[str, int]) -> int:
    """By how much closer the counts come, of each class and of all together, with these examples added."""
    size, total = sum(classes.values()), sum(missing.values())
    single = sum(abs(missing[label]) - abs(missing[label] - count) for label, count in classes.items())
    return single + abs(total) - abs(total - size)
