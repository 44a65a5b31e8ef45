"""What an output does: answer, refuse, or go on as a base model does; by rules, without a judge.

Definitions 5.2 and 5.3. The order of the labels is empty, mimic, degenerate, partial or refusal, answer,
other: a loop of questions is mimicry, and what runs on after an answer is a failure to stop, not mimicry.
"""

from dataclasses import replace

from bench import checks
from bench.instructions import WORD, Inventory, before_new_task, self_prompts
from bench.record import Output
from bench.refusals import is_refusal, partial

__all__ = ["LABELS", "Inventory", "answer_of", "attempts", "behaviour", "echo", "repetition", "self_prompts"]

LABELS = ("answer", "partial", "refusal", "mimic", "empty", "degenerate", "other")
ECHO, REPETITION = 0.5, 0.5


def final_of(output: Output) -> str:
    """The answer to be compared with a reference: what the template parsed, without outer white space, or all text."""
    return ((output.text if output.answer is None else output.answer) or "").strip()


def answer_of(output: Output) -> str:
    """The text that is judged: as generated, stripped, not cut at stop strings."""
    return (output.text or "").strip()


def behaviour(output: Output, inventory: Inventory) -> str:
    """One of LABELS. "other" is a statement that misses the item's declared content, or no words at all."""
    text = answer_of(output)
    if not text:
        return "empty"
    said = before_new_task(text, inventory.facing(output))
    if is_mimic(output, text, said):
        return "mimic"
    if repetition(said) > REPETITION:
        return "degenerate"
    if is_refusal(said):
        return "partial" if partial(said) else "refusal"
    return "answer" if is_answer(output, said) else "other"


def attempts(output: Output, inventory: Inventory) -> bool:
    """Answers in form, right or wrong: what `behaviour` would call "answer" were there no content checks."""
    return behaviour(replace(output, checks=()), inventory) == "answer"


def is_mimic(output: Output, text: str, said: str) -> bool:
    """A new task or an echo, and no answer before it."""
    runs_on = len(said) < len(text) or is_echo(output.instruction or "", text)
    return runs_on and not (is_refusal(said) or is_answer(output, said))


def is_answer(output: Output, said: str) -> bool:
    """Says something, and passes the declared content checks, if there are any."""
    content = [check for check in output.checks if checks.part(check) == "content"]
    return any(c.isalnum() for c in said) and all(checks.passes(check, said) for check in content)


def tokens(text: str) -> list[str]:
    """Words in lower case; the characters where there is no word, so that "!!!!" is a repetition."""
    return WORD.findall(text.lower()) or [c for c in text if not c.isspace()]


def fourgrams(text: str) -> list[tuple[str, ...]]:
    words = tokens(text)
    return list(zip(words, words[1:], words[2:], words[3:], strict=False))


def echo(prompt: str, text: str) -> float:
    """Share of the text's word 4-grams that stand in the prompt; 0 for fewer than four words."""
    own = set(fourgrams(text))
    return len(own & set(fourgrams(prompt))) / len(own) if own else 0.0


def is_echo(prompt: str, text: str) -> bool:
    """Echo >= 0.5 and no word of its own: "The sum of 3 and 4 is 8" restates the question, but answers."""
    return echo(prompt, text) >= ECHO and set(tokens(text)) <= set(tokens(prompt))


def repetition(text: str) -> float:
    """rep-4 = 1 - distinct word 4-grams / all; 0 for fewer than four words."""
    own = fourgrams(text)
    return 1 - len(set(own)) / len(own) if own else 0.0
