import json

import pytest

from bench.ifeval import detection, language

SNOW = "it snowed on the hills last night and the road is closed today."


ODD = """
Bonjour my friend, guten Tag amico mio, hasta luego.
THE ROAD IS CLOSED TODAY, and the hills are white
# Привет!!! как** дела 12
日本語 - テスト! 雨が降っています。
Trời mưa từ sáng sớm và con đường đã đóng.
İstanbul'da yağmur yağıyor; yollar kapalı.
write to ann@hill.example or see https://hill.example/snow?road=closed
\ud800 a{b}c \x00 \u3000x
ﬁne ΑΒΓ αβγ ö
12 + 3 = 15 !!
"""


def by_the_library(text):
    from langdetect import LangDetectException, detector_factory

    detector_factory.init_factory()
    detector = detector_factory._factory.create()
    detector.seed = 0
    detector.append(text)
    try:
        return detector.detect()
    except LangDetectException:
        return None


@pytest.mark.parametrize("text", [*ODD.splitlines(), ODD, SNOW, SNOW.upper(), SNOW * 300, "a" * 20_000])
def test_detection_is_that_of_the_library(text):
    assert detection.detect(text) == by_the_library(text)


def test_detection_is_that_of_the_library_on_real_responses(shared):
    path = shared("data/ifeval/Qwen__Qwen2.5-1.5B-Instruct-GPTQ-Int4/eval_results_strict.jsonl")
    for line in path.read_text(encoding="utf-8").split("\n")[:60]:
        response = json.loads(line)["response"]
        assert language.detect(response) == by_the_library(response)


def test_detection_never_flips():
    mixed = "Bonjour my friend, guten Tag amico mio, hasta luego."
    found = set()
    for _ in range(20):
        language.detected.cache_clear()
        found.add(language.detect(mixed))
    assert len(found) == 1


def test_the_library_seed_is_left_alone():
    from langdetect import DetectorFactory

    before = DetectorFactory.seed
    language.detect(SNOW)
    assert DetectorFactory.seed is before


def test_asterisks_and_marks_do_not_cost_a_second_detection():
    assert language.spaced(f"* {SNOW}") == language.spaced(SNOW) == language.spaced(f"-- {SNOW}")


def test_spacing_changes_nothing_that_the_library_sees():
    for text in (f"**{SNOW}** 12; (a) [b] _c_ ~d", *ODD.splitlines()):
        assert language.detect(text) == language.detected(text)


def test_a_text_without_letters_has_no_language():
    assert language.detect("12 + 3 = 15 !!") is None


def test_chinese_in_either_script_is_zh():
    assert language.is_language("zh-tw", "zh")
    assert not language.is_language("zh-tw", "zh-cn")
