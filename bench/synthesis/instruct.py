"""Stage 2, instruct: what is asked, by templates over what the text is about, or by a teacher in rounds of twenty.

The rounds are those of Self-Instruct (arXiv 2212.10560): a new instruction is kept when its ROUGE-L with every one so
far is below 0.7.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations, permutations, zip_longest
from random import Random

from bench.synthesis.entities import Entities, Entity
from bench.synthesis.novelty import Novelty
from bench.synthesis.rows import Dropped, Instruction, Passage
from bench.synthesis.teachers import Teacher
from bench.synthesis.templates import Template, list_for

PER_CALL = 20
"""Instructions that a teacher is asked for at once (lecture 10)."""
EXCERPTS = 6
"""Passages that a teacher sees in one call."""
FEWEST = 2
"""Mentions in a chapter from which on a character is asked about in it."""
MOST_PAIRS = 60
"""Pairs of characters, those that stand in most passages together."""


@dataclass(frozen=True)
class Asked:
    """Values for the slots of a template, and the passages in which all of them stand."""

    slots: Mapping[str, str]
    passage_ids: tuple[str, ...]


def by_templates(
    templates: Sequence[Template], entities: Entities, passages: Sequence[Passage], lists: Iterable[str] = ()
) -> list[Instruction]:
    """Every template with everything that fits it, each question once; types take turns, so the first are mixed."""
    made: dict[str, dict[str, Instruction]] = defaultdict(dict)
    names: dict[str, tuple[str, ...]] = dict.fromkeys((*entities, *lists), ())
    for template in templates:
        for asked in fillings(template, entities, passages, names):
            new = instruction(template, asked)
            made[template.type].setdefault(new.id, new)
    rows = zip_longest(*(group.values() for group in made.values()))
    every = [one for row in rows for one in row if one is not None]
    return list({one.id: one for one in every}.values())


def instruction(template: Template, asked: Asked) -> Instruction:
    text = template.filled(asked.slots)
    return Instruction(
        id=name_of(text),
        text=text,
        type=template.type,
        category=template.category,
        difficulty=template.difficulty,
        slots=dict(asked.slots),
        passage_ids=asked.passage_ids,
    )


def name_of(text: str) -> str:
    """An id that follows from the wording alone, so that a resumed run finds it again."""
    return "i-" + sha256(" ".join(text.lower().split()).encode()).hexdigest()[:12]


def fillings(
    template: Template, entities: Entities, passages: Sequence[Passage], names: Mapping[str, tuple[str, ...]]
) -> Iterator[Asked]:
    """Values for each placeholder; numbered ones of one list are different from each other."""
    wanted = [name for name in template.placeholders if name != "chapter"]
    lists = [list_for(name, names) for name in wanted]
    if not all(name in entities for name in lists):
        return
    for chosen in choices(lists, entities):
        shared = together(chosen)
        slots = {name: entity.name for name, entity in zip(wanted, chosen, strict=True)}
        if "chapter" in template.placeholders:
            yield from by_chapter(slots, shared, passages, 1)
        elif shared or not any(entity.passage_ids for entity in chosen):
            yield Asked(slots, shared)


def choices(lists: Sequence[str], entities: Entities) -> Iterator[tuple[Entity, ...]]:
    """One entity for each placeholder."""
    if not lists:
        yield ()
    elif len(lists) == 1:
        yield from ((entity,) for entity in entities[lists[0]])
    elif len(set(lists)) == 1 and len(lists) == 2:
        yield from pairs(entities[lists[0]])
    else:
        yield from distinct(lists, entities)


def pairs(entities: Sequence[Entity]) -> Iterator[tuple[Entity, ...]]:
    """Those that stand in most passages together, in both orders; any two where the text mentions neither."""
    shared = Counter({pair: len(together(pair)) for pair in combinations(entities, 2)})
    unknown = not any(entity.passage_ids for entity in entities)
    for pair, count in shared.most_common(MOST_PAIRS):
        if count or unknown:
            yield from permutations(pair)


def distinct(lists: Sequence[str], entities: Entities) -> Iterator[tuple[Entity, ...]]:
    first, *others = lists
    for entity in entities[first]:
        for rest in choices(others, entities):
            if entity not in rest:
                yield (entity, *rest)


def together(chosen: Sequence[Entity]) -> tuple[str, ...]:
    """Passages that mention all of them, in the order of the text."""
    known = [entity.passage_ids for entity in chosen if entity.passage_ids]
    if not known:
        return ()
    others = [set(ids) for ids in known[1:]]
    return tuple(name for name in known[0] if all(name in ids for ids in others))


def by_chapter(
    slots: Mapping[str, str], shared: Sequence[str], passages: Sequence[Passage], fewest: int
) -> Iterator[Asked]:
    """The same for each chapter in which enough passages mention them."""
    where: dict[tuple[str, int], list[str]] = defaultdict(list)
    held = set(shared)
    for passage in passages:
        if passage.id in held and passage.chapter:
            where[passage.source, passage.chapter].append(passage.id)
    several = len({passage.source for passage in passages}) > 1
    for (source, chapter), ids in where.items():
        if len(ids) >= fewest:
            label = f"{chapter} of {source.rpartition('.')[0]}" if several else str(chapter)
            yield Asked({**slots, "chapter": label}, tuple(ids))


def by_teacher(
    teacher: Teacher,
    topics: Sequence[str],
    passages: Sequence[Passage],
    rounds: int,
    seed: int,
    known: Sequence[Instruction] = (),
) -> Iterator[Instruction | Dropped]:
    """What a teacher proposes in `rounds` rounds, a topic at a time; a near copy of an earlier one is dropped."""
    rng = Random(seed)
    novelty = Novelty(one.text for one in known)
    for number in range(rounds):
        topic = topics[number % len(topics)]
        excerpts = rng.sample(list(passages), min(EXCERPTS, len(passages)))
        for text in teacher.instructions(topic, excerpts, PER_CALL):
            yield judged(" ".join(text.split()), topic, excerpts, novelty)


def judged(text: str, topic: str, excerpts: Sequence[Passage], novelty: Novelty) -> Instruction | Dropped:
    name = name_of(text)
    if len(text.split()) < 3:
        return Dropped(id=name, stage="instruct", reason=f"{text[:60]!r} is no instruction")
    if near := novelty.nearest(text):
        return Dropped(id=name, stage="instruct", reason=f"ROUGE-L {near.score:.2f} with {near.text[:80]!r}")
    novelty.add(text)
    ids = tuple(passage.id for passage in excerpts)
    return Instruction(id=name, text=text, type=topic, category=topic, difficulty="", passage_ids=ids)
