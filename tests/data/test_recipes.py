import csv
import hashlib
import json

import pytest

from bench import catalog
from bench.data.dataset import load_dataset
from bench.data.recipes import read_recipe, recipe_rows
from bench.errors import Unavailable, UserError

SHIPPED = sorted((catalog.FIXTURES / "datasets").glob("*.toml"))


def table(folder, rows, name="reviews.csv"):
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return folder / name


def reviews(folder, n=30, name="reviews.csv"):
    return table(folder, [("body", "stars"), *((f"The lamp number {i} is fine", i % 2) for i in range(n))], name)


def recipe(folder, text, name="mine.toml"):
    (folder / name).write_text(text)
    return folder / name


SENTIMENT = """
fields = {input = "body", response = "stars", label = "stars"}
defaults = {instruction = "Is this praise?", category = "reviews"}
labels = ["no", "yes"]
"""


def test_a_table_of_text_and_number_becomes_a_classification(tmp_path):
    reviews(tmp_path)
    data = load_dataset(str(recipe(tmp_path, f'path = "reviews.csv"\nlicence = "mine"\n{SENTIMENT}')))
    example = next(e for e in data.train + data.validation + data.test if e.input == "The lamp number 1 is fine")
    assert (example.instruction, example.responses, example.label, example.category) == (
        "Is this praise?",
        ("yes",),
        "yes",
        "reviews",
    )
    assert (data.name, data.licence, data.labels) == ("mine", "mine", ("no", "yes"))


def test_a_renamed_column_no_longer_counts_under_its_own_name(tmp_path):
    (tmp_path / "d.jsonl").write_text('{"input": "Name a bird.", "output": "wren"}\n')
    loaded = recipe_rows(recipe(tmp_path, 'path = "d.jsonl"\nfields = {instruction = "input"}'))
    assert (loaded.examples[0].instruction, loaded.examples[0].input) == ("Name a bird.", "")


def test_a_constant_fills_empty_cells_and_nothing_else(tmp_path):
    table(tmp_path, [("question", "answer", "difficulty"), ("One?", "1", "hard"), ("Two?", "2", "")])
    loaded = recipe_rows(recipe(tmp_path, 'path = "reviews.csv"\ndefaults = {difficulty = "easy"}'))
    assert [e.difficulty for e in loaded.examples] == ["hard", "easy"]


def test_a_row_without_input_asks_nothing_under_a_constant_instruction(tmp_path):
    table(tmp_path, [("body", "stars"), ("Good", "1"), ("", "0")])
    loaded = recipe_rows(recipe(tmp_path, f'path = "reviews.csv"\n{SENTIMENT}'))
    assert [example.input for example in loaded.examples] == ["Good"]
    assert loaded.dropped[0].where.endswith("reviews.csv:3")
    assert loaded.dropped[0].reason == "the input (column 'body') is empty"


def test_a_label_without_a_name_is_refused_with_its_line(tmp_path):
    table(tmp_path, [("body", "stars"), ("Good", "1"), ("Bad", "7")])
    with pytest.raises(UserError, match=r"reviews\.csv:3: 'stars' is 7, but the recipe names 2 labels"):
        load_dataset(str(recipe(tmp_path, f'path = "reviews.csv"\n{SENTIMENT}')))


def test_several_files_are_the_splits_and_equal_ids_are_told_apart(tmp_path):
    for split, count in (("train", 20), ("validation", 3), ("test", 4)):
        (tmp_path / split).mkdir()
        lines = [json.dumps({"instruction": f"{split} {i}", "output": "x"}) for i in range(count)]
        (tmp_path / split / "rows.jsonl").write_text("\n".join(lines))
    files = ", ".join(f'{split} = "{split}/rows.jsonl"' for split in ("train", "validation", "test"))
    data = load_dataset(str(recipe(tmp_path, f"files = {{{files}}}")))
    assert [len(data.train), len(data.validation), len(data.test)] == [20, 3, 4]
    assert data.test[0].id == "test-rows-00001"


def test_a_split_rule_wins_over_the_files_own_splits(tmp_path):
    rows = [{"instruction": f"Say {i}", "output": "x", "split": "train"} for i in range(20)]
    (tmp_path / "d.json").write_text(json.dumps(rows))
    data = load_dataset(str(recipe(tmp_path, 'path = "d.json"\nsplit = "holdout:0.2"')))
    assert [len(data.train), len(data.validation), len(data.test)] == [16, 0, 4]


def test_a_right_sha256_in_capitals_is_right(tmp_path):
    digest = hashlib.sha256(reviews(tmp_path).read_bytes()).hexdigest().upper()
    assert load_dataset(str(recipe(tmp_path, f'path = "reviews.csv"\nsha256 = "{digest}"\n{SENTIMENT}'))).train


def test_another_sha256_shows_both_and_what_to_do(tmp_path):
    found = hashlib.sha256(reviews(tmp_path).read_bytes()).hexdigest()
    text = f'path = "reviews.csv"\nsha256 = "00ff"\nhomepage = "https://example.org"\n{SENTIMENT}'
    with pytest.raises(UserError, match=rf"sha256 is {found}, but .*mine\.toml expects 00ff; fetch .*example\.org"):
        load_dataset(str(recipe(tmp_path, text)))


def test_every_file_may_have_its_sha256(tmp_path):
    reviews(tmp_path)
    text = f'files = {{train = "reviews.csv"}}\n{SENTIMENT}[sha256]\ntrain = "00ff"'
    with pytest.raises(UserError, match="expects 00ff"):
        load_dataset(str(recipe(tmp_path, text)))


def test_a_file_that_is_not_there_says_where_to_get_it_and_where_to_put_it(tmp_path):
    text = 'path = "book.txt"\nhomepage = "https://example.org/book"'
    with pytest.raises(Unavailable) as error:
        load_dataset(str(recipe(tmp_path, text)))
    assert f"{tmp_path / 'book.txt'} does not exist; fetch it from https://example.org/book" in str(error.value)


LEAKY = [{"instruction": f"Say {i}", "output": "x", "split": "train"} for i in range(9)] + [
    {"instruction": "Say 3.", "output": "y", "split": "test"},
    {"instruction": "Sing", "output": "la", "split": "test"},
]


def test_published_splits_that_leak_are_refused_or_mended_on_request(tmp_path):
    (tmp_path / "d.json").write_text(json.dumps(LEAKY, indent=1))
    with pytest.raises(UserError, match="1 of 2 test examples are in the training split"):
        load_dataset(str(recipe(tmp_path, 'path = "d.json"')))
    data = load_dataset(str(recipe(tmp_path, 'path = "d.json"\ndrop_leaks = true')))
    assert (len(data.train), len(data.test)) == (8, 2)
    assert data.dropped[0].reason == "training example with the same question as test example d-00010"
    assert data.notes == ("1 of 9 training examples left out: they give test or validation examples away",)


def test_a_part_of_a_large_set_is_drawn_and_noted(tmp_path):
    reviews(tmp_path, 100)
    data = load_dataset(str(recipe(tmp_path, f'path = "reviews.csv"\nmax_examples = 50\n{SENTIMENT}')))
    assert len(data.train + data.validation + data.test) == 50
    assert data.notes == ("50 of 100 examples, drawn with seed 0",)


def test_only_rows_of_the_named_categories_are_left(tmp_path):
    path = catalog.FIXTURES / "datasets" / "everyday.jsonl"
    data = load_dataset(str(recipe(tmp_path, f'path = "{path}"\ncategories = ["summarization"]')))
    assert {e.category for e in (*data.train, *data.validation, *data.test)} == {"summarization"}


def test_a_category_without_a_row_offers_the_nearest(tmp_path):
    path = catalog.FIXTURES / "datasets" / "everyday.jsonl"
    with pytest.raises(UserError, match=r"categories: no row is of 'summaries'.*'summarization'"):
        load_dataset(str(recipe(tmp_path, f'path = "{path}"\ncategories = ["summaries"]')))


def test_a_format_can_be_named(tmp_path):
    (tmp_path / "d.jsonl").write_text('{"inputs": "Say i", "targets": "i"}\n')
    assert recipe_rows(recipe(tmp_path, 'path = "d.jsonl"\nformat = "flan"')).format == "flan"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected exactly one of path, files, hub and .mixture., found none"),
        ('path = "a.csv"\nhub = "x/y"', "found path and hub"),
        ('pth = "a.csv"', "pth: no such key. Did you mean 'path'"),
        ('path = "a.csv"\nlicense = "x"', "Did you mean 'licence'"),
        ("path = 3", "path: input should be a valid string, found 3"),
        ('path = "a.csv"\nmax_examples = 0', "max_examples: input should be greater than 0"),
        ('files = {training = "a.csv"}', "files.training"),
        ('path = "a.csv"\nconfig = "x"', "config: only for a hub dataset"),
        ('path = "a.csv"\nsplit = "sorce"', "unknown split rule 'sorce'. Did you mean 'source'"),
        ('path = "a.csv"\nformat = "alpca"', "unknown format 'alpca'. Did you mean 'alpaca'"),
        ('path = "a.csv"\ndefaults = {instrucion = "x"}', "defaults.instrucion: no such field.*'instruction'"),
        ('path = "a.csv"\nsha256 = {train = "x"}', "sha256: expected a text"),
        ('mixture = {parts = ["a"]}\nsplit = "source"', "split: a mixture takes rows as its parts give them"),
        ('[mixture]\nparts = ["a"]\nsead = 1', "mixture.sead: no such key. Did you mean 'seed'"),
        ('[mixture]\nparts = {a = "much"}', "mixture.parts"),
        ("path = ", "not TOML"),
    ],
)
def test_a_mistake_in_a_recipe_names_file_and_key(tmp_path, text, message):
    with pytest.raises(UserError, match=rf"mine\.toml: .*{message}") as error:
        read_recipe(recipe(tmp_path, text))
    assert "\n" not in str(error.value)


def test_a_column_that_the_file_lacks_offers_the_nearest(tmp_path):
    reviews(tmp_path)
    with pytest.raises(UserError, match=r"fields\.input: .*reviews\.csv has no column 'bdy'. Did you mean 'body'"):
        load_dataset(str(recipe(tmp_path, 'path = "reviews.csv"\nfields = {input = "bdy"}')))


def test_a_file_that_is_no_text_is_no_recipe(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not TOML"):
        load_dataset(str(tmp_path / "mine.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_recipe_is_valid_and_states_licence_and_description(path):
    shipped = read_recipe(path)
    assert shipped.licence
    assert shipped.description
    ours = shipped.mixture or all((path.parent / name).is_file() for name in shipped.files.values())
    assert ours or shipped.homepage.startswith("https://")


def test_the_book_splits_by_chapter(shared, tmp_path):
    book = shared("data/gutenberg/pride_prejudice.txt")
    data = load_dataset(str(recipe(tmp_path, f'path = "{book}"\nsplit = "source"')))
    assert len(data.train + data.validation + data.test) == 61
    assert {e.kind for e in data.train} == {"text"}


def test_a_file_gives_only_the_rows_of_the_split_it_is_named_for(tmp_path):
    rows = [{"instruction": f"Say {part}", "output": part, "split": part} for part in ("train", "test")]
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "other.jsonl").write_text(json.dumps({"instruction": "Ask", "output": "b"}) + "\n")
    data = load_dataset(str(recipe(tmp_path, '[files]\ntrain = "all.jsonl"\ntest = "other.jsonl"')))
    assert [e.instruction for e in data.train + data.test] == ["Say train", "Ask"]
