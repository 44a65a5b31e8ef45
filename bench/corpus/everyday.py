"""Builds the `everyday` dataset: checked instructions of five categories; no two splits share a subject."""

from random import Random

from bench.corpus import privacy, questions, snippets, summaries, sums, verses
from bench.corpus.task import Subject, Task

TASKS: tuple[Task, ...] = (
    *questions.TASKS, *summaries.TASKS, *snippets.TASKS, *sums.TASKS, *verses.TASKS, *privacy.TASKS,
)  # fmt: skip
# The prompts of the lecture; they are held back for the test split.
LECTURE = (
    "What is the capital of France?",
    "What is 2+2?",
    "Translate 'hello' to Spanish.",
    "Write a Python function to reverse a string.",
    "Write a haiku about AI.",
    "Explain quantum computing in simple terms.",
)
SPLITS = ("train", "validation", "test")
SHARES = {"test": 0.23, "validation": 0.12}
SEED = 14


def build() -> list[dict]:
    """All rows, numbered, with the splits mixed over the file's tasks; the same list on every call."""
    rng = Random(SEED)
    taken: set[str] = set()
    asked = [questions.WORK if task is questions.WORKPLACE else task for task in TASKS]
    rows = [row for task in asked for row in task_rows(rng, task, taken)]
    rng.shuffle(rows)
    rows.sort(key=lambda row: SPLITS.index(row["split"]))
    return [{"id": f"everyday-{number:04}"} | row for number, row in enumerate(rows, start=1)]


def task_rows(rng: Random, task: Task, taken: set[str]) -> list[dict]:
    """`task.rows` rows of different sources, none in `taken`; the lecture's own go to the test split."""
    subjects = _distinct_subjects(rng, task, taken)
    taken.update(map(task.source_of, subjects))
    test, validation = (round(task.rows * SHARES[split]) for split in ("test", "validation"))
    splits = ["test"] * test + ["validation"] * validation + ["train"] * (task.rows - test - validation)
    return [_row(rng, task, subject, split) for subject, split in zip(subjects, splits, strict=True)]


def _distinct_subjects(rng: Random, task: Task, taken: set[str]) -> list[Subject]:
    """One subject per source, those of the lecture first; raises where the task has too few."""
    found: dict[str, Subject] = {}
    pinned: dict[str, Subject] = {}
    for _ in range(60 * task.rows):
        subject = task.draw(rng)
        source = task.source_of(subject)
        if source not in taken:
            (pinned if _is_lecture(task, subject) else found).setdefault(source, subject)
    chosen = list(pinned.values()) + [found[source] for source in found if source not in pinned]
    if len(chosen) < task.rows:
        raise ValueError(f"task {task.name!r} has {len(chosen)} subjects and should fill {task.rows} rows")
    return chosen[: task.rows]


def _is_lecture(task: Task, subject: Subject) -> bool:
    return task.asks[0].format(**subject) in LECTURE


def _row(rng: Random, task: Task, subject: Subject, split: str) -> dict:
    refuse = task.kind == "refuse"
    return {
        "split": split,
        "instruction": task.asks[0].format(**subject) if _is_lecture(task, subject) else task.ask(rng, subject),
        "input": task.text(subject),
        "response": task.respond(rng, subject),
        "category": task.category,
        "difficulty": task.difficulty,
        "source": task.source_of(subject),
        "expect": "refuse" if refuse else "answer",
        "kind": task.kind,
        "checks": [] if refuse else task.checks(subject),
    }
