"""Pretraining documents whose words come back: a small model learns to copy from nothing else."""

from random import Random

from bench.corpus import questions, snippets
from bench.corpus.world import people

LEADS = (
    "{who} asked about {topic}.", "{who} thought about {topic}.", "{who} looked up {topic}.",
    "{who} wrote down {topic}.",
    "This note is about {topic}.", "Here is {topic}.", "{who} and {other} talked about {topic}.",
    "Let us look at {topic}.",
    "{who} told {other} about {topic}.", "The page is about {topic}.", "{who} has a question about {topic}.",
)  # fmt: skip


def echoed(rng: Random) -> str:
    """Words, names and made-up words that come back, so that copying is learnt for anything."""
    return rng.choice((_echoed_word, _echoed_fact, _echoed_list, _echoed_list, _echoed_pairs))(rng)


def names(rng: Random) -> dict[str, str]:
    (who, _), (other, _) = rng.sample(people(), 2)
    return {"who": who, "other": other}


def _invented(rng: Random) -> str:
    syllables = [rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randint(2, 3))]
    return "".join(syllables) + rng.choice(("n", "l", "r", "s", "t", ""))


def any_word(rng: Random) -> str:
    """A noun, a name, a number, or now and then a made-up word."""
    real = (rng.choice(snippets.nouns()), rng.choice(people())[0], str(rng.randint(1, 60)))
    return _invented(rng) if rng.random() < 0.1 else rng.choice(real)


def _echoed_word(rng: Random) -> str:
    told = names(rng)
    return rng.choice((
        "The word of the day is '{a}'. {who} wrote '{a}' on the wall. Then {other} said '{a}', too.",
        "{who} knows the word '{a}'. {other} knows the word '{b}'. {who} said '{a}' and {other} said '{b}'.",
        "# print {a}\nprint('{a}')\n\n# print {b}\nprint('{b}')",
        "There is a shop named {a}. {who} went to {a}.",
        "'{a}' and '{b}' are words. The first word is '{a}'. The second word is '{b}'.",
        "{who} has the words {a}, {b} and {c}: ['{a}', '{b}', '{c}']",
    )).format(**{letter: any_word(rng) for letter in "abc"}, **told)  # fmt: skip


def _echoed_fact(rng: Random) -> str:
    task = rng.choice((questions.OPPOSITE, questions.PLURAL, questions.CAPITAL))
    word, second = _invented(rng), _invented(rng)
    subject = {"country": word.title(), "capital": second.title(), "word": word, "other": second}
    subject |= {"plural": second}
    told = names(rng) | {"topic": task.topics[0].format(**subject)}
    answer = task.answers[0].format(**subject)
    return f"{answer} {rng.choice(LEADS).format(**told)} {answer}"


def _echoed_list(rng: Random) -> str:
    """A list of any words, two or three times."""
    listed = rng.choice((", ", " ", "\n", " and ")).join(any_word(rng) for _ in range(rng.randint(3, 8)))
    return rng.choice((" ", "\n")).join([listed] * rng.randint(2, 3))


def _echoed_pairs(rng: Random) -> str:
    """Who has what, and again in another order."""
    joint = rng.choice((" has ", ": ", " likes ", " = "))
    pairs = [f"{any_word(rng)}{joint}{any_word(rng)}" for _ in range(rng.randint(2, 5))]
    return rng.choice((". ", "\n")).join(pairs + rng.sample(pairs, len(pairs)) + rng.sample(pairs, len(pairs)))
