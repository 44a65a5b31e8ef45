"""Not knowing: no access or data, nothing in the text, no idea; with nothing given this is a refusal, too."""

import re
from functools import lru_cache

from bench.refusals.declining import first_person
from bench.refusals.request import Request
from bench.refusals.wording import cued

LACKS = re.compile(
    r"(?:^|[,;:] ?|\b(?:but|and|that|so) )(?:i|i(?:'m| am) an ai(?: [\w-]+){0,5}? and)"
    r" (?:(?:currently|also|just|unfortunately) )?(?:do not|don't) have "
    r"(?:(?:\w+ ){0,3}?access to|(?:any|that|the|enough|such|this|personal|specific)\b[\w ]{0,20}?(?:information"
    r"|details|data|record))"
)
NOWHERE = (
    r"(?:mention|sa(?:y|id)|state|give|specif(?:y|ied)|tell|reveal|describe|explain|include|provide|contain|name|list"
    r"|disclose|indicate|cover|address|note|answer|go into|touch on|record)"
)
TEXT = (
    r"(?:texts?|passages?|books?|stor(?:y|ies)|articles?|authors?|novels?|chapters?|headlines?|documents?|excerpts?"
    r"|paragraphs?|poems?|letters?|sources?|contexts?|reviews?|messages?|notes?|inputs?|tables?|reports?|notice"
    r"|narrator"
    r"|writer|facts|description|sentences?|e?-?mails?|nothing|material|files?)"
)
THING = (
    r"(?:information|details?|mention|record|data|answer|indication|clue|hint|name|number|way|telling|date|word|trace)"
)
UNKNOWING = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:i|we) (?:\w+ly |just |also |still )?(?:do not|don't|can't|cannot|wouldn't|would not|couldn't|could not)"
        r" (?:\w+ly )?(?:know|remember|recall)\b(?! (?:about you|you|why you|how to thank)\b)",
        r"\b(?:i|we)(?: have|'ve)(?: got)? (?:\w+ly )?(?:no|zero|little) (?:\w+ )?(?:idea|clue|information|records?"
        r"|knowledge|way|means|data|details|access|memory|answer|recollection|source|insight|notion)\b",
        r"\b(?:and|or|but) (?:have|had) no (?:\w+ )?(?:idea|clue|information|records?|knowledge|way|means|data"
        r"|access)\b",
        r"\b(?:i|we) (?:\w+ly )?(?:do not|don't|haven't|have not)(?: have| got)? (?:a|the|any|that|enough|an?y?"
        r"|sufficient|full|complete) (?:\w+ ){0,2}?(?:idea|clue|list|information|details?|data|record|answer|number"
        r"|knowledge|context|figures?|text|source|access)\b",
        r"\b(?:i|we) (?:\w+ )?(?:do not|don't) have the (?:ability|capability|capacity|means|tools) to\b",
        r"\b(?:i|we) (?:lack|am missing|only (?:know|have|remember))\b|\b(?:i'm|i am|we're|we are) (?:\w+ly )?(?:not"
        r"|un)(?: \w+ly)? ?(?:aware|familiar|sure|certain|informed)\b|\bi wish i (?:knew|could (?:help|tell|answer"
        r"|say|give|share))\b",
        r"^(?:(?:i'm |i am )?(?:sorry|afraid),? )?(?:but )?(?:(?:i )?(?:have )?(?:not a|no) (?:clue|idea)|beats me"
        r"|who knows|search me|(?:it's |it is |that's |that is )?(?:hard|difficult) to (?:say|tell|know)|dunno"
        r"|your guess is|it(?:'s| is) (?:a mystery|unknown|unclear)|unknown|unanswerable|n/a|no answer|can't (?:say"
        r"|tell)"
        r"|not (?:known|stated|given|mentioned|specified|in the \w+))\b",
        r"\b(?:i|we) (?:have|'ve got|possess) (?:nothing (?:on|about|to (?:say|tell|go))|no (?!doubt|problem"
        r"|objection|issue"
        r"|trouble|preference|choice|feelings|emotions|body|siblings|plans|intention|wish)\w)",
        r"\bnothing in (?:the|this|that) \w+ (?:\w+ )?(?:answers?|says?|tells?|mentions?|indicates?|suggests?)\b",
        rf"\b{TEXT} (?:[\w']+ ){{0,5}}?(?:does not|doesn't|do not|don't|never|did not|didn't|fails? to|failed to)"
        rf" (?:\w+ )?{NOWHERE}s?\b",
        rf"\b{TEXT} (?:[\w']+ ){{0,5}}?(?:gives?|says?|mentions?|contains?|provides?|makes?|has|have|offers?|names?"
        r"|lists?|leaves?|tells?|is|are|states?)(?: us)? (?:no\b|nothing|silent|open|no-?(?:body|one)|out\b)"
        r"|\b{TEXT} (?:[\w']+ ){{0,3}}?omits\b",
        r"\b(?:it|which|that|they) (?:never|does not|doesn't|do not|don't) (?:actually |really )?"
        r"(?:say|mention|state|specify|tell)s?\b",
        r"\b(?:is|are|was|were|has|have)(?: been)?(?: not|n't|n't been| never"
        r"| nowhere)(?: been)? (?:(?!publicly)\w+ly )?(?:mentioned"
        r"|stated|given|specified|said|told|named|revealed|listed|provided|recorded|disclosed|indicated)\b",
        rf"\bthere(?: is|'s| was| are| were| seems to be|'s really) (?:\w+ )?(?:no(?! (?:one|single"
        rf"|definit\w+|right|wrong|simple|easy"
        rf"|correct|universal|set|fixed|clear|perfect)\b)|nothing|not any|n't any"
        rf"|not enough)\b"
        rf"(?: (?:\w+ ){{0,2}}?{THING}\b| (?:in|about|on) )",
        rf"\bno (?:\w+ )?{THING} (?:about [\w' ]{{1,40}} |of [\w' ]{{1,40}} )?(?:is|are|was|were) (?:\w+ )?"
        r"(?:given|provided|mentioned|stated|available|named|found|included|there)\b",
        r"\b(?:nobody|no one|no-one) (?:but \w+ )?(?:can |could |really )?(?:say|knows?|tell|predict|foresee)\b",
        r"\b(?:one|you|readers?|we) (?:can't|cannot|can not|never|don't|do not|are not|are never"
        r"|aren't) (?:\w+ )?(?:tell|say|know"
        r"|learn|find out|determine|told)\b(?= (?:from|how|why|who|what|when|where|if|which|whether)\b|[.,;]|$)",
        rf"\b(?:(?:not|n't) (?:a )?(?:part of|in|contained in|found in|covered (?:in|by))|missing (?:from|in)"
        rf"|absent from"
        rf"|left out of|nowhere in) (?:there\b|(?:the|this|that|my|your) (?:\w+ )?(?:{TEXT})\b)",
        rf"\b{TEXT} leaves? (?:this|that|it|us|the [\w ]{{1,30}}?) (?:open|out|unsaid)\b",
        r"\b(?:i|we|and) (?:found|find|see|saw|could find|can find) (?:nothing|no (?:mention|information|trace|answer"
        r"|sign|hint|clue|reference)) ?(?:about|on|in|of|[.,]|$)",
        r"\b(?:(?:i've|i have) (?:never|not)|i haven't) (?:\w+ )?(?:read|seen|heard|met|watched|learned"
        r"|come across|been told)\b|\b(?:escapes?"
        r"|eludes?) me\b"
        r"|\b(?:i|we) (?:know|remember|recall|have) (?:only|just)\b|^how (?:would|should|could|can) i (?:know|tell)\b",
        r"\b(?:impossible|not possible|no way) (?:for (?:me|us|anyone) )?(?:to|of) (?:know|say|tell|be sure|determine"
        r"|be certain|find out)\w*\b",
    )
)
# What a series leaves open is known of it; what a text that was given leaves open is not known.
OF_A_TALE = re.compile(
    r"\b(?:never|not|nowhere|no)\b.{0,80}?\b(?:in|by|about|of) (?:[\w'’-]+ ){0,5}?(?:series|franchise|films?|movies?"
    r"|mangas?"
    r"|animes?|comics?|shows?|cartoons?|games?|canon|lore|sources? material|universe|books|novels|stories|tales)\b"
)
# "I'm not sure, but I think it is nine" answers.
STILL = re.compile(
    r"(?:,|;|—|-| and| but) ?(?:but|though|yet|however|still|my (?:best )?guess|i(?:'d| would)? (?:think|guess"
    r"|believe|say))"
    r"\b(.*)|\b(?:i think|i believe|i guess|probably|perhaps|maybe|likely)\b(.*)"
)


def lacks(line: str) -> bool:
    """The model says that it has no access, ability or data."""
    return "have" in line and LACKS.search(line) is not None and first_person(line)


def unknowing(line: str, request: Request) -> bool:
    """The model, or the text it was to read, does not know; a doubt before a full answer is none."""
    if not cued(line) or not request.known or request.judges or request.argues or request.describes:
        return False
    return tells_of_not_knowing(line) and OF_A_TALE.search(line) is None and first_person(line, request)


@lru_cache(maxsize=256)
def tells_of_not_knowing(line: str) -> bool:
    return any(pattern.search(line) for pattern in UNKNOWING)


def doubts(line: str, request: Request) -> bool:
    """ "I'm not sure, but I think it is nine": no refusal."""
    still = STILL.search(line) if cued(line) else None
    if still is None or not unknowing(line[: still.start()], request):
        return False
    return not unknowing(line[still.start() :], request)
