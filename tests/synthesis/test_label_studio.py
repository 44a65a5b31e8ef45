import json

import pytest

from bench.errors import UserError
from bench.synthesis.label_studio import CONFIG, export_tasks, import_tasks
from bench.synthesis.review import decide, open_review, read_decisions
from bench.synthesis.rows import write_rows
from tests.synthesis.test_review import pair


@pytest.fixture
def review(tmp_path):
    write_rows(tmp_path / "pairs.jsonl", [pair(number) for number in range(3)])
    return open_review(tmp_path)


def exported(review, tmp_path):
    export_tasks(review, tmp_path / "tasks.json")
    return json.loads((tmp_path / "tasks.json").read_text())


def annotated(task, status, response=None, by="ada@example.org"):
    result = [{"from_name": "status", "to_name": "instruction", "type": "choices", "value": {"choices": [status]}}]
    if response is not None:
        result.append({"from_name": "response", "type": "textarea", "value": {"text": [response]}})
    task["annotations"] = [{"id": 1, "completed_by": {"id": 7, "email": by}, "result": result, "lead_time": 3.5}]
    return task


def taken(review, tmp_path, tasks):
    (tmp_path / "export.json").write_text(json.dumps(tasks))
    return import_tasks(review, tmp_path / "export.json", "importer")


def test_every_field_of_the_interface_is_in_the_tasks(review, tmp_path):
    data = exported(review, tmp_path)[0]["data"]
    assert {"instruction", "context", "checks", "response", "type", "category", "difficulty"} <= data.keys()
    assert all(f"${name}" in CONFIG for name in ("instruction", "context", "checks", "response"))


def test_decisions_come_back_with_the_annotators_name(review, tmp_path):
    tasks = exported(review, tmp_path)
    annotated(tasks[0], "accepted", tasks[0]["data"]["response"])
    annotated(tasks[1], "rejected")
    annotated(tasks[2], "accepted", "Maren does.")
    done, problems = taken(review, tmp_path, tasks)
    assert problems == []
    assert [one.what for one in read_decisions(tmp_path)] == ["accepted", "rejected", "edited"]
    assert {one.who for one in done.decisions} == {"ada@example.org"}


def test_what_was_exported_comes_back_without_a_second_line(review, tmp_path):
    for what, place in (("accepted", 0), ("rejected", 1)):
        review = decide(review, review.pairs[place], what, "ada")
    done, problems = taken(review, tmp_path, exported(review, tmp_path))
    assert len(done.decisions) == 2
    assert len(problems) == 1


def test_tasks_that_say_nothing_of_our_pairs_are_named(review, tmp_path):
    tasks = exported(review, tmp_path)
    tasks[0]["data"]["id"] = "unknown"
    tasks[1]["data"]["response"] = "another text"
    annotated(tasks[2], "perhaps")
    done, problems = taken(review, tmp_path, tasks)
    assert [line.partition(": ")[2] for line in problems] == [
        "task 1: no pair has the id 'unknown'",
        f"task 2: {tasks[1]['data']['id']} has another text by now; export it again",
        f"task 3: {tasks[2]['data']['id']} has no status; expected one of accepted, edited, rejected",
    ]
    assert done.decisions == ()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"annotations": []}]', "[" * 100_000, '[{"data": 3}]'])
def test_a_file_that_is_no_export_is_refused(review, tmp_path, text):
    (tmp_path / "export.json").write_text(text)
    with pytest.raises(UserError, match="no JSON export of Label Studio"):
        import_tasks(review, tmp_path / "export.json", "ada")


def test_a_cancelled_annotation_does_not_count(review, tmp_path):
    task = annotated(exported(review, tmp_path)[0], "accepted")
    task["annotations"][0]["was_cancelled"] = True
    assert "no finished annotation" in taken(review, tmp_path, [task])[1][0]
