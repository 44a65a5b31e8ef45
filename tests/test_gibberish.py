import random
import string

import pytest

from bench.gibberish import is_gibberish, is_noise

PIECES = "tion ing the lyer ofof ment ness pre con ght str bl able ous rd ck ful dis igh ple ity"


def noises(make):
    return [make(random.Random(seed)) for seed in range(100)]


def words(rng, letters, n):
    return " ".join("".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(n))


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: words(rng, string.ascii_lowercase, 20),
        lambda rng: words(rng, "asdfghjkl" * 3 + "qwertyuiop", 20),
        lambda rng: words(rng, string.ascii_letters, 30),
        lambda rng: rng.randbytes(100).decode("latin-1"),
        lambda rng: rng.randbytes(100).decode("utf-8", "replace"),
        lambda rng: " ".join(rng.choices(PIECES.split(), k=40)),
    ],
    ids=["letters", "keys", "mixed case", "latin-1 bytes", "utf-8 bytes", "pieces"],
)
def test_noise_is_gibberish(make):
    assert sum(map(is_gibberish, noises(make))) >= 90


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The sun rises in the east, and the birds begin to sing.",
        "def add(numbers):\n    total = 0\n    for n in numbers:\n        total += n\n    return total",
        "const userName = getUserName(currentSession); if (!userName) { throwError('no name'); }",
        "1, 1, 2, 3, 5, 8, 13, 21, 34, 55",
        "| name | age |\n|---|---|\n| Ann | 31 |\n| Bob | 27 |",
        "carrots, leeks, onions, parsnips, swedes, turnips, beetroot, spinach, kale, celery, fennel",
        "NASA, ESA, JAXA, ISRO, CNSA, KARI, CSA, UKSA, DLR, CNES",
        "我喜欢喝茶，也喜欢看书。今天天气很好，我们去公园散步吧。",
        "Сегодня хорошая погода, и мы пойдём гулять в парк с друзьями.",
        "أحب شرب الشاي وقراءة الكتب في المساء مع أصدقائي في الحديقة.",
        "今日は天気がいいので、公園を散歩しましょう。GtkActionGroup と NULL",
        "Dzisiaj jest ładna pogoda, więc wszyscy pójdziemy na spacer do parku nad rzeką.",
        "Hôm nay trời đẹp, chúng tôi đi dạo trong công viên với bạn bè của mình.",
        "Heute scheint die Sonne, und wir gehen mit unseren Freunden im Park spazieren.",
        "Wonderful 🎉🎉 see you there 👩‍👩‍👧",
        "xkcd",
        "Caf\u00c3\u00a9 d\u00e2\u0080\u0099Or is nice, isn\u00e2\u0080\u0099t it?",
        "The answer was cut off in the middle of a character \ufffd",
        "MacDonald and McKay met O'Neill, DiCaprio and the NoHo team at the WiFi and YouTube stands of the expo.",
    ],
)
def test_language_and_code_and_lists_are_none(text):
    assert not is_gibberish(text)


def test_half_control_characters_are_noise():
    assert is_noise("\0")
    assert is_noise("\ud800")
    assert not is_noise("tab\tand\r\nline")


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "\x80" * 1_000_000, "a-" * 500_000, "aB" * 500_000, "\u00e2\u0080" * 500_000]
)
def test_a_megabyte_is_judged(text):
    assert is_gibberish(text) in (True, False)
