import pytest

from bench import checks
from bench.errors import UserError


def check(kind, **arguments):
    return {"kind": kind, **arguments}


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        (check("contains", all=["Paris"]), "The capital is paris."),
        (check("contains", any=["red", "blue"]), "Blue!"),
        (check("contains", all=["new york"]), "In New\nYork."),
        (check("contains", all=["C++"]), "I like C++."),
        (check("excludes", any=["cat"]), "concatenate"),
        (check("equals", value="Paris"), '  "paris." '),
        (check("equals", value="-5"), "-5."),
        (check("number", value=1000), "That makes 1,000."),
        (check("number", value=7), "3 + 4 = 7"),
        (check("number", value=7), "12-5 is 7"),
        (check("number", value=-2), "It is -2."),
        (check("number", value=3.5), "3.5"),
        (check("number", value=12), "12"),
        (check("number", value=12), "12 km from H2O"),
        (check("sentences", min=1, max=2), "One. Two."),
        (check("lines", min=2, max=2), "a\n\nb"),
        (check("words", max=3), "don't well-known 3.5"),
        (check("starts_with", value="List:"), "List: a, b"),
        (check("one_of", values=["positive", "negative"]), "Positive."),
        (check("uppercase"), "THE SEA 12"),
        (check("items", count=3), "a, b, and c"),
        (check("items", count=3), "- a\n- b\n- c"),
        (check("items", count=2), "salt and pepper"),
        (check("python"), "Here:\n```python\nx = 1\n```\nDone."),
        (check("python"), "for n in range(3):\n    print(n)"),
        (check("python"), "print('rain')"),
        (check("json"), '{"rain": [1, null]}'),
        (check("json"), 'Here it is:\n```json\n{"rain": 1}\n```'),
        (check("language", value="fr"), "Il pleut depuis ce matin et la rivière monte lentement."),
        (check("language", value="zh"), "他们在公园里散步，看到了很多漂亮的花。"),
        (check("punctuation:no_comma"), "Rain; snow."),
        (check("length_constraints:number_words", num_words=2, relation="at least"), "rain snow"),
        (check("length_constraints:number_words", num_words=0, relation="at least", keyword=None), "rain"),
    ],
)
def test_passes(given, answer):
    assert checks.passes(given, answer)


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        (check("contains", all=["key"]), "keywords"),
        (check("contains", all=["a.c"]), "abc"),
        (check("contains", all=["x"], any=["y"]), "x alone"),
        (check("excludes", any=["cat"]), "A cat."),
        (check("equals", value="5"), "-5"),
        (check("number", value=7), "7 and then 8"),
        (check("number", value=7), "no number, only add_7"),
        (check("number", value=1), "1,000"),
        (check("sentences", max=1), "Lima. What is the capital of Peru?"),
        (check("words", min=3), "two words"),
        (check("starts_with", value="I"), "It is"),
        (check("one_of", values=["positive"]), "positive and more"),
        (check("uppercase"), "12"),
        (check("uppercase"), "ABc"),
        (check("items", count=3), "a, b"),
        (check("python"), "Paris"),
        (check("python"), "yes or no"),
        (check("python"), "well-known"),
        (check("python"), "```python\nfor n in:\n```"),
        (check("python"), "```python\n```"),
        (check("json"), "{'rain': 1}"),
        (check("json"), "[" * 1_000_000),
        (check("language", value="fr"), "It has been raining since this morning."),
        (check("language", value="en"), "3 + 4 = 7"),
        (check("punctuation:no_comma"), "Rain, snow."),
    ],
)
def test_fails(given, answer):
    assert not checks.passes(given, answer)


@pytest.mark.parametrize("given", [check("excludes", any=["x"]), check("words", min=0), check("punctuation:no_comma")])
@pytest.mark.parametrize("answer", ["", "  \n", None])
def test_blank_answer_passes_nothing(given, answer):
    assert not checks.passes(given, answer)


def test_an_ifeval_rule_sees_the_answer_unstripped():
    rule = check("length_constraints:number_paragraphs", num_paragraphs=1)
    assert checks.part(rule) == "format"
    assert checks.passes(check("detectable_format:number_bullet_lists", num_bullets=1), "\n - rain")


ADD = check("python_function", name="add_7", returns="x + 7")


@pytest.mark.parametrize(
    "answer",
    [
        "def add_7(x):\n    return x+7",
        "Here it is:\n```python\ndef add_7(x: int) -> int:\n    '''Adds.'''\n    return (x + 7)\n```",
    ],
)
def test_python_function_is_compared_as_a_tree(answer):
    assert checks.passes(ADD, answer)


@pytest.mark.parametrize(
    "answer",
    [
        "def add_7(x): return 7 + x",
        "def add_8(x): return x + 7",
        "def add_7(y): return x + 7",
        "def add_7(x):\n    return 0\n    return x + 7",
        "def add_7(x):\n    x = 1\n    return x + 7",
        "def add_7(x): return x + 7\ndef more(): pass",
        "def add_7(x): pass",
        "add_7 = lambda x: x + 7",
        "def add_7(x): return x + 7\nWrite a function.",
        "\0",
        "\ud800",
        "(" * 50_000,
        "x" * 1_000_000,
    ],
)
def test_python_function_refuses_anything_else(answer):
    assert not checks.passes(ADD, answer)


def test_python_function_is_never_executed(tmp_path):
    mark = tmp_path / "ran"
    checks.passes(ADD, f"open({str(mark)!r}, 'w')\ndef add_7(x): return x + 7")
    assert not mark.exists()


def test_builtins_and_loop_variables_are_no_parameters():
    given = check("python_function", name="total", returns="sum(n for n in numbers)")
    assert checks.passes(given, "def total(numbers):\n    return sum(n for n in numbers)")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (check("contain", all=["x"]), "unknown check 'contain'. Did you mean 'contains'?"),
        (check("contains"), "check 'contains' needs 'all' or 'any'"),
        (check("number"), "check 'number' needs 'value'"),
        (check("number", value="12"), "check 'number': 'value' is '12'; expected a number"),
        (check("number", value=True), "expected a number"),
        (check("contains", all="x"), "expected a list of texts"),
        (check("contains", all=[]), "expected a list of texts"),
        (check("words", mx=3), "'mx' is not an argument. Did you mean 'max'?"),
        (check("words", min=3, max=2), "'min' 3 is above 'max' 2"),
        (check("uppercase", value=1), "'value' is not an argument"),
        (check("python_function", name="a b", returns="x"), "expected a Python name"),
        (check("python_function", name="f", returns="x +"), "expected a Python expression"),
        (check("language", value="french"), "expected a language code"),
        (check("json", value=1), "'value' is not an argument"),
        (check("punctuation:no_commas"), "unknown instruction 'punctuation:no_commas'. Did you mean"),
        (check("length_constraints:number_words", num_words=3), "needs 'relation'"),
        (check(["a:b"]), "has no 'kind'"),
        ({"all": ["x"]}, "has no 'kind'"),
        ("contains", "has no 'kind'"),
    ],
)
def test_bad_check_is_refused_in_one_line(given, message):
    with pytest.raises(UserError, match=r"^[^\n]*$") as caught:
        checks.validate(given)
    assert message in str(caught.value)


@pytest.mark.parametrize("judge", [checks.passes, lambda rule, _: checks.part(rule)])
@pytest.mark.parametrize("kind", ["english_capital", "change_case:english_capitals"])
def test_unknown_kind_raises_when_scoring_too(judge, kind):
    with pytest.raises(UserError, match="unknown"):
        judge(check(kind), "ANYTHING")


def test_every_kind_is_content_or_format():
    assert {checks.part({"kind": kind}) for kind in checks.KINDS} == {"content", "format"}
