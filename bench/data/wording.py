"""What a single text gives away: an instruction that asks for nothing, an answer that is an error message, damage.

The word lists are short on purpose: each pattern was run over real instruction sets, where nearly all it finds must
deserve it.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from bench.data.duplicates import words

POLITE = re.compile(
    r"(?:(?:please|kindly|(?:can|could|would|will) you|i (?:want|need) you to|let's|now|then|just),?\s+)+",
    re.IGNORECASE,
)
FILLER = re.compile(
    "this|that|these|those|it|its|them|they|things?|stuff|something|anything|everything|ones?|there|here|the|an?|and|or|"
    "please|just|now|then|me|us|for|to|at|with|on|of|in|about|into|following|above|below|given|provided|next|previous|"
    "out|up|over|again|through|also|all|any|some|more"
)
"""Words that point at something without naming it."""
GENERIC = re.compile(
    "analy[sz]e|process|do|handle|check|explain|describe|look|tell|say|go|make|use|work|deal|take|have|get|give|see|"
    "consider|examine|help|try|run|respond|perform|execute|think|treat"
)
"""Verbs that need an object to ask for anything."""
JOINS = frozenset(["and", "then", "to", "please", "or", "just"])
"""A word after one of these, or the first one, is a verb; "describe your work" names its object."""
UNNAMED = re.compile("text|data|information|content|input|material|items?|details")
"""Nouns for whatever the input is."""

FAILED = re.compile(
    r"""(?:
      failed\ to\ (?:generate|get|fetch|create|produce)\ (?:an?\ |the\ )?(?:answer|response|output|result|completion)
    | (?:i\ |i'm\ |i\ am\ )?(?:cannot|can't|could\ not|couldn't|unable\ to)\ generate\b
    | (?:(?:answer|response|text)\ )?generation\ failed\b
    | (?:(?:api|openai|http|runtime|value|key|connection|timeout|server|internal|unknown)\ )*error(?:\ code)?(?::|\W*\Z)
    | error\ (?:while\ )?(?:generating|calling|fetching|processing)\b
    | (?:sorry,\ )?an\ (?:unexpected\ |unknown\ |internal\ )?error\ (?:has\ )?occurred\b
    | (?:\w+\.)*\w*(?:Error|Exception)\b[:(]
    | (?:the\ )?request\ failed\b
    | http\ (?:error\ )?[45]\d\d\b
    | rate\ limit\ (?:exceeded|reached)
    | (?:error\ )?(?:http\ )?429\b(?=.*\b(?:too\ many|rate|limit|quota))
    | (?:\d{3}\ )?(?:too\ many\ requests|internal\ server\ error|bad\ gateway|service\ unavailable|gateway\ timeout)
    | (?:the\ )?(?:request|connection)\ (?:has\ )?timed\ out
    | connection\ (?:error|refused|reset)\b
    | you\ exceeded\ your\ current\ quota
    | (?:incorrect|invalid)\ api\ key
    | this\ model's\ maximum\ context\ length
    | (?:that|the)\ model\ is\ currently\ overloaded
    | the\ server\ (?:is\ (?:currently\ )?overloaded|had\ an\ error)
    | traceback\ \(most\ recent\ call\ last\)
    | \{\s*["']error["']\s*:
    | \[insert\b
    | to-?do\s*(?::|\Z)
    | <(?:your\ )?(?:answer|response|output)(?:\ here)?>
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""How answers begin that a program left in place of one."""
PLACEHOLDER = re.compile(
    r"(?:n/?a|null|none|nan|undefined|tbd|(?:\.|…){1,6}|\?+"
    r"|\[[^\[\]]*\b(?:insert|placeholder|your answer|todo)\b[^\[\]]*\])\.?",
    re.IGNORECASE,
)
"""Whole answers that stand for no answer, but can be one ("None", to a question for exceptions)."""

LONG_FORM = re.compile(
    r"(?:write|compose|draft|create|generate|produce) (?:me )?(?:an?|the|your) "
    r"(?:(?!for |of |to |in |on |about |from |with |as )[\w-]+ ){0,2}?"
    r"(?:essay|story|article|letter|email|paragraph|poem|blog post|report|speech|song|dialogue|conversation|review)\b"
    r"(?! (?:title|headline|subject|heading|line|topic|prompt|idea|opening|ending|about the following: title))",
    re.IGNORECASE,
)
"""Instructions that ask for a text of several sentences, at their start."""
BRIEF = re.compile(r"\d|\b(?:one|two|three|four|five|six|single|short|brief|haiku)\b", re.IGNORECASE)

REPEAT = re.compile(r"\b(?:repeat|copy|echo|unchanged|verbatim|recite|say after)\b", re.IGNORECASE)

MOJIBAKE = re.compile(
    "[ÃÂ][\u0080-\u00bf]|Ã[ŒœŠšŸŽžƒˆ˜†‡•…‰‹›€™–—‘’“”„‚]|â€[\u0080-\u00bf™œž“”˜¦¢š‹]|ï»¿|ðŸ|"
    "[+][ñÑôòâäû](?=[^\\W\\d_]{2})|(?<=[^\\W\\d_]{2})[+][ñÑôòâäû]|\ufffd"
)
"""UTF-8 read as Latin-1, Windows-1252 or a DOS code page, and U+FFFD, which stands for bytes that were lost."""

MARKERS = (
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "<|user|>",
    "<|assistant|>",
    "<|system|>",
    "<|end|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "</s>",
)
"""Special tokens and template parts of common models."""
HEADING = re.compile(r"^\s*(###\s*(?:Instruction|Input|Response|Output)\s*:)", re.IGNORECASE | re.MULTILINE)
"""The Alpaca templates' headings; in Markdown a heading ends without a colon."""


def vague(instruction: str) -> str:
    """What the instruction asks for nothing with: "" when it asks for something, "verb" or, a little better, "noun".

    "Analyze this." is left with a verb that needs an object, "Process the data." with a noun for whatever comes.
    """
    if len(instruction) > 200:
        return ""
    spoken = words(POLITE.sub("", instruction.strip(), count=1))
    named = False
    for before, word in pairwise(["and", *spoken]):
        if UNNAMED.fullmatch(word):
            named = True
        elif not empty(before, word):
            return ""
    return ("noun" if named else "verb") if spoken else ""


def empty(before: str, word: str) -> bool:
    """Whether a word adds nothing to what is asked, given the word before it."""
    return bool(FILLER.fullmatch(word) or (before in JOINS and GENERIC.fullmatch(word)))


def failed(answer: str, asked: str) -> str:
    """The error message that an answer starts with, or ""; not when the question is about such messages."""
    match = FAILED.match(answer.strip(" \t\r\n\"'*").replace("’", "'"))
    found = match[0] if match else ""
    about = asked.lower()
    quoted = found.strip(" :").lower() in about
    explained = re.search("error|exception|http", found, re.IGNORECASE) and re.search("error|exception|http", about)
    return "" if quoted or explained else found


def placeholder(answer: str) -> bool:
    """Whether the answer is "N/A", "None", "null", "[insert ...]" or the like, and nothing else."""
    return PLACEHOLDER.fullmatch(answer.strip()) is not None


def long_form(instruction: str) -> str:
    """The part of an instruction that asks for a text of several sentences, or ""."""
    match = LONG_FORM.match(instruction.strip())
    return match[0] if match and not BRIEF.search(instruction) else ""


def asks_to_repeat(instruction: str) -> bool:
    return REPEAT.search(instruction) is not None


def damage(text: str) -> str:
    """The first place where the encoding was damaged, with what stands around it, or ""."""
    if text.isascii():
        return ""
    match = MOJIBAKE.search(text)
    return text[max(0, match.start() - 20) : match.end() + 20] if match else ""


def marker(text: str, more: Iterable[str] = ()) -> str:
    """The first template marker in the text, or ""."""
    if "<" not in text and "[" not in text and "###" not in text and not more:
        return ""
    found = next((each for each in (*more, *MARKERS) if each in text), "")
    return found or ((match := HEADING.search(text)) and match[1]) or ""
