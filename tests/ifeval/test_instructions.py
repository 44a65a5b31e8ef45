import pytest

from bench import ifeval
from bench.errors import UserError

AT_LEAST, LESS = "at least", "less than"

EXAMPLES = [
    ("keywords:existence", {"keywords": ["rain", "river"]}, "Rainy RIVERS", "rain alone"),
    ("keywords:existence", {"keywords": ["C++"]}, "c++ it is", "ccc"),
    ("keywords:frequency", {"keyword": "tea ", "frequency": 2, "relation": AT_LEAST}, "Tea, teapot", "tea"),
    ("keywords:frequency", {"keyword": "tea", "frequency": 2, "relation": LESS}, "tea", "tea steam"),
    ("keywords:forbidden_words", {"forbidden_words": ["rain"]}, "rainy", "The RAIN."),
    ("keywords:letter_frequency", {"letter": "Q", "let_frequency": 2, "let_relation": AT_LEAST}, "Qq", "q"),
    ("keywords:letter_frequency", {"letter": "#", "let_frequency": 1, "let_relation": LESS}, "q", "#"),
    ("language:response_language", {"language": "de"}, "Es regnet seit heute früh.", "It rains since today."),
    ("language:response_language", {"language": "de"}, "3 + 4 = 7", "Il pleut depuis ce matin."),
    ("length_constraints:number_words", {"num_words": 3, "relation": AT_LEAST}, "well-known rain", "don't"),
    ("length_constraints:number_words", {"num_words": 0, "relation": AT_LEAST}, "...", ""),
    ("length_constraints:number_sentences", {"num_sentences": 2, "relation": LESS}, "Rain in 3.5 mm.", "Rain. Sun."),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "***\na\n***\nb\n***", "a\n***\n***\nb"),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "Rain"},
        "a\n\n'\"rain's b",
        "a\n\n\n\nrain",
    ),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "[a] [b c]", "[a [b]"),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "x\np. s. y", "PS y"),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "P.P.S y", "P.S. y"),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* a\n - b", "** a\n- b"),
    ("detectable_format:constrained_response", {}, "Well. My answer is no.", "my answer is no."),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, "*a* **b**", "** ** *a*"),
    ("detectable_format:multiple_sections", {"section_spliter": "Part", "num_sections": 2}, "Part 1 Part2", "Part I"),
    ("detectable_format:json_format", {}, '```JSON\n{"a": 1}\n```', "{'a': 1}"),
    ("detectable_format:title", {}, "a <<Rain>> b", "<<>> <<Rain\n>>"),
    ("combination:two_responses", {}, "******\na\n******\nb", "a\n******\na"),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Name a river. "}, " name a river. The Po.", "The Po."),
    ("startend:end_checker", {"end_phrase": "The end."}, '"So it is. THE END."\n', "The end. Really."),
    ("startend:quotation", {}, ' "Rain" ', '"'),
    (
        "change_case:capital_word_frequency",
        {"capital_frequency": 2, "capital_relation": AT_LEAST},
        "DON'T ask",
        "ASK-ME twice",
    ),
    (
        "change_case:english_capital",
        {},
        "THE WIND WAS STRONG AND THE WATER WAS HIGH, SO WE WENT HOME WITH THE OTHERS.",
        "It has been raining.",
    ),
    ("change_case:english_lowercase", {}, "it has been raining since this morning.", "es regnet seit heute früh."),
    ("punctuation:no_comma", {}, "Rain; snow", "Rain, snow"),
]
LINEAR = ["[" * 10**6, "\n" * 10**6 + "a", "<" * 10**6, '."' * 500_000, "* \n" * 300_000, "a@" * 500_000, "{" * 10**6]
ODD = ["", " \n", "\0", "\ud800", "?" * 1000, "我喜欢茶", None]


@pytest.mark.parametrize(("name", "kwargs", "right", "wrong"), EXAMPLES)
def test_one_response_follows_and_one_does_not(name, kwargs, right, wrong):
    assert ifeval.follows(right, name, kwargs)
    assert not ifeval.follows(wrong, name, kwargs)


def test_every_type_has_an_example():
    assert {name for name, *_ in EXAMPLES} == set(ifeval.INSTRUCTIONS)
    assert len(ifeval.INSTRUCTIONS) == 25


@pytest.mark.parametrize(("name", "kwargs", "right", "wrong"), EXAMPLES)
@pytest.mark.parametrize("text", ["", " \n\t", None])
def test_a_blank_response_follows_nothing(name, kwargs, right, wrong, text):
    assert ifeval.judge(text, name, kwargs) == (False, False)


@pytest.mark.parametrize(("name", "kwargs", "right", "wrong"), EXAMPLES)
def test_odd_responses_give_a_verdict(name, kwargs, right, wrong):
    for text in ODD:
        strict, loose = ifeval.judge(text, name, kwargs)
        assert strict <= loose


@pytest.mark.parametrize("text", LINEAR, ids=lambda text: text[:3])
def test_a_megabyte_takes_linear_time(text):
    for name, kwargs, *_ in EXAMPLES:
        ifeval.judge(text, name, kwargs)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sure, with pleasure:\nRain; snow", "punctuation:no_comma"),
        ("Rain; snow\nI hope, this helps", "punctuation:no_comma"),
        ("Sure, here:\nRain; snow\nMore, anyone?", "punctuation:no_comma"),
        ('**"Rain"**', "startend:quotation"),
        ('Sure:\n*"Rain"*\nBye', "startend:quotation"),
    ],
)
def test_loose_forgives_a_first_line_a_last_line_and_asterisks(text, name):
    assert ifeval.judge(text, name, {}) == (False, True)
    assert ifeval.follows_loosely(text, name, {})


def test_loose_skips_blank_variants():
    assert not ifeval.follows_loosely("Rain, snow", "punctuation:no_comma", {})


def test_null_arguments_are_left_out_and_zero_is_kept():
    kwargs = {"num_highlights": None, "relation": "less than", "num_words": 0}
    assert not ifeval.follows("rain", "length_constraints:number_words", kwargs)
    assert ifeval.follows("rain", "punctuation:no_comma", {"num_words": None})
    assert ifeval.follows("rain", "punctuation:no_comma", None)


def test_numbers_that_pandas_made_floats_are_whole_numbers():
    kwargs = {"num_paragraphs": 1.0, "nth_paragraph": 1.0, "first_word": "rain"}
    assert ifeval.follows("Rain falls", "length_constraints:nth_paragraph_first_word", kwargs)


def test_the_prompt_is_repeated_where_the_arguments_name_nothing():
    assert ifeval.follows("Name a river. The Po.", "combination:repeat_prompt", {}, "Name a river.")
    with pytest.raises(UserError, match="needs 'prompt_to_repeat'"):
        ifeval.follows("The Po.", "combination:repeat_prompt", {})


@pytest.mark.parametrize(
    ("name", "kwargs", "message"),
    [
        ("keywords:exists", {}, "unknown instruction 'keywords:exists'. Did you mean 'keywords:existence'?"),
        ("en:punctuation:no_comma", {}, "Did you mean 'punctuation:no_comma'?"),
        ("keywords:existence", {}, "needs 'keywords'"),
        ("keywords:existence", {"keywords": []}, "expected a list of texts"),
        ("keywords:existence", {"keyword": ["a"]}, "Did you mean 'keywords'?"),
        ("punctuation:no_comma", {"num_words": 3}, "'num_words' is not an argument"),
        ("length_constraints:number_words", {"num_words": 3}, "needs 'relation'"),
        ("length_constraints:number_words", {"num_words": -1, "relation": LESS}, "expected a whole number, 0 or more"),
        ("length_constraints:number_words", {"num_words": 1, "relation": "at most"}, "expected 'less than' or"),
        ("keywords:letter_frequency", {"letter": "ab", "let_frequency": 1, "let_relation": LESS}, "one character"),
        ("language:response_language", {"language": "German"}, "expected a language code"),
        (
            "length_constraints:nth_paragraph_first_word",
            {"num_paragraphs": 2, "nth_paragraph": 3, "first_word": "a"},
            "'nth_paragraph' 3 is above 'num_paragraphs' 2",
        ),
    ],
)
def test_what_the_official_code_would_draw_at_random_or_pass_is_refused_in_one_line(name, kwargs, message):
    for call in (lambda: ifeval.validate(name, kwargs), lambda: ifeval.judge("rain", name, kwargs)):
        with pytest.raises(UserError, match=r"^[^\n]*$") as caught:
            call()
        assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "kwargs", "limits"),
    [
        ("punctuation:no_comma", {}, True),
        ("keywords:forbidden_words", {"forbidden_words": ["a"]}, True),
        ("length_constraints:number_words", {"num_words": 3, "relation": LESS}, True),
        ("length_constraints:number_words", {"num_words": 3, "relation": AT_LEAST}, False),
        ("keywords:letter_frequency", {"letter": "a", "let_frequency": 3, "let_relation": LESS}, True),
        ("detectable_format:title", None, False),
    ],
)
def test_upper_bounds_are_known(name, kwargs, limits):
    assert ifeval.is_upper_bound(name, kwargs) is limits
