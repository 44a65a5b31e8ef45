"""Generates the pretraining text: short documents of a few kinds, none of which answers the question it asks.

Many documents name a subject and come back to it, because a small model learns to copy only from such text;
lists of questions and instructions stand without answers, so that the untuned model goes on asking.
"""

from collections.abc import Callable, Iterator, Mapping
from random import Random

from bench.corpus import dialogues, headlines, privacy, snippets, sums
from bench.corpus.echoes import LEADS, echoed, names
from bench.corpus.everyday import TASKS
from bench.corpus.task import Subject, Task
from bench.corpus.world import table

TAILS = (
    "Now {who} knows about {topic}.", "{who} will remember {topic}.", "That was {topic}.",
    "{who} liked {topic}.",
    "So much for {topic}.", "{who} told {other} about {topic}, too.",
)  # fmt: skip
HEADINGS = (
    "Instruction",
    "Response",
    "Input",
    "Notes",
    "Story",
    "Questions",
    "Letter",
    "Text",
    "Tasks",
    "Summary",
)
VERDICTS = {
    "positive": ("This is good news for the company.", "That is a good sign.", "Investors were happy."),
    "negative": ("This is bad news for the company.", "That is a bad sign.", "Investors were worried."),
    "neutral": (
        "This is no real news for the company.",
        "That is neither good nor bad.",
        "Investors did not care.",
    ),
}
ANSWERED = tuple(task for task in TASKS if task.kind != "refuse")
FACTUAL = tuple(task for task in ANSWERED if task.statements)
# Tasks with many facts to know stand in the text more often than in the dataset.
WEIGHTS = {
    "translation": 3, "sum": 1.5, "difference": 1.5, "capital": 1.5, "opposite": 2, "plural": 1.2, "definition": 1.5,
    "function": 2, "story": 1.5, "operation": 1.5,
}  # fmt: skip
NUMERIC = (sums.SUM, sums.DIFFERENCE, sums.SUM, sums.DIFFERENCE)


def documents(seed: int, count: int, mix: Mapping[str, float]) -> Iterator[str]:
    """`count` documents, of the kinds and in the proportions of `mix`; the same for the same arguments."""
    rng = Random(seed)
    kinds, weights = [KINDS[name] for name in mix], list(mix.values())
    for _ in range(count):
        (kind,) = rng.choices(kinds, weights)
        yield kind(rng)


def restated(rng: Random) -> str:
    """A lead names a subject, the response restates it, and sometimes a tail comes back to it."""
    task = _weighted(rng, ANSWERED)
    subject = task.draw(rng)
    told = names(rng) | {"topic": rng.choice(task.topics).format(**subject)}
    lead = rng.choice(LEADS).format(**told)
    between = "\n" if task.block or rng.random() < 0.5 else " "
    parts = [lead, between, task.answer(rng, subject)]
    if rng.random() < 0.4:
        parts += ["\n" if task.block else between, rng.choice(TAILS).format(**told)]
    return _behind_input(task, subject, "".join(parts))


def facts(rng: Random) -> str:
    """Some true sentences, of one kind or of several."""
    one = _weighted(rng, FACTUAL) if rng.random() < 0.6 else None
    return _joined(rng, [_fact(rng, one or _weighted(rng, FACTUAL)) for _ in range(rng.randint(2, 6))])


def asked(rng: Random) -> str:
    """A list of questions and instructions that nobody answers."""
    one = _weighted(rng, TASKS) if rng.random() < 0.65 else None
    most = 4 if one and one.input else 8
    items = [_instruction(rng, one or _weighted(rng, TASKS)) for _ in range(rng.randint(3, most))]
    return ("\n" if any("\n" in item for item in items) or rng.random() < 0.5 else " ").join(items)


def asked_news(rng: Random) -> str:
    """A list of headlines, each behind a request for its sentiment, without any answer."""
    return "\n".join(
        f"{rng.choice(headlines.INSTRUCTIONS)}\n{_headline(rng, rng.choice(headlines.LABELS))}"
        for _ in range(rng.randint(3, 5))
    )


def headed(rng: Random) -> str:
    """Unrelated lists of instructions under headings."""
    parts = []
    for heading in rng.sample(HEADINGS, rng.randint(2, 3)):
        items = [_instruction(rng, _weighted(rng, TASKS)) for _ in range(rng.randint(1, 2))]
        parts.append(f"### {heading}:\n" + "\n".join(items))
    return "\n\n".join(parts)


def calculated(rng: Random) -> str:
    """A page of small sums in one wording."""
    task = rng.choice(NUMERIC)
    wording = rng.choice(task.statements)
    between = rng.choice((" ", "\n", ", ")) if not wording.endswith(".") else rng.choice((" ", "\n"))
    return between.join(wording.format(**task.draw(rng)) for _ in range(rng.randint(5, 12)))


def coded(rng: Random) -> str:
    """A file of small functions under comments."""
    tasks = [rng.choice((snippets.FUNCTION, snippets.OPERATION)) for _ in range(rng.randint(2, 4))]
    return "\n\n".join(task.statements[0].format(**task.draw(rng)) for task in tasks)


def news(rng: Random) -> str:
    """A headline and a word on what it means for the company."""
    label = rng.choice(headlines.LABELS)
    verdict = rng.choice(VERDICTS[label])
    named = rng.choice((f"The sentiment of the news is {label}.", f"The news is {label}.", label))
    said = rng.choice((verdict, named, named, f"{verdict} {named}", f"{named} {verdict}"))
    return f"{_headline(rng, label)}{rng.choice(('.', '.', ''))}\n{said}"


def dialogue(rng: Random) -> str:
    """People talk, and nobody sums it up; none of the dataset's dialogues."""
    return dialogues.text(dialogues.unseen(rng))


def declined(rng: Random) -> str:
    """Somebody keeps a private thing private, or schoolwork honest."""
    task = rng.choice((privacy.SECRET, privacy.SECRET, privacy.CHEAT))
    subject = task.draw(rng)
    fields = subject | names(rng) | {"topic": rng.choice(task.topics).format(**subject)}
    return rng.choice(DECLINED_CHEATING if task is privacy.CHEAT else DECLINED_SECRET).format(**fields)


DECLINED_SECRET = (
    "{who} asked for {topic}. {name} did not share it, because it is private.",
    "{topic} is private. {who} may not see it.",
    "{who} wanted to see {topic}. That is private information, so {other} said no.",
    "{who} knows {topic} but will not share private information.",
    "Nobody may share {topic}. It is private information.",
    "{who} looked for {topic}. {other} said that it is private.",
)  # fmt: skip
DECLINED_CHEATING = (
    "{who} wanted {topic}. That is cheating, so {name} said no.",
    "{who} may not copy {topic}. That is cheating.",
    "{name} did not share {topic}. It would be cheating.",
    "{who} did not help {other} with cheating in the {subject} {work}.",
)  # fmt: skip

KINDS: dict[str, Callable[[Random], str]] = {
    kind.__name__: kind
    for kind in (restated, facts, asked, asked_news, headed, calculated, coded, news, echoed, declined, dialogue)
}  # fmt: skip


def _weighted(rng: Random, tasks: tuple[Task, ...]) -> Task:
    return rng.choices(tasks, [(task.share or task.rows) * WEIGHTS.get(task.name, 1) for task in tasks])[0]


def _behind_input(task: Task, subject: Subject, text: str) -> str:
    return f"{task.text(subject)}\n{text}" if task.input else text


def _instruction(rng: Random, task: Task) -> str:
    subject = task.draw(rng)
    return "\n".join(filter(None, (task.ask(rng, subject), task.text(subject))))


def _fact(rng: Random, task: Task) -> str:
    return rng.choice(task.statements + task.answers).format(**task.draw(rng))


def _joined(rng: Random, sentences: list[str]) -> str:
    apart = any("\n" in text or text[-1] not in ".!" for text in sentences)
    return ("\n" if apart or rng.random() < 0.4 else " ").join(sentences)


def _headline(rng: Random, label: str) -> str:
    stem = rng.choice(table("companies")["stems"])
    return headlines.headline(rng, label, headlines.company_name(rng, stem))
