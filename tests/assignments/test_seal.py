"""The seal of a record: what it finds, and what it cannot."""

import json
from dataclasses import replace

from bench.assignments.submission import open_submission
from bench.record import Claim, read_record, write_outputs, write_record
from bench.seal import complaint, seal
from tests.assignments.handing_in import edit_record, record_file


def complaints(folder):
    return open_submission(folder).warnings


def test_a_record_as_it_was_written_has_no_complaint(folder):
    assert complaints(folder) == ()


def test_a_score_edited_by_hand_is_found_and_its_record_counts_for_nothing(folder):
    record = json.loads(record_file(folder, "lora").read_text())
    record["scores"]["instruction_following"]["value"] = 0.999
    edit_record(folder, "lora", scores=record["scores"])
    submission = open_submission(folder)
    assert "was changed after it was written" in submission.warnings[0]
    assert "lora" not in {each.case.method for each in submission.records}


def test_one_changed_letter_of_the_outputs_is_found(folder):
    path = next((folder / "outputs").glob("*-full-*.jsonl"))
    path.write_text(path.read_text(encoding="utf-8").replace("Lima", "Lama", 1), encoding="utf-8")
    assert len(complaints(folder)) == 1


def test_outputs_that_are_gone_are_found(folder):
    next((folder / "outputs").glob("*-full-*.jsonl")).unlink()
    assert "seal does not fit" in complaints(folder)[0]


def test_a_seal_that_was_taken_out_is_told(folder):
    edit_record(folder, "full", seal="")
    assert "has no seal" in complaints(folder)[0]


def test_keys_in_another_order_and_other_spaces_are_no_edit(folder):
    path = record_file(folder, "full")
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(dict(reversed(data.items()))), encoding="utf-8")
    assert complaints(folder) == ()


def test_a_claim_added_by_the_runner_is_sealed_anew(folder):
    record = read_record(record_file(folder, "full"))
    write_record(folder, record.with_(claims=(Claim("suites/test_x.py::test_x", record.case.id, "passed"),)))
    assert complaints(folder) == ()


def test_text_that_is_no_unicode_survives_the_seal(folder):
    record = read_record(record_file(folder, "full"))
    path = write_record(folder, record.with_(reason="lone \udc80 and \ud83d\ude00 and NUL \0", seconds=float("nan")))
    assert complaint(json.loads(path.read_text(encoding="utf-8")), folder) == ""


def test_outputs_outside_the_folder_are_not_read(folder, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    inside, outside = ({"outputs_file": name} for name in ("gone.txt", "../secret.txt"))
    assert seal(outside, folder) != seal(inside, folder), "the name itself is sealed"
    secret.write_text("y")
    assert seal(outside, folder) == seal({"outputs_file": "../secret.txt"}, folder)


def test_whoever_makes_a_new_seal_is_not_found(folder):
    """The seal has no key, and the docs say so; this test holds them to it."""
    record = read_record(record_file(folder, "full"))
    score = replace(record.scores["instruction_following"], value=1.0)
    write_record(folder, record.with_(scores={**record.scores, "instruction_following": score}))
    assert complaints(folder) == ()


def test_a_run_written_again_from_its_outputs_is_whole(folder):
    record = read_record(record_file(folder, "full"))
    write_outputs(folder / record.outputs_file, ())
    write_record(folder, record)
    assert complaints(folder) == ()
