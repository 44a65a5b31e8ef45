"""Summarization: short stories with one event that matters, and short texts with one topic."""

from random import Random

from bench.corpus.task import Subject, Task, contains, equals, lines, sentences, words
from bench.corpus.world import people, table, with_article

CATEGORY = "summarization"


def _story(rng: Random) -> Subject:
    told, (name, pronoun) = table("stories"), rng.choice(people())
    thing, place, verb = (
        rng.choice(table("people")["things"]),
        rng.choice(table("people")["places"]),
        rng.choice(told["verbs"]),
    )
    fields = {
        "name": name,
        "pronoun": pronoun,
        "thing": thing,
        "a_thing": with_article(thing),
        "place": place,
        "verb": verb,
    }
    arrival, act = (rng.choice(told[part]).format(**fields) for part in ("arrivals", "acts"))
    parts = [rng.choice(told["before"]), arrival, rng.choice(told["before"]), act, rng.choice(told["after"])]
    if parts[2] == parts[0] or rng.random() < 0.5:
        del parts[2]
    return fields | {"text": " ".join(parts)}


def _topic(rng: Random) -> Subject:
    topics = table("stories")["topics"]
    topic = rng.choice(sorted(topics))
    chosen = sorted(rng.sample(range(len(topics[topic])), 3))
    name, _ = rng.choice(people())
    text = " ".join([topics[topic][n] for n in chosen] + [f"{name} told us about it."])
    return {"topic": topic, "name": name, "text": text, "key": "".join(map(str, chosen))}


STORY = Task(
    "story", CATEGORY, "hard", 56, _story, "story:{name}",
    ("Summarize the following text.", "Summarize the text in one sentence.",
     "Sum up this story in one short sentence."),
    ("{name} {verb} {a_thing}.",),
    ("this story", "the text in one sentence", "the story of {name}"),
    lambda s: [contains(s["name"], s["verb"], s["thing"]), sentences(), words(3, 12)],
    input="{text}",
    # Behind a space a name is one token and copied as such; at the start of a line it is spelt in two.
    response="In short, {name} {verb} {a_thing}.",
)  # fmt: skip

TOPIC = Task(
    "topic", CATEGORY, "medium", 38, _topic, "topic:{topic}-{key}",
    ("Name the topic of the following text in one word.", "What is this text about? Answer in one word.",
     "Give the topic of the text as one word."),
    ("{topic}",),
    ("the topic of this text in one word", "the topic of the text"),
    lambda s: [equals(s["topic"]), lines()],
    input="{text}",
    share=32,
)  # fmt: skip

TASKS = (STORY, TOPIC)
