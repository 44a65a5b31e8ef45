import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.catalog import ROOT
from bench.data.dataset import load_dataset
from bench.data.hub import open_hub
from bench.errors import Unavailable, UserError

datasets = pytest.importorskip("datasets")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Neither the user's cache nor the network."""
    monkeypatch.setenv("BENCH_HUB", "0")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    yield tmp_path / "cache"
    datasets.enable_progress_bars()


def rows(n, start=0):
    return [{"instruction": f"Say {i}", "output": str(i)} for i in range(start, start + n)]


def folder(tmp_path, **splits):
    """A dataset repository on disk."""
    place = tmp_path / "repository"
    place.mkdir()
    for split, content in splits.items():
        (place / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in content))
    return str(place)


def recipe(tmp_path, hub, text=""):
    path = tmp_path / "mine.toml"
    path.write_text(f'hub = "{hub}"\n{text}')
    return str(path)


def cached(tmp_path, cache, commit="0123abcd"):
    """`someone/birds`, as it lies in the cache after a download."""
    datasets.load_dataset(folder(tmp_path, train=rows(20)), cache_dir=str(tmp_path / "made"))
    made = next((tmp_path / "made").glob("repository/*/*/*/dataset_info.json")).parent
    place = cache / "someone___birds" / "default" / "0.0.0" / commit
    shutil.copytree(made, place)
    (place / "repository-train.arrow").rename(place / "birds-train.arrow")
    info = json.loads((place / "dataset_info.json").read_text())
    (place / "dataset_info.json").write_text(json.dumps(info | {"config_name": "default", "dataset_name": "birds"}))


def test_rows_of_a_single_split_are_split_by_the_rule(tmp_path):
    data = load_dataset(recipe(tmp_path, folder(tmp_path, train=rows(20))))
    assert [len(data.train), len(data.validation), len(data.test)] == [16, 2, 2]
    assert data.source.startswith("hub:")


def test_published_splits_are_kept_and_rows_know_their_place(tmp_path):
    data = load_dataset(recipe(tmp_path, folder(tmp_path, train=rows(9), valid=rows(2, 50), test=rows(3, 90))))
    assert [len(data.train), len(data.validation), len(data.test)] == [9, 2, 3]
    assert data.test[2].where == "test[2]"
    assert data.test[2].instruction == "Say 92"


def test_a_recipe_can_take_the_published_validation_split_for_the_test(tmp_path):
    hub = folder(tmp_path, train=rows(9), validation=rows(2, 50))
    data = load_dataset(recipe(tmp_path, hub, 'splits = {train = "train", test = "validation"}'))
    assert [len(data.train), len(data.validation), len(data.test)] == [9, 0, 2]


def test_a_rule_wins_over_the_published_splits(tmp_path):
    data = load_dataset(
        recipe(tmp_path, folder(tmp_path, train=rows(9), test=rows(1, 50)), 'split = "source:60/20/20"')
    )
    assert [len(data.train), len(data.validation), len(data.test)] == [6, 2, 2]


def test_numbers_of_classes_become_names_and_minus_one_none(tmp_path):
    features = datasets.Features(
        {"sentence": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])}
    )
    made = datasets.Dataset.from_dict({"sentence": ["a", "b", "c"], "label": [1, 0, -1]}, features=features)
    (tmp_path / "parquet").mkdir()
    made.to_parquet(tmp_path / "parquet" / "train.parquet")
    source = open_hub(str(tmp_path / "parquet"))
    assert [record.value["label"] for record in source.records()] == ["good", "bad", None]


def test_lists_of_objects_stay_lists_of_objects(tmp_path):
    talk = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}
    source = open_hub(folder(tmp_path, train=[talk]))
    assert next(source.records()).value == talk


def test_the_sha256_is_of_the_rows_and_not_of_their_files(tmp_path):
    one = open_hub(folder(tmp_path, train=rows(5))).sha256()
    (tmp_path / "table").mkdir()
    datasets.Dataset.from_list(rows(5)).to_parquet(tmp_path / "table" / "train.parquet")
    assert open_hub(str(tmp_path / "table")).sha256() == one
    datasets.Dataset.from_list(rows(4)).to_parquet(tmp_path / "table" / "train.parquet")
    assert open_hub(str(tmp_path / "table")).sha256() != one


def test_a_recipe_can_pin_the_rows(tmp_path):
    with pytest.raises(UserError, match=r"sha256 is [0-9a-f]{64}, but .*mine\.toml expects 00ff"):
        load_dataset(recipe(tmp_path, folder(tmp_path, train=rows(5)), 'sha256 = "00ff"'))


def test_a_split_of_another_name_must_be_mapped(tmp_path):
    with pytest.raises(UserError, match=r"has no split 'tests'.*'test'"):
        open_hub(folder(tmp_path, train=rows(5), test=rows(2)), splits={"test": "tests"})


def test_an_id_that_is_not_cached_needs_the_network():
    with pytest.raises(Unavailable, match=r"^hub dataset someone/birds needs the network; add --bench-hub$"):
        open_hub("someone/birds")


def test_a_cached_dataset_opens_without_the_network(tmp_path, own_cache):
    cached(tmp_path, own_cache)
    assert len(list(open_hub("someone/birds").records())) == 20


def test_a_cached_dataset_of_another_revision_is_not_taken_for_the_right_one(tmp_path, own_cache):
    cached(tmp_path, own_cache)
    assert open_hub("someone/birds", revision="0123abcd").columns == ("instruction", "output")
    with pytest.raises(Unavailable, match="at revision ffff needs the network"):
        open_hub("someone/birds", revision="ffff")


def test_a_folder_without_data_says_so_in_one_line(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="could not be loaded") as error:
        open_hub(str(tmp_path / "empty"))
    assert not isinstance(error.value, Unavailable)
    assert "\n" not in str(error.value)


def test_a_network_failure_is_one_line(monkeypatch):
    monkeypatch.setenv("BENCH_HUB", "1")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match=r"hub dataset someone/birds could not be loaded \(") as error:
        open_hub("someone/birds")
    assert "\n" not in str(error.value)


def test_the_switches_of_the_library_are_put_back(monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    with pytest.raises(Unavailable):
        open_hub("someone/birds")
    assert not datasets.config.HF_HUB_OFFLINE


def test_a_recipe_of_files_does_not_import_datasets(tmp_path):
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows(9)))
    (tmp_path / "mine.toml").write_text('path = "rows.jsonl"')
    code = f"from bench.data.dataset import load_dataset; load_dataset({str(tmp_path / 'mine.toml')!r})"
    check = f"import sys; {code}; assert not {{'datasets', 'pyarrow', 'pandas', 'torch'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True, cwd=Path(ROOT))
