"""Every kind of evidence, present and absent."""

import json

import pytest

from bench.assignments.evidence import (
    behaviour,
    comparison,
    dataset,
    formatting,
    notes,
    questions,
    requests,
    review,
    rows,
    trained,
)
from bench.assignments.submission import open_submission
from bench.data.dataset import load_dataset
from tests.assignments.handing_in import TRAIN, hand_in, records, write_lines

ASK = {"time": "2026-01-01T00:00:00Z", "route": "/ask", "status": 200, "new_tokens": 9}
PAIR = {"id": "p1", "instruction": "Who?", "response": "Nora.", "type": "Plot", "evidence": "Nora came."}


def need(module, **settings):
    kind = module.__name__.rpartition(".")[2]
    return module.Need(kind=kind, **settings)


def empty(tmp_path):
    (tmp_path / "nothing").mkdir()
    return open_submission(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("module", "settings"),
    [
        (behaviour, {}),
        (comparison, {}),
        (dataset, {}),
        (formatting, {}),
        (notes, {}),
        (questions, {}),
        (requests, {}),
        (review, {}),
        (rows, {"files": ("passages.jsonl",)}),
        (trained, {}),
    ],
)
def test_an_empty_folder_shows_nothing_and_says_what_is_missing(tmp_path, module, settings):
    found = module.look(need(module, **settings), empty(tmp_path))
    assert not found.met
    assert found.said


def test_a_trained_case_is_told_with_its_steps_and_loss(submission):
    found = trained.look(need(trained, methods=("lora",)), submission)
    assert found.met
    assert "lora on tiny-gpt2: 40 steps in 24 s, loss 3.20 to 1.10" in found.said


def test_a_method_that_was_not_trained_is_missed(submission):
    found = trained.look(need(trained, methods=("dora",)), submission)
    assert not found.met
    assert "expected 1 of dora; found full on everyday" in found.said


def test_training_on_the_shipped_dataset_is_not_training_on_ones_own(submission):
    assert not trained.look(need(trained, own_dataset=True), submission).met


def test_training_on_a_file_is_training_on_ones_own(tmp_path):
    handed = open_submission(hand_in(tmp_path / "x", records("mine/book.jsonl")))
    assert trained.look(need(trained, own_dataset=True), handed).met


def test_rows_are_counted_in_the_file_when_its_hash_is_the_records(tmp_path):
    data = load_dataset("everyday")
    hashes = {"data": data.split_sha256("train", "validation"), "test": data.split_sha256("test")}
    handed = open_submission(hand_in(tmp_path / "x", records(fingerprint=hashes)))
    found = dataset.look(need(dataset, least=774, fields=("instruction", "response")), handed)
    assert found.met
    assert "774 rows, 5 categories, counted in the file that was trained on" in found.said


def test_rows_are_counted_in_the_records_when_the_file_is_another(submission):
    found = dataset.look(need(dataset, least=100), submission)
    assert found.met
    assert "144 rows" in found.said
    assert "120 trained on, 24 asked" in found.said


def test_a_category_that_no_row_has_is_named(submission):
    found = dataset.look(need(dataset, categories=("Math Problems", "poetry")), submission)
    assert not found.met
    assert found.said.endswith("no row of poetry")


def test_too_few_rows_are_told(submission):
    assert "expected 5000 rows" in dataset.look(need(dataset, least=5000), submission).said


def test_a_raw_template_formats_nothing(tmp_path):
    made = [r.with_(case=r.case.__class__(**{**vars(r.case), "template": "raw"})) for r in records()]
    found = formatting.look(need(formatting), open_submission(hand_in(tmp_path / "x", made)))
    assert not found.met
    assert "'raw'" in found.said


def test_loss_on_all_tokens_is_not_loss_on_the_response(tmp_path):
    made = [r.with_(resolved={"train": {**TRAIN["train"], "loss_on": "all"}}) for r in records()]
    handed = open_submission(hand_in(tmp_path / "x", made))
    assert "loss was taken on 'all'" in formatting.look(need(formatting), handed).said
    assert formatting.look(need(formatting, loss_on=""), handed).met


def test_three_methods_beside_base_are_compared_with_a_paired_test(submission):
    found = comparison.look(need(comparison, methods=3), submission)
    assert found.met
    assert "on 24 shared examples" in found.said
    assert "exact McNemar" in found.said


def test_methods_that_were_not_measured_are_not_compared(submission):
    assert "3 of 4 methods beside base" in comparison.look(need(comparison, methods=4), submission).said


def test_seeds_of_one_method_are_one_approach(tmp_path):
    made = records()[:2]
    again = [r.with_(case=r.case.with_seed(1), outputs_file="") for r in made]
    found = comparison.look(need(comparison, methods=2), open_submission(hand_in(tmp_path / "x", [*made, *again])))
    assert not found.met
    assert "1 of 2 methods" in found.said


def test_a_change_of_behaviour_is_told_with_its_interval(submission):
    found = behaviour.look(need(behaviour, metrics=("instruction_following",)), submission)
    assert found.met
    assert "points (95 % +" in found.said
    assert "n 24, one training run" in found.said


def test_a_change_for_the_worse_is_no_demonstration(tmp_path):
    base, full = records()[:2]
    worse = [base.with_(scores=full.scores), full.with_(scores=base.scores)]
    found = behaviour.look(
        need(behaviour, metrics=("instruction_following",)), open_submission(hand_in(tmp_path / "x", worse))
    )
    assert not found.met
    assert "no change for the better shown" in found.said


def test_ten_answered_questions_are_enough_and_a_hundred_are_not_there(submission):
    assert questions.look(need(questions, least=10), submission).met
    assert "24 of 100 test questions" in questions.look(need(questions, least=100), submission).said


def test_a_web_interface_that_answered_once_is_shown(folder):
    write_lines(folder / "requests.jsonl", [{**ASK, "route": "/health"}, {**ASK, "status": 400}, ASK])
    found = requests.look(need(requests), open_submission(folder))
    assert found.met
    assert found.said == "1 answered of 3 requests (2 x 200, 1 x 400)"


def test_a_health_check_is_no_answer(folder):
    write_lines(folder / "requests.jsonl", [{**ASK, "route": "/health"}])
    assert not requests.look(need(requests), open_submission(folder)).met


def test_lines_of_a_log_that_are_no_objects_are_counted_and_left_out(folder):
    path = write_lines(folder / "requests.jsonl", [ASK])
    path.write_text(path.read_text() + '[1]\n{"torn": \n\x00\n', encoding="utf-8")
    assert "(3 unreadable line(s) left out)" in requests.look(need(requests), open_submission(folder)).said


def test_rows_with_an_empty_field_do_not_count(tmp_path):
    write_lines(tmp_path / "d" / "pairs.jsonl", [PAIR, {**PAIR, "response": " "}])
    wanted = need(rows, files=("pairs.jsonl",), least=2, fields=("instruction", "response"))
    assert "1 rows with instruction, response, expected 2" in rows.look(wanted, open_submission(tmp_path / "d")).said


def test_rejected_rows_do_not_count(tmp_path):
    write_lines(tmp_path / "d" / "reviewed.jsonl", [{**PAIR, "status": "accepted"}, {**PAIR, "status": "rejected"}])
    wanted = need(rows, files=("reviewed.jsonl",), least=2)
    assert "1 rows, expected 2" in rows.look(wanted, open_submission(tmp_path / "d")).said


def test_undone_decisions_do_not_count(tmp_path):
    decided = [{"id": "a", "what": "accepted"}, {"id": "b", "what": "edited"}, {"id": "a", "what": "undone"}]
    write_lines(tmp_path / "d" / "decisions.jsonl", decided)
    found = review.look(need(review, least=1), open_submission(tmp_path / "d"))
    assert found.said == "1 rows reviewed: 1 edited"


def test_one_of_several_fields_is_enough_and_kinds_are_counted(tmp_path):
    write_lines(tmp_path / "d" / "pairs.jsonl", [PAIR, {**PAIR, "type": "Place"}])
    wanted = need(rows, files=("pairs.jsonl",), least=2, fields=("context|evidence",), categories=2)
    assert rows.look(wanted, open_submission(tmp_path / "d")).met


def test_a_json_list_is_read_as_rows(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "pairs.json").write_text(json.dumps([PAIR, PAIR]), encoding="utf-8")
    assert rows.look(need(rows, files=("pairs.json",), least=2), open_submission(tmp_path / "d")).met


def test_a_file_outside_the_submission_is_no_evidence(tmp_path):
    write_lines(tmp_path / "passages.jsonl", [PAIR])
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "passages.jsonl").symlink_to(tmp_path / "passages.jsonl")
    assert not rows.look(need(rows, files=("passages.jsonl",)), open_submission(tmp_path / "d")).met


def test_a_section_with_too_few_words_is_counted(folder):
    (folder / "notes.md").write_text("# Domain\none two three\n# Facts\n" + "word " * 40, encoding="utf-8")
    handed = open_submission(folder)
    assert '3 words under "Domain", expected 20' in notes.look(need(notes, heading="Domain"), handed).said
    assert notes.look(need(notes, heading="facts"), handed).met
