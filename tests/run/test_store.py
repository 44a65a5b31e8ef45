import pytest

from bench.run.store import Store


def filled(folder):
    (folder / "a.txt").write_text("hello")
    return {"seconds": 1.5}


def test_a_saved_step_is_found_with_its_info_and_files(tmp_path):
    store = Store(tmp_path)
    store.save("train", "k", filled)
    step = store.find("train", "k")
    assert step.info == {"seconds": 1.5}
    assert (step.folder / "a.txt").read_text() == "hello"


def test_an_unknown_key_is_not_found(tmp_path):
    assert Store(tmp_path).find("train", "k") is None


@pytest.mark.parametrize("damage", ["flip", "truncate", "delete", "manifest"])
def test_a_damaged_step_does_not_exist(tmp_path, damage):
    folder = Store(tmp_path).save("train", "k", filled).folder
    file = folder / "a.txt"
    match damage:
        case "flip":
            file.write_text("hellp")
        case "truncate":
            file.write_text("")
        case "delete":
            file.unlink()
        case "manifest":
            (folder / "step.json").write_text("{")
    assert Store(tmp_path).find("train", "k") is None


def test_a_step_that_failed_half_way_leaves_nothing(tmp_path):
    def fails(folder):
        (folder / "a.txt").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        Store(tmp_path).save("train", "k", fails)
    assert list((tmp_path / "train").iterdir()) == []


def test_saving_again_replaces(tmp_path):
    store = Store(tmp_path)
    store.save("score", "k", filled)
    store.save("score", "k", lambda folder: {"seconds": 2.0})
    assert store.find("score", "k").info == {"seconds": 2.0}
