import pytest

from bench.errors import UserError
from bench.methods import base, configure, lora, qlora


def test_a_name_without_options_gives_the_defaults():
    assert configure(lora, "", "lora") == lora.Config()


def test_numbers_words_and_lists_are_read_as_the_config_declares_them():
    found = configure(qlora, "r=8:dropout=0:target_modules=c_attn+c_proj:double_quantisation=false", "qlora")
    assert (found.r, found.dropout, found.target_modules) == (8, 0.0, ("c_attn", "c_proj"))
    assert found.double_quantisation is False


def test_a_single_module_is_a_word():
    assert configure(lora, "target_modules=c_attn", "lora").target_modules == "c_attn"


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("rank=8", "'rank' is no option of this method"),
        ("r", "no value; write r=VALUE"),
        ("r=eight", "expected a whole number"),
        ("r=0", "must be at least 1"),
        ("alfa=8", "Did you mean 'alpha'"),
    ],
)
def test_an_option_that_cannot_be_is_refused_in_one_line(argument, said):
    with pytest.raises(UserError, match=said) as caught:
        configure(lora, argument, f"lora:{argument}")
    assert "\n" not in str(caught.value)


def test_a_method_without_options_says_so():
    with pytest.raises(UserError, match="It has none"):
        configure(base, "r=8", "base:r=8")
