"""Counts sentences as the Punkt model behind the official labels does, without its training data.

Kiss and Strunk (2006, doi 10.1162/coli.2006.32.4.485): every end mark before a space or a bracket or quote ends a
sentence, unless the word is an abbreviation, an initial, or a number that goes on in lower case. What the model
learned from a newspaper (abbreviations, words that begin sentences) are two short lists of our own here.
"""

import re

# Marks that cannot stand within a word; an end mark just before one may end a sentence.
BREAKING = ")\";}]*:@'({[!?"
CANDIDATE = re.compile(r"[.?!](?=[)\";}\]*:@'({\[!?])")
PIECES = re.compile(r"[)\";}\]*:@'({\[!?]+")
CLOSING = re.compile(r"[\"')\]}]+(?=\s|--|$)")
NUMBER = re.compile(r"-?[.,]?\d[\d,.-]*\.")
LEADING_WORD = re.compile(r"[^\W\d_]+")

SHORTENED = """
a.m p.m u.s u.k u.n d.c n.y n.j n.c s.c n.h n.m n.d r.i w.va ph.d i.e s.a n.v a.d b.c m.d
mr mrs ms dr prof st gen col lt maj sgt capt sen rep gov adm messrs jr sr co corp inc ltd bros cos vs ft yr ave
jan feb aug sept oct nov dec
calif conn fla ga ala ariz wash okla kan minn mich pa va vt tenn wis nev colo del ky mo
"""
ABBREVIATIONS = frozenset(SHORTENED.split())
OPENINGS = """
a although an and another as at because before both but during each even every finally first for from he her here
his however i if in it its last many most my no not now on once one only other our she since so some such that the
their then there these they this those though thus to under until we what when where which while who with yet you your
"""
STARTERS = frozenset(OPENINGS.split())


def count_sentences(text: str) -> int:
    """Sentences of the text, white space at its ends aside; 0 for a blank text."""
    words = text.split()
    breaks = 0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        breaks += breaks_after(word, following)
    return breaks + bool(words)


def breaks_after(word: str, following: str) -> bool:
    """A sentence ends in or just after this word, and something that is more than closing quotes comes after."""
    if following and word[-1] in ".?!":
        return ends(word, following)
    if word.isalnum():
        return False
    marks = list(CANDIDATE.finditer(word))
    if not marks:
        return False
    end = marks[-1].end()
    rest = CLOSING.sub("", word[end:], count=1) if CLOSING.match(word, end) else word[end:]
    return bool(rest or following) and ends(word[:end], word[end])


def ends(said: str, following: str) -> bool:
    """`said` is a word up to an end mark, `following` what comes after it: a punctuation mark, or the next word."""
    if "?" in said or "!" in said:
        return True
    return any(stops(piece, following) for piece in PIECES.split(said) if piece.endswith("."))


def stops(word: str, following: str) -> bool:
    """The word's final period ends a sentence."""
    bare = word[:-1].lower()
    if not bare:
        return True
    if word.endswith(".."):
        return is_starter(following)
    if len(bare) == 1 and bare.isalpha():
        return not goes_on(following) and not is_name(word, following)
    if bare in ABBREVIATIONS or bare.rpartition("-")[2] in ABBREVIATIONS:
        return is_starter(following)
    return not (NUMBER.fullmatch(word) and goes_on(following))


def is_name(initial: str, following: str) -> bool:
    """ "J. Brown" and "Bush v. Gore", but not "vitamin C. The" nor "in x. Brown"."""
    return (initial[0].isupper() or initial == "v.") and following[0].isupper() and not is_starter(following)


def goes_on(following: str) -> bool:
    """No sentence can begin so."""
    return following[0].islower() or following[0] in ",;:.!?"


def is_starter(following: str) -> bool:
    """In upper case, and one of the words that often begin a sentence."""
    word = LEADING_WORD.match(following)
    return word is not None and following[0].isupper() and word.group().lower() in STARTERS
