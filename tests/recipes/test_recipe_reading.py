import pytest

from bench.errors import UserError
from bench.recipes.form import FORMS
from bench.recipes.reading import FOLDER, names, open_recipe, read_recipe, recipe_settings
from bench.recipes.translation import generate_of, today, train_of
from bench.suite import Options, Suite


@pytest.mark.parametrize("name", names())
def test_every_shipped_recipe_has_three_forms_and_says_what_was_fixed(name):
    recipe = open_recipe(name).recipe
    assert recipe.forms == FORMS
    assert recipe.fixed
    assert set(recipe.models) == {"cpu", "gpu"}


@pytest.mark.parametrize("name", names())
def test_the_translation_means_what_the_lecture_says(name):
    recipe = open_recipe(name).recipe
    meant = train_of(recipe.as_in_the_lecture, recipe.hub.encoder_decoder)
    if meant["precision"] == "float16":
        del meant["precision"]  # it needs a GPU; left out, it is bfloat16 there
    assert recipe.translated.train == meant
    wraps = {"wraps": recipe.as_in_the_lecture.generate.get("wraps", 1)}
    asked = generate_of(recipe.as_in_the_lecture, recipe.hub.encoder_decoder)
    assert recipe.translated.generate | wraps == asked | wraps


@pytest.mark.parametrize("name", names())
def test_the_translated_arguments_are_the_lectures_under_todays_names(name):
    recipe = open_recipe(name).recipe
    assert recipe.translated.arguments == today(recipe.as_in_the_lecture.arguments)


@pytest.mark.parametrize("form", ["translated", "corrected"])
@pytest.mark.parametrize("name", names())
def test_a_suite_can_be_made_of_every_recipe(name, form):
    suite = Suite.from_marker(name, recipe_settings(name, form, "cpu"), "cpu")
    assert len(suite.cases(Options())) == len(open_recipe(name).recipe.methods)


def test_a_form_stands_behind_the_name_and_corrected_is_the_default():
    assert recipe_settings("s1_full:translated")["train"]["stop_token"] == "absent"
    assert recipe_settings("s1_full")["train"]["stop_token"] == "trained"


def test_the_gpu_profile_takes_the_model_of_the_hub():
    assert recipe_settings("s1_full", "corrected", "gpu")["models"] == ["hub:microsoft/DialoGPT-medium"]


def test_what_a_form_names_goes_before_the_recipes_own():
    assert recipe_settings("s2_dialogsum")["templates"] == ["seq2seq"]
    assert recipe_settings("s2_dialogsum:translated")["templates"] == ["instruction_input_response"]


def test_the_lectures_own_form_does_not_run():
    with pytest.raises(UserError, match=r"s1_full: 'as_in_the_lecture' is only read; a suite runs translated or cor"):
        recipe_settings("s1_full", "as_in_the_lecture")


def test_an_unknown_form_gets_the_nearest_name():
    with pytest.raises(UserError, match="Did you mean 'corrected'"):
        recipe_settings("s1_full:corected")


def test_a_form_that_the_file_lacks_is_one_line(recipe):
    file = recipe("[corrected]")
    with pytest.raises(UserError, match=r"mine\.toml: has no \[translated\]; it has corrected"):
        recipe_settings(str(file.path), "translated")


def test_an_unknown_recipe_gets_the_nearest_name():
    with pytest.raises(UserError, match=r"unknown recipe 's1_ful'\. Did you mean 's1_full'"):
        open_recipe("s1_ful")


def test_a_file_that_does_not_exist_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"nothing\.toml: no such file"):
        open_recipe(str(tmp_path / "nothing.toml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[corrected.train]\nepoch = 3", r"mine\.toml:8: \[corrected\.train\]: train: 'epoch' is not .* mean 'epochs'"),
        ("[corrected.train]\nseed = 1\nepochs = 0", r"mine\.toml:8: \[corrected\.train\]: train: 'seed' is not"),
        (
            "[corrected.train]\nepochs = 0",
            r"mine\.toml:8: \[corrected\.train\]: train\.epochs is 0; it must be above 0",
        ),
        ("[corrected.train]\nepochs = 'three'", r"mine\.toml:8: .* train\.epochs is 'three'; expected a valid number"),
        ("[corrected.train]\nrestore_best = 'yes'", r"train\.restore_best is 'yes'; expected a valid boolean"),
        ("[corrected.train]\nbatch_size = 4.5", r"train\.batch_size is 4\.5; expected a valid integer"),
        ("[corrected.train]\nstop_token = 'no'", r"mine\.toml:8: .* unknown train\.stop_token 'no'"),
        ("[corrected.generate]\ntop_p = 2", r"mine\.toml:8: .* generate\.top_p is 2"),
        ("[corected]", r"mine\.toml:7: corected: no such key\. Did you mean 'corrected'"),
        ("[corrected]\ntrian = {}", r"mine\.toml:8: corrected\.trian: no such key\. Did you mean 'train'"),
        ("[as_in_the_lecture]\nlabels = 'all'", r"mine\.toml:8: as_in_the_lecture\.labels: input should be"),
        ("[corrected]\nepochs = = 3", r"mine\.toml:8: not TOML: Invalid value"),
        ("", r"mine\.toml: no form; expected one of \[as_in_the_lecture\], \[translated\], \[corrected\]"),
    ],
)
def test_a_mistake_is_one_line_with_file_line_and_key(recipe, text, said):
    with pytest.raises(UserError, match=said) as raised:
        recipe(text)
    assert "\n" not in str(raised.value)


def test_a_recipe_without_a_title_says_so(recipe):
    with pytest.raises(UserError, match=r"mine\.toml:1: title: is missing"):
        recipe("[corrected]", head="lecture = []\nmodels = {}\ndataset = 'a'\ntemplate = 'b'\nmethods = []\n")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"title = \xff")
    with pytest.raises(UserError, match=r"a\.toml: not UTF-8 text"):
        read_recipe(tmp_path / "a.toml")


def test_a_list_of_multiples_is_a_sweep(recipe):
    assert recipe("[corrected.train]\nsweep = [0.5, 1, 2]").recipe.corrected.train["sweep"] == [0.5, 1, 2]


@pytest.mark.parametrize("name", names())
def test_the_readme_lists_every_recipe_with_its_lines(name):
    recipe = open_recipe(name).recipe
    row = f"| `{name}` | {recipe.title} | {', '.join(recipe.lecture)} |"
    assert row in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
