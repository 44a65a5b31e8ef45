"""Tells text that is no language at all: noise of bytes, of letters, or of the pieces that tokenizers cut words into.

Rules without a model, because a model's idea of language is what is being tested. They look for characters that
no text holds, letter pairs that no word holds, and pieces of words where the small words of a sentence should be.
Scripts other than Latin are judged by the first alone. A pair is listed when it is rarer than one in 10,000 in all 31
languages in Latin script that langdetect 1.0.9 has a profile of, and is not usual in English words either.
"""

import re
from functools import lru_cache

from bench.remembered import Remembered

FEWEST_WORDS, FEWEST_PIECES = 6, 10
"""Different words from which on letters, and pieces, are judged: a name or a code is no evidence."""
NOISE, PIECES = 0.35, 0.05
"""Share of words that hold an impossible pair; share by which pieces, two at least, outnumber small words."""
FOREIGN, CODE = 0.1, 0.2
"""Words with letters beyond a to z, and signs of code, per word from which on pieces are not judged."""
LONGEST, LONGEST_WORD, LONGEST_PIECE = 20_000, 40, 80
"""Characters that are read of a text, a word, and a word with its marks; what is language so far is language."""
WORDS_KEPT = 50_000
"""Verdicts on words that are remembered: most words come again."""

WITHIN = """
b:fpqx c:bfgvx d:qx f:bcmpqvxz g:qx h:xz j:ghjpqrx k:qxz l:qx m:qvx p:bq q:bcfghklmnpqrstvwxz s:x t:q v:bfhmpqwx
w:jpqtvwx x:fgjklnqrsvxz y:qx z:qx
"""
"""Pairs that no word holds."""
AT_THE_BEGINNING = """
b:bcdfghjkmnpqstvx c:bcdfgjkmnpqvx d:bcfgkmpqstx e:o f:bcdghkmnpqtvxz g:bcfgknqstxz h:bcdfghknpqsxz i:jqvwx
j:bcdfghjklnpqrtvwxyz k:bcfgkpqxz l:bcdfghkmnpqrstvwxz m:dqrvxz n:bfklmnpqrstvwxz o:jq p:bdkmnpqtvz
q:bcdfghjklmnpqrstvwxz r:bcdfgjklmnpqstvwx s:bdx t:cdfgklmnpqtxz u:eqx v:bcfghkmpqtvwx w:bdfgjkmpqtvwx
x:bcdfgjklmnpqrstvwxyz y:bfgjpqvxyz z:cfjqstxz
"""
"""Pairs that begin no word."""
AT_THE_END = """
b:cfghjkmpqvwxz c:bdfgjmnpqrvwx d:bcfgjkmpqvx e:q f:bcdghjklmpqrvwxz g:bfjkmpqvwxz h:bcdfghjpqvwxz i:y
j:bcfghjlmpqrvwxyz k:bcdfgjlnpqrvwxz l:chqrx m:cfghjkqrvxz n:bflmpqvx o:q p:bcdfgjklmnqvwz
q:bcdfghjklmnopqrstvwxyz r:hjqx s:bfjlqrwx t:bcdfgklmnpqwx u:jq v:bcdfghjklmpqrtvwxz w:cdfhjkpqtuvwxz
x:bcdfghijklmnopqrsuvwxyz y:bchjpqvxz z:bcdfghjklnpqrsvxz
"""
"""Pairs that end no word."""
ENDS_OF_WORDS = """
tion tions sion ment ments ness able ible ing ings ity ous ive ful ish est ance ence ly ally ation ations ted ting
ter ers ies ied ical ough ight ght ould ver ble ple tle ure ary ory dom ism ist ize ise ified ions ial ated ating
ered ering ship hood
"""
ENDINGS = frozenset(ENDS_OF_WORDS.split())
"""What means nothing alone."""
SMALL_WORDS = tuple(
    frozenset(language.split())
    for language in (
        "the a an of to and in is it that for on with as was are be this by at or not you i he she they we his her from"
        " have has had but if can will your my so do what there were been their its which who when how all no one would"
        " than then them him me out up about into more some could these",
        "de la le les et en un une du des est que qui dans pour pas sur il elle je se ce au aux par avec sont nous",
        "der die das und ist ein eine den von mit zu nicht im auf sich des dem er sie es wir für als auch werden sind",
        "el la los las de y en que un una por con para del al es lo su se no más como sus pero son",
        "di che il la e in un una per non si da sono con del le i della è gli ma come",
        "o a os as de e em um uma do da que com não para por no na se mais como são",
        "de het een en van is niet dat op te in met voor zijn er aan ook als die",
        "det som och i på är för att en ett med av den til jeg ikke og er har de",
        "yang dan di ini itu dengan untuk dari pada ke tidak akan adalah atau juga",
        "ya wa na kwa ni za la katika kuwa hii cha ang ng sa mga ay",
    )
)
"""By language; a text is given the one of which it holds most."""


def pairs(table: str) -> str:
    """The table as a pattern: "q:bc x:z" is "q[bc]|x[z]"."""
    rows = (entry.split(":") for entry in table.split())
    return "|".join(f"{first}[{others}]" for first, others in rows)


ODD = re.compile(rf"^(?:{pairs(AT_THE_BEGINNING)})|{pairs(WITHIN)}|(?:{pairs(AT_THE_END)})$")
LETTERS = re.compile(r"[A-Za-z]{3,20}")
WORD = re.compile(r"[\"'(\[“‘*_]*+([^\W\d_]++(?:[-'’][^\W\d_]++)*+)[\"')\]”’*_.,;:!?]*+")
LATIN = re.compile(r"[a-zA-Z]")
BEYOND = re.compile(r"[^\W\d_a-zA-Z]")
SIGN = re.compile(r"[{}()\[\];=<>_\\|/#@$&+~^`]")
SEAM = re.compile(r"[a-z](?<!^Mc)(?<!^Mac)[A-Z](?=[a-z])|[a-z][A-Z]{3}|[A-Z]{2}[a-z]{2}")
# Control characters, halves of surrogate pairs, private use, U+FFFD.
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ue000-\uf8ff\ufffd]+")
# UTF-8 that was read as Latin-1: ugly, but the text is there.
MISREAD = re.compile(r"[\xc2-\xf4][\x80-\xbf]{1,3}")


def is_gibberish(text: str) -> bool:
    """True for noise. Code, lists, names, numbers and every real script are none, and a few words never are."""
    said = text[:LONGEST].strip()
    if is_noise(said):
        return True
    # Fewer than two words that could be none are enough for neither rule, and most texts hold none at all.
    return sum(map(oddities, set(said.split()))) >= 2 and (has_odd_letters(said) or is_pieces(said))


def oddities_in(piece: str) -> int:
    """How many words of a piece of text without spaces could be none."""
    return sum(map(is_odd, LETTERS.findall(piece))) + (len(piece) <= LONGEST_PIECE and is_piece(word_in(piece)))


oddities = Remembered(oddities_in, WORDS_KEPT).__getitem__


def is_noise(text: str) -> bool:
    """Half of it no text, or two stretches of such and one in 100 characters; a character cut off is only one."""
    if text.isascii() and text.replace("\n", " ").isprintable():
        return False
    stretches = NO_TEXT.findall(MISREAD.sub("", text))
    return sum(map(len, stretches)) * 2 > len(text) or len(stretches) >= max(2, len(text) / 100)


def has_odd_letters(text: str) -> bool:
    """A third of the words in Latin letters could be none; names in a text of another script are no evidence."""
    words = set(LETTERS.findall(text))
    if len(words) < FEWEST_WORDS or sum(map(is_odd, words)) < max(3, NOISE * len(words)):
        return False
    return len(LATIN.findall(text)) > len(BEYOND.findall(text))


@lru_cache(maxsize=WORDS_KEPT)
def is_odd(word: str) -> bool:
    """Holds a pair that no word holds; abbreviations in capitals may."""
    return len(word) > 2 and not (word.isupper() and len(word) <= 5) and ODD.search(word.lower()) is not None


def is_pieces(text: str) -> bool:
    """Pieces of words outnumber the small words that hold sentences together."""
    words = {word_in(piece) for piece in set(text.split()) if len(piece) <= LONGEST_PIECE} - {""}
    pieces = sum(map(is_piece, words))
    if len(words) < FEWEST_PIECES or pieces < max(2, PIECES * len(words)):
        return False
    lower = {word.lower() for word in words}
    small = max(len(lower & known) for known in SMALL_WORDS)
    return pieces - small >= max(2, PIECES * len(words)) and not is_foreign_or_code(text)


def is_foreign_or_code(text: str) -> bool:
    words = text.split()
    foreign = sum(not word.isascii() and BEYOND.search(word) is not None for word in words)
    return foreign > FOREIGN * len(words) or len(SIGN.findall(text)) > CODE * len(words)


@lru_cache(maxsize=WORDS_KEPT)
def word_in(piece: str) -> str:
    """The word in a piece of text without spaces, marks around it aside; "" for anything else."""
    found = WORD.fullmatch(piece)
    return found[1] if found and len(found[1]) <= LONGEST_WORD else ""


@lru_cache(maxsize=WORDS_KEPT)
def is_piece(word: str) -> bool:
    """The end of a word alone, two words in one ("NoahHelen"), or letters as in no word."""
    odd = word.isascii() and any(map(is_odd, word.replace("'", "-").split("-")))
    return odd or word.lower() in ENDINGS or SEAM.search(word) is not None
