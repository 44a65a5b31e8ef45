"""Creative writing and word games: haikus, sentences to order, rhymes, lists, wishes, capital letters."""

from random import Random

from bench.corpus.snippets import nouns
from bench.corpus.task import Subject, Task, contains, lines, sentences, words
from bench.corpus.world import people, table

CATEGORY = "creative writing"


def _haiku(rng: Random) -> Subject:
    nature = table("nature")
    count = rng.choice(("one", "two"))
    word = rng.choice(nature[f"{count}_syllable{'s' if count == 'two' else ''}"])
    return {
        "word": word,
        "about": word if word in nature["mass"] else f"the {word}",
        "first": rng.choice(nature[f"haiku_{count}"]).format(w=word),
        "middle": rng.choice(nature["haiku_middle"]),
        "end": rng.choice(nature["haiku_end"]),
    }


def _noun(rng: Random) -> Subject:
    word = rng.choice(nouns())
    return {"word": word}


def _opening(rng: Random) -> Subject:
    return dict(zip(("word", "rest"), rng.choice(table("words")["openings"]), strict=True))


def _person(rng: Random) -> Subject:
    name, _ = rng.choice(people())
    return {"name": name}


HAIKU = Task(
    "haiku", CATEGORY, "medium", 26, _haiku, "haiku:{word}",
    ("Write a haiku about {about}.", "Write a short haiku about {about}.", "Compose a haiku on {about}."),
    ("{first},\n{middle},\n{end}.",),
    ("a haiku about {about}", "a poem of three lines about {about}"),
    lambda s: [contains(s["word"]), lines(3, 3)],
    block=True,
)  # fmt: skip

SENTENCE = Task(
    "sentence", CATEGORY, "easy", 34, _noun, "sentence:{word}",
    ("Write a sentence about the word '{word}'.", "Use the word '{word}' in a sentence.",
     "Write one sentence with the word '{word}'."),
    ("We talked about the {word} all day.", "I often think of the {word}.",
     "There is nothing like the {word}."),
    ("a sentence with the word '{word}'", "a sentence about '{word}'"),
    lambda s: [contains(s["word"]), sentences(), words(4, 20)],
    share=28,
)  # fmt: skip

OPENING = Task(
    "opening", CATEGORY, "medium", 16, _opening, "opening:{word}",
    ("Write a sentence that starts with the word '{word}'.", "Write one sentence beginning with '{word}'."),
    ("{word} {rest}",),
    ("a sentence that starts with '{word}'", "a sentence beginning with the word '{word}'"),
    lambda s: [{"kind": "starts_with", "value": s["word"]}, sentences(), words(3, 20)],
)  # fmt: skip

WISH = Task(
    "wish", CATEGORY, "easy", 32, _person, "wish:{name}",
    ("Write a birthday wish for {name}.", "Write a happy birthday wish for {name}."),
    ("Happy birthday, {name}! I wish you a wonderful day.",),
    ("a birthday wish for {name}", "the birthday of {name}"),
    lambda s: [contains("birthday", s["name"]), sentences(1, 2)],
    share=26,
)  # fmt: skip

TASKS = (HAIKU, SENTENCE, OPENING, WISH)
