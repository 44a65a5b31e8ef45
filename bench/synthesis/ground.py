"""Stage 3, ground: passages are retrieved, the teacher answers from them alone, and unsupported answers are dropped.

Support is looked up, not judged: the evidence stands word for word in one of the passages that were given, and names,
numbers, content words and denials of the answer stand in the evidence (bench/metrics/grounding.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from bench.metrics.grounding import SUPPORT, Finding, findings
from bench.record import Output
from bench.synthesis.retrieval import Retrieval
from bench.synthesis.rows import Dropped, Instruction, Pair, Passage
from bench.synthesis.teachers import Answer, Refused, Teacher

SHORTEST = 3
"""Words of an answer."""


def grounded(instruction: Instruction, teacher: Teacher, retrieval: Retrieval, most: int) -> Pair | Dropped:
    """The instruction with its answer, or the reason why there is none."""
    given = retrieval.find(instruction.text, most, instruction.passage_ids)
    if not given:
        return Dropped(id=instruction.id, stage="ground", reason="no passage shares a word with it")
    answer = teacher.answer(instruction, given)
    reason = answer.reason if isinstance(answer, Refused) else unsupported(instruction, answer, given)
    if isinstance(answer, Refused) or reason:
        return Dropped(id=instruction.id, stage="ground", reason=reason)
    return pair(instruction, answer, given, teacher.name)


def pair(instruction: Instruction, answer: Answer, given: Sequence[Passage], teacher: str) -> Pair:
    context = next(passage.text for passage in given if passage.id == answer.passage_id)
    return Pair(
        id=instruction.id,
        instruction=instruction.text,
        response=answer.text.strip(),
        type=instruction.type,
        category=instruction.category,
        difficulty=instruction.difficulty,
        evidence=answer.evidence,
        passage_id=answer.passage_id,
        context=context,
        teacher=teacher,
    )


def unsupported(instruction: Instruction, answer: Answer, given: Sequence[Passage]) -> str:
    """Why the passages do not support an answer, or ""."""
    if len(answer.text.split()) < SHORTEST:
        return "the answer is empty or a word or two"
    passage = next((passage for passage in given if passage.id == answer.passage_id), None)
    if passage is None:
        return f"the answer names a passage that it was not given: {answer.passage_id[:40]!r}"
    if not answer.evidence.strip() or flat(answer.evidence) not in flat(passage.text):
        return "the evidence does not stand in the passage word for word"
    return beyond(looked_up(instruction.text, answer.text, answer.evidence))


def flat(text: str) -> str:
    return " ".join(text.split())


def looked_up(question: str, answer: str, evidence: str) -> Finding:
    """What an answer says beyond its evidence and its question."""
    output = Output(
        example_id="", form="template", prompt="", text=answer, references=(), instruction=question, source=evidence
    )
    return findings([output])[0]


def beyond(found: Finding) -> str:
    """In words; "" where all is supported."""
    if found.names:
        return f"the evidence does not name {', '.join(found.names[:3])}"
    if found.figures:
        return f"the evidence does not hold {', '.join(found.figures[:3])}"
    if found.flipped:
        return "the answer denies what the evidence states, or the reverse"
    if found.support is not None and found.support < SUPPORT:
        return f"the evidence holds {found.support:.0%} of the answer's content words, less than {SUPPORT:.0%}"
    return ""


TRIES = 3
"""Further sentences that the rule teacher is asked for when the best one has answered another question already."""


class Grounder:
    """Makes a pair of an instruction; may be called from several threads.

    With `own_evidence` no two pairs rest on the same sentences: by rule the same sentence would be given to every
    wording of a question.
    """

    def __init__(
        self,
        teacher: Teacher,
        passages: Sequence[Passage],
        most: int,
        made: Iterable[Pair] = (),
        own_evidence: bool = False,
    ) -> None:
        self.teacher, self.retrieval, self.most, self.own_evidence = teacher, Retrieval(passages), most, own_evidence
        self.taken = {taking(pair): pair.id for pair in made}
        self.lock = Lock()

    def __call__(self, instruction: Instruction) -> Pair | Dropped:
        first = made = grounded(instruction, self.teacher, self.retrieval, self.most)
        for _ in range(TRIES):
            if isinstance(made, Dropped) or not self.own_evidence or self.takes(made):
                break
            instruction = instruction.model_copy(update={"passage_ids": self.without(instruction, made.passage_id)})
            made = grounded(instruction, self.teacher, self.retrieval, self.most)
        if isinstance(first, Dropped) or not self.own_evidence:
            return first
        return made if isinstance(made, Pair) and self.takes(made) else repeated(first, self.taken)

    def takes(self, made: Pair) -> bool:
        """Whether its evidence is new; it is taken from then on."""
        with self.lock:
            return self.taken.setdefault(taking(made), made.id) == made.id

    def without(self, instruction: Instruction, passage_id: str) -> tuple[str, ...]:
        """The passages that are left; one that does not exist where none is, as no names would mean all."""
        ids = instruction.passage_ids or tuple(self.retrieval.places)
        return tuple(name for name in ids if name != passage_id) or ("",)


def taking(made: Pair) -> str:
    """What no other pair may rest on: its sentences, or where a name is the answer what is asked about them, too."""
    name_only = flat(made.response) not in flat(made.evidence) and len(made.response.split()) == SHORTEST
    return flat(made.evidence) + (f"\n{flat(made.instruction)}" if name_only else "")


def repeated(made: Pair, taken: Mapping[str, str]) -> Dropped:
    reason = f"its evidence has answered {taken[taking(made)]} already"
    return Dropped(id=made.id, stage="ground", reason=reason)
