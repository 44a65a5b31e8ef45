"""Question answering: facts of the world, and facts that a short text states."""

from dataclasses import replace
from random import Random

from bench.corpus.task import Subject, Task, contains, sentences, words
from bench.corpus.world import capitalised, people, table, with_article

LANGUAGES = ("Spanish", "French")
CATEGORY = "question answering"


def _country(rng: Random) -> Subject:
    return dict(
        zip(
            ("country", "capital"),
            rng.choice(table("geography")["countries"]),
            strict=True,
        )
    )


def _opposite(rng: Random) -> Subject:
    pair = list(rng.choice(table("words")["opposites"]))
    pair_name = "-".join(pair)
    rng.shuffle(pair)
    return {"word": pair[0], "other": pair[1], "pair": pair_name}


def _translation(rng: Random) -> Subject:
    word, *foreign = rng.choice(table("words")["translations"])
    language = rng.choice(LANGUAGES)
    return {"word": word, "language": language, "foreign": foreign[LANGUAGES.index(language)]}


def _plural(rng: Random) -> Subject:
    return dict(zip(("word", "plural"), rng.choice(table("words")["plurals"]), strict=True))


def _animal(rng: Random) -> Subject:
    animal, sound = rng.choice(table("nature")["animals"])
    return {
        "animal": animal, "sound": sound,
        "an_animal": with_article(animal), "An_animal": capitalised(with_article(animal)),
    }  # fmt: skip


def _colour(rng: Random) -> Subject:
    return dict(zip(("thing", "colour"), rng.choice(table("nature")["colours"]), strict=True))


def _definition(rng: Random) -> Subject:
    return defined(*rng.choice(table("definitions")["plain"]))


def defined(term: str, meaning: str, key: str) -> Subject:
    return {"term": term, "Term": capitalised(term), "meaning": meaning, "key": key}


def _two_workers(rng: Random) -> Subject:
    (name, _), (other, _) = rng.sample(people(), 2)
    (job, place), (other_job, other_place) = rng.sample(table("people")["jobs"], 2)
    lines = [
        f"{name} is a {job} and works at the {place}.",
        f"{other} is a {other_job} and works at the {other_place}.",
    ]
    rng.shuffle(lines)
    text = " ".join(lines).replace("is a actor", "is an actor").replace("is a engineer", "is an engineer")
    return {"name": name, "job": job, "place": place, "text": text}


def _worker(rng: Random) -> Subject:
    """One person, and a sentence that says nothing about the work."""
    (name, _), (job, place) = rng.choice(people()), rng.choice(table("people")["jobs"])
    told = [f"{name} is {with_article(job)} and works at the {place}.", rng.choice(table("stories")["before"])]
    rng.shuffle(told)
    return {"name": name, "job": job, "place": place, "text": " ".join(told)}


CAPITAL = Task(
    "capital", CATEGORY, "easy", 42, _country, "capital:{country}",
    ("What is the capital of {country}?", "Which city is the capital of {country}?",
     "Name the capital of {country}."),
    ("The capital of {country} is {capital}.",),
    ("the capital of {country}", "the capital city of {country}"),
    lambda s: [contains(s["capital"]), sentences()],
    ("{capital} is the capital of {country}.", "{capital} is a city in {country}.",
     "In {country} the capital is {capital}."),
)  # fmt: skip

OPPOSITE = Task(
    "opposite", CATEGORY, "easy", 40, _opposite, "opposite:{pair}",
    ("What is the opposite of '{word}'?", "Give the opposite of '{word}'.",
     "Which word means the opposite of '{word}'?"),
    ("The opposite of '{word}' is '{other}'.",),
    ("the opposite of '{word}'", "the word that means the opposite of '{word}'"),
    lambda s: [contains(s["other"]), sentences()],
    ("'{word}' and '{other}' are opposites.", "What is not {word} may be {other}."),
)  # fmt: skip

TRANSLATION = Task(
    "translation", CATEGORY, "medium", 38, _translation, "translation:{word}",
    ("Translate '{word}' to {language}.", "Translate the word '{word}' into {language}.",
     "What is '{word}' in {language}?"),
    ("In {language}, '{word}' is '{foreign}'.",),
    ("the {language} word for '{word}'", "'{word}' in {language}", "how to say '{word}' in {language}"),
    lambda s: [contains(s["foreign"]), sentences()],
    ("The {language} word '{foreign}' means '{word}'.",
     "People who speak {language} say '{foreign}' for '{word}'."),
)  # fmt: skip

PLURAL = Task(
    "plural", CATEGORY, "medium", 24, _plural, "plural:{word}",
    ("What is the plural of '{word}'?", "Give the plural of '{word}'."),
    ("The plural of '{word}' is '{plural}'.",),
    ("the plural of '{word}'", "the plural form of '{word}'"),
    lambda s: [contains(s["plural"]), sentences()],
    ("One {word}, two {plural}.", "'{plural}' is the plural of '{word}'."),
)  # fmt: skip

SOUND = Task(
    "sound", CATEGORY, "easy", 18, _animal, "sound:{animal}",
    ("What sound does {an_animal} make?", "Which sound does {an_animal} make?"),
    ("{An_animal} says {sound}.",),
    ("the sound of {an_animal}", "the sound that {an_animal} makes"),
    lambda s: [contains(s["sound"]), sentences()],
    ("The {animal} said {sound}.", "One can hear the {animal}: {sound}, {sound}."),
)  # fmt: skip

COLOUR = Task(
    "colour", CATEGORY, "easy", 26, _colour, "colour:{thing}",
    ("What is the colour of {thing}?", "Which colour does {thing} have?", "Tell me the colour of {thing}."),
    ("The colour of {thing} is {colour}.",),
    ("the colour of {thing}", "the typical colour of {thing}"),
    lambda s: [contains(s["colour"]), sentences()],
    ("We see that {thing} is {colour}.", "It was {colour} like {thing}."),
)  # fmt: skip

DEFINITION = Task(
    "definition", CATEGORY, "medium", 28, _definition, "definition:{term}",
    ("Explain {term} in simple terms.", "What is {term}?", "Explain what {term} is."),
    ("{Term} is {meaning}.",),
    ("what {term} is", "the meaning of {term}", "{term}"),
    lambda s: [contains(s["key"]), sentences(), words(4, 20)],
    ("They call it {term}: {meaning}.",),
)  # fmt: skip

WORKPLACE = Task(
    "workplace", CATEGORY, "hard", 30, _two_workers, "workplace:{name}",
    ("Where does {name} work?", "At which place does {name} work?"),
    ("{name} works at the {place}.",),
    ("the place where {name} works", "the work of {name}"),
    lambda s: [contains(s["place"]), sentences()],
    input="{text}",
)  # fmt: skip

# Two people in one text are beyond a model of 2M parameters (1 of 4 right); the dataset asks about one.
WORK = replace(WORKPLACE, difficulty="medium", draw=_worker)

TASKS = (CAPITAL, OPPOSITE, TRANSLATION, PLURAL, SOUND, COLOUR, DEFINITION, WORKPLACE)
