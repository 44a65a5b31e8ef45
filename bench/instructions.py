"""Recognises a new task in generated text: a question, an instruction, a template marker, a copy of a prompt.

A base model goes on listing tasks instead of answering; this is the half of definitions 5.3 that finds them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from bench.record import Output
from bench.sentences import is_item, sentences

NEAR_COPY, OWN_COPY = 0.6, 0.9
LONGEST_SENTENCE = 2000
"""Characters beyond which a sentence is no copy of an instruction."""

IMPERATIVES = """
calculate categorize classify complete compose compute convert correct define describe edit explain generate
give implement list name paraphrase rephrase rewrite say solve spell suggest summarise summarize tell
translate write
"""
VERBS = frozenset(IMPERATIVES.split())
# First words of instructions that are no verbs, though an article may follow them ("In a word, ...").
OTHER_OPENINGS = """
about after all am and any are as at based be because before but by can could dear did do does each every
for from given had has have here how if in is may might must not of on or over shall should so that there to
under using was were what when where which while who whom whose why will with without would
"""
NO_VERBS = frozenset(OTHER_OPENINGS.split())
# What follows no imperative: "Name is Anna", "List of colours", "Answers are short" are statements.
STATEMENTS = "and are can could had has have is of or was were will would"
NO_OBJECT = frozenset(STATEMENTS.split())
OBJECT = re.compile(r"(?:a|an|the|this|these|my|your|me|some|two|three|four|five|\d+)\b|[\"'“‘]\w", re.IGNORECASE)

MARKER = re.compile(
    r"^\s*(?:#{2,}\s*(?:instruction|input|response|question|task|prompt|human|user|assistant)s?\b"
    r"|(?:instruction|input|question|q|prompt|task|exercise|human|user)\s*\d*\s*:)"
    r"|\[/?INST\]|<\|(?:user|human|system|assistant|im_start|im_end|endoftext|prompter)\|>",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"(?:what|who|where|when|why|how|which|whose)\s+"
    r"(?:is|are|was|were|do|does|did|can|could|would|will|should|many|much|has|have)\b",
    re.IGNORECASE,
)
OFFER = re.compile(
    r"\b(?:anything else|something else|any (?:other|more) questions|would you (?:like|prefer)"
    r"|do you (?:want|need|have)|(?:can|may) i (?:help|assist)|how (?:can|may) i|does (?:that|this) help)\b",
    re.IGNORECASE,
)
# Tasks whose answers may hold questions: writing of these kinds, and rewording a text that holds one.
CREATIVE_KINDS = (
    r"\b(?:poems?|poetry|verses?|haikus?|limericks?|story|stories|tales?|songs?|lyrics|scripts?|dialogues?"
    r"|conversations?|chats?|interviews?|jokes?|riddles?|quiz|quizzes|questions?|questionn?aires?|questioner|surveys?"
    r"|faqs?|speech|letters?|e-?mails?|slogans?|captions?|headlines?|titles?|tweets?|posts?|advert\w*|ads?"
    r"|marketing|listings?|description)\b"
)
# No bare "question": most datasets have a category "question answering".
CREATIVE_CATEGORY = re.compile(
    r"\b(?:creative|poetry|poems?|stor(?:y|ies)|songs?|dialogues?|role-?play|quiz"
    r"|question (?:generation|writing))\b",
    re.IGNORECASE,
)
CREATIVE_TASK = re.compile(
    r"\b(?:write|compose|create|generate|make|draft|design|tell an?|suggest|choose|decided on|come up with"
    rf"|invent|produce|prepare|provide|list|think of|ask|continue|finish)\b.{{0,80}}?{CREATIVE_KINDS}",
    re.IGNORECASE | re.DOTALL,
)
REWORDING = re.compile(
    r"\b(?:rewrite|reword|correct|translate|paraphrase|rephrase|edit|fix|convert|change|proofread|improve)\b",
    re.IGNORECASE,
)
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Inventory:
    """The instructions a model may copy or go on inventing: those asked, and the verbs they begin with."""

    verbs: frozenset[str] = VERBS
    """First words that make a sentence an instruction."""
    seen: frozenset[str] = frozenset()
    """Those of them that do begin an instruction here."""
    tasks: tuple[frozenset[str], ...] = field(default=(), repr=False)
    """Character 5-grams of each instruction's first sentence, for near copies."""
    own: frozenset[str] = field(default=frozenset(), repr=False)
    """Character 5-grams of the instruction that is being answered; an answer may restate it."""
    creative: bool = False
    """Questions are content here, and so are imperatives that begin no instruction (5.3, pitfall d)."""

    @classmethod
    def of(cls, outputs: Iterable[Output]) -> Self:
        openings = {piece for output in outputs for piece in sentences(output.instruction or "")[:1]}
        learned = {verb for opening in openings if (verb := opening_verb(opening))}
        tasks = {grams(opening) for opening in openings if len(WORD.findall(opening)) >= 4}
        return cls(VERBS | learned, frozenset(learned), tuple(sorted(tasks, key=len)))

    def facing(self, output: Output) -> Self:
        """The same inventory, seen from one prompt."""
        opening = sentences(output.instruction or "")[:1]
        return replace(self, own=grams(*opening) if opening else frozenset(), creative=is_creative(output))

    def near_copy(self, sentence: str) -> bool:
        """Jaccard index of 5-grams >= 0.6 with another prompt, 0.9 with its own; from four words on."""
        if len(sentence) > LONGEST_SENTENCE or len(WORD.findall(sentence)) < 4:
            return False
        said = grams(sentence)
        others = (task for task in self.tasks if task != self.own)
        return jaccard(said, self.own) >= OWN_COPY or any(jaccard(said, task) >= NEAR_COPY for task in others)


def opening_verb(instruction: str) -> str | None:
    """The first word, where the second shows that it is an imperative: "Invent a word" gives "invent"."""
    words = instruction.split(maxsplit=1)
    if len(words) < 2 or not words[0].isalpha() or words[0].lower() in NO_VERBS:
        return None
    return words[0].lower() if OBJECT.match(words[1]) else None


def grams(text: str) -> frozenset[str]:
    plain = " ".join(text.lower().split())
    return frozenset(plain[i : i + 5] for i in range(max(1, len(plain) - 4)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared / all, or 0 at once where sizes so unlike keep it under 0.6, which spares most intersections."""
    if min(len(one), len(other)) < NEAR_COPY * max(len(one), len(other)):
        return 0.0
    shared = len(one & other)
    return shared / max(1, len(one) + len(other) - shared)


def is_creative(output: Output) -> bool:
    """The task asks for text that may hold questions, or hands over questions to reword."""
    asked = (output.instruction or "")[:LONGEST_SENTENCE]
    if CREATIVE_CATEGORY.search(output.category or "") or CREATIVE_TASK.search(asked):
        return True
    return "?" in asked + (output.input or "") and REWORDING.search(asked) is not None


def self_prompts(text: str, inventory: Inventory) -> bool:
    """The text sets a new task anywhere, before or after an answer: the run-on that stop strings would hide.

    Give `inventory.facing(output)` to judge the answer to a known prompt.
    """
    return before_new_task(text.strip(), inventory) != text.strip()


def before_new_task(text: str, inventory: Inventory) -> str:
    """The text up to the first sentence that sets a new task; the whole text when none does."""
    end = 0
    for sentence in sentences(text):
        begin = text.index(sentence, end)
        end = begin + len(sentence)
        if sets_task(sentence, inventory, cut_off=end == len(text)):
            return text[:begin].strip()
    return text


def sets_task(sentence: str, inventory: Inventory, cut_off: bool = False) -> bool:
    if sentence.startswith("```"):
        return False
    asks = not inventory.creative and is_question(sentence, cut_off)
    verbs = inventory.seen if inventory.creative else inventory.verbs
    told = MARKER.search(sentence) is not None or is_instruction(sentence, verbs)
    return asks or told or inventory.near_copy(sentence)


def is_question(sentence: str, cut_off: bool = False) -> bool:
    """Ends in "?" outside quotes; an offer of help is none. The last one may be cut off before its mark."""
    if sentence.rstrip("*_) ").endswith("?"):
        return OFFER.search(sentence) is None
    return cut_off and sentence[-1].isalnum() and ASKS.match(sentence) is not None


def is_instruction(sentence: str, verbs: frozenset[str] = VERBS) -> bool:
    """Begins with an imperative and has an object; entries of a list are advice and do not count."""
    words = sentence.split(maxsplit=2)
    if len(words) < 3 or is_item(sentence) or words[0].lower() not in verbs:
        return False
    if words[0].lower() not in VERBS and not (OBJECT.match(words[1]) and is_open(words[2])):
        return False
    return is_open(words[1]) and words[1][0] not in "=:-"


def is_open(following: str) -> bool:
    """What follows leaves it an imperative: not "Name is Anna", not "Answer 1 is right"."""
    return following.split(maxsplit=1)[0].lower() not in NO_OBJECT
