"""Recognises a new task in generated text: a question, an instruction, a template marker, a copy of a prompt.

A base model goes on listing tasks instead of answering; this is the half of definitions 5.3 that finds them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Self

from bench.near_copies import LONGEST_SENTENCE, NOTHING, Copies, Grams
from bench.record import Output
from bench.remembered import Remembered
from bench.sentences import is_item, sentences

LONGEST_CUE = 30
"""Characters beyond which the last line of a prompt is no "Answer:"."""
WORDS_KEPT = 20_000
"""Words of which is remembered whether they may name a kind: most come again."""

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

HEADING = re.compile(
    r"\s*(?:#{2,}\s*(?:instruction|input|response|question|task|prompt|human|user|assistant)s?\b"
    r"|(?:instruction|input|question|q|prompt|task|exercise|human|user)\s*\d*\s*:)",
    re.IGNORECASE,
)
TAG = re.compile(r"\[/?INST\]|<\|(?:user|human|system|assistant|im_start|im_end|endoftext|prompter)\|>", re.IGNORECASE)
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
# Tasks whose answers are questions and orders themselves.
TASK_KINDS = (
    r"\b(?:(?:programming |math |word )?problems?|exercises?|tasks|assignments?|homework|puzzles?|challenges?|prompts?"
    r"|instructions|recipes?|guides?|tutorials?|templates?|checklists?|job descriptions?|to-?do lists?)\b"
)
# No bare "question": most datasets have a category "question answering".
CREATIVE_CATEGORY = re.compile(
    r"\b(?:creative|poetry|poems?|stor(?:y|ies)|songs?|dialogues?|role-?play|quiz"
    r"|question (?:generation|writing))\b",
    re.IGNORECASE,
)
MAKING = (
    r"\b(?:write|compose|create|generate|make|draft|design|tell an?|suggest|choose|decided on|come up with"
    r"|invent|produce|prepare|provide|list|think of|ask|continue|finish)\b.{0,80}?"
)
CREATIVE_TASK = re.compile(MAKING + CREATIVE_KINDS, re.IGNORECASE | re.DOTALL)
TASK_ABOUT_TASKS = re.compile(MAKING + TASK_KINDS, re.IGNORECASE | re.DOTALL)
CONVERSATION = re.compile(r"\b(?:chat|conversation|dialogue|interview|role-?play)\b", re.IGNORECASE)
# What each of these kinds holds, without the words that may stand before it.
KIND = re.compile(
    rf"{CREATIVE_KINDS}|{CONVERSATION.pattern}|\b(?:problems?|exercises?|tasks|assignments?|homework|puzzles?"
    r"|challenges?|prompts?|instructions|recipes?|guides?|tutorials?|templates?|checklists?|descriptions?|lists?)\b",
    re.IGNORECASE,
)
REWORDING = re.compile(
    r"\b(?:rewrite|reword|correct|translate|paraphrase|rephrase|edit|fix|convert|change|proofread|improve)\b",
    re.IGNORECASE,
)
# Where a template puts the instruction into a prompt.
PLACE = re.compile(
    r"(?<!#)#{2,}+\s*+(?:instruction|question|human|user)s?\s*+:|\[INST\]|<\|(?:im_start\|>)?user(?:\|>)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Inventory:
    """The instructions a model may copy or go on inventing: those asked, and the verbs they begin with."""

    verbs: frozenset[str] = VERBS
    """First words that make a sentence an instruction."""
    seen: frozenset[str] = frozenset()
    """Those of them that do begin an instruction here."""
    copies: Copies = field(default_factory=Copies, repr=False)
    """What instructions begin with, to find near copies."""
    said: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    """Texts read before, in sentences."""
    openings: Mapping[str, str] = field(default_factory=dict, repr=False)
    """First sentences of the tasks read before."""
    own: Grams = field(default_factory=lambda: NOTHING, repr=False)
    """Character 5-grams of the instruction that is being answered; an answer may restate it."""
    opening: str = ""
    """The first sentence of that instruction."""
    cue: str = ""
    """What the prompt ends with to call for the answer ("Output:"); an answer that writes it again goes on."""
    creative: bool = False
    """Questions are content here, and so are imperatives that begin no instruction (5.3, pitfall d)."""
    orders: bool = False
    """Imperatives are content too: a recipe, an exercise."""

    @classmethod
    def of(cls, outputs: Iterable[Output]) -> Self:
        """What was asked."""
        openings = {task: opening_of(task) for task in (asked(output)[:LONGEST_SENTENCE] for output in outputs)}
        begun = sorted(set(openings.values()) - {""})
        learned = {verb for opening in begun if (verb := opening_verb(opening))}
        return cls(VERBS | learned, frozenset(learned), Copies.of(begun), openings=openings)

    def having_read(self, outputs: Iterable[Output]) -> Self:
        """The same, with what was said, which is quicker for all of them at once."""
        said = {text: sentences(text) for text in ((output.text or "").strip() for output in outputs)}
        return replace(self, said=said, copies=self.copies.having_read(chain.from_iterable(said.values())))

    def facing(self, output: Output) -> Self:
        """The same inventory, seen from one prompt."""
        task = asked(output)[:LONGEST_SENTENCE]
        opening = self.openings[task] if task in self.openings else opening_of(task)
        own = self.copies.grams(opening) if opening else NOTHING
        names_kind = any(map(may_be_kind, task.split()))
        orders = names_kind and TASK_ABOUT_TASKS.search(task) is not None
        creative = orders or is_creative(task, output, names_kind)
        known = (self.verbs, self.seen, self.copies, self.said, self.openings)
        return type(self)(*known, own, opening, cue(output.prompt or ""), creative, orders)


def asked(output: Output) -> str:
    """The instruction; where only a prompt is known, that, from the last place on where a template puts it."""
    if (output.instruction or "").strip():
        return output.instruction
    prompt = output.prompt or ""
    places = [place.end() for place in PLACE.finditer(prompt)]
    return prompt[places[-1] :] if places else prompt


def cue(prompt: str) -> str:
    """The last line of a prompt that ends in a colon, "" for any other prompt."""
    last = prompt[-LONGEST_SENTENCE:].rstrip().rpartition("\n")[2].strip()
    return last if last.endswith(":") and len(last) <= LONGEST_CUE else ""


def opening_verb(instruction: str) -> str | None:
    """The first word, where the second shows that it is an imperative: "Invent a word" gives "invent"."""
    words = instruction.split(maxsplit=1)
    if len(words) < 2 or not words[0].isalpha() or words[0].lower() in NO_VERBS:
        return None
    return words[0].lower() if OBJECT.match(words[1]) else None


def opening_of(task: str) -> str:
    """Its first sentence."""
    return next(iter(sentences(task)), "")


def is_creative(task: str, output: Output, names_kind: bool) -> bool:
    """The task asks for text that may hold questions, or hands over questions to reword."""
    if CREATIVE_CATEGORY.search(output.category or "") or (names_kind and creation_wanted(task)):
        return True
    return ("?" in task or "?" in (output.input or "")) and REWORDING.search(task) is not None


def creation_wanted(task: str) -> bool:
    return CREATIVE_TASK.search(task) is not None or CONVERSATION.search(task) is not None


def names_a_kind(word: str) -> bool:
    """False for a word that names no kind of task or text: most tasks hold none, which spares them the patterns."""
    return KIND.search(word) is not None


may_be_kind = Remembered(names_a_kind, WORDS_KEPT).__getitem__


def self_prompts(text: str, inventory: Inventory) -> bool:
    """The text sets a new task anywhere, before or after an answer: the run-on that stop strings would hide.

    Give `inventory.facing(output)` to judge the answer to a known prompt.
    """
    return before_new_task(text.strip(), inventory) != text.strip()


def before_new_task(text: str, inventory: Inventory) -> str:
    """The text up to the first sentence that sets a new task; the whole text when none does."""
    end = 0
    for sentence in inventory.said.get(text) or sentences(text):
        begin = text.index(sentence, end)
        end = begin + len(sentence)
        again = begin > 0 and inventory.cue and sentence.startswith(inventory.cue)
        if again or sets_task(sentence, inventory, cut_off=end == len(text)):
            return text[:begin].strip()
    return text


def sets_task(sentence: str, inventory: Inventory, cut_off: bool = False) -> bool:
    if sentence.startswith("```"):
        return False
    asks = not inventory.creative and is_question(sentence, cut_off)
    if asks or is_marked(sentence) or orders(sentence, inventory):
        return True
    return inventory.copies.holds(sentence, inventory.own, inventory.opening)


def is_marked(sentence: str) -> bool:
    """Begins like a template's heading, or holds one of the tags between turns."""
    if HEADING.match(sentence):
        return True
    return ("[" in sentence or "<|" in sentence) and TAG.search(sentence) is not None


def orders(sentence: str, inventory: Inventory) -> bool:
    """An imperative that is no content: in creative answers, one that begins an instruction here, with an object."""
    if not inventory.creative:
        return is_instruction(sentence, inventory.verbs)
    object_follows = OBJECT.match(sentence.partition(" ")[2].lstrip()) is not None
    return not inventory.orders and object_follows and is_instruction(sentence, inventory.seen)


def is_question(sentence: str, cut_off: bool = False) -> bool:
    """Ends in "?" outside quotes; an offer of help is none. The last one may be cut off before its mark."""
    if sentence.rstrip("*_) ").endswith("?"):
        return OFFER.search(sentence) is None
    return cut_off and sentence[-1].isalnum() and ASKS.match(sentence) is not None


def is_instruction(sentence: str, verbs: frozenset[str] = VERBS) -> bool:
    """Begins with an imperative and has an object; entries of a list are advice and do not count."""
    words = sentence.split(maxsplit=2)
    if len(words) < 3 or words[0].lower() not in verbs or is_item(sentence):
        return False
    if words[0].lower() not in VERBS and not (OBJECT.match(words[1]) and is_open(words[2])):
        return False
    return is_open(words[1]) and words[1][0] not in "=:-"


def is_open(following: str) -> bool:
    """What follows leaves it an imperative: not "Name is Anna", not "Answer 1 is right"."""
    return following.split(maxsplit=1)[0].lower() not in NO_OBJECT
