import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest

from bench.cli.console import console
from bench.errors import UserError
from bench.synthesis.review import Texts, decide, open_review, read_decisions, statuses_of, undo, write_reviewed
from bench.synthesis.review_terminal import MARK, desk_at, parted, review_in_terminal
from bench.synthesis.rows import Pair, read_rows, write_rows

TALE = "Maren keeps the lamp at Hollow Point. Tobias mends boats in the harbour. The bell rings at noon."


def pair(number, **changes):
    fields = {
        "id": f"p{number}",
        "instruction": f"Who keeps the lamp number {number}?",
        "response": "Maren keeps the lamp at Hollow Point.",
        "type": ("Character Analysis", "Timeline Questions")[number % 2],
        "category": "people",
        "difficulty": "easy",
        "evidence": "Maren keeps the lamp at Hollow Point.",
        "passage_id": f"tale:{number}",
        "context": TALE,
        "teacher": "rules",
    }
    return Pair(**(fields | changes))


@pytest.fixture
def folder(tmp_path):
    write_rows(tmp_path / "pairs.jsonl", [pair(number) for number in range(6)])
    return tmp_path


def run(folder, keys, *options):
    command = [sys.executable, "-m", "bench", "review", str(folder), "--who", "ada", *options]
    return subprocess.run(command, input=keys, capture_output=True, text=True, timeout=60)


def test_keys_from_a_pipe_accept_edit_and_reject(folder):
    done = run(folder, "ar\neMaren, the keeper, keeps it.\nq")
    decisions = read_decisions(folder)
    assert [one.what for one in decisions] == ["accepted", "rejected", "edited"], done.stderr
    assert decisions[2].after.response == "Maren, the keeper, keeps it."
    assert decisions[0].who == "ada"
    assert "3 of 6 reviewed: 1 accepted, 1 edited, 1 rejected" in done.stdout


def test_it_goes_on_where_it_stopped_and_no_pair_is_shown_twice(folder):
    for keys in ("aa", "aa", "aaaaaa"):
        review_in_terminal(open_review(folder), desk(keys))
    assert len({one.id for one in read_decisions(folder)}) == len(read_decisions(folder)) == 6


def desk(keys):
    return desk_at(io.StringIO(keys), console(io.StringIO()), "ada")


def test_undo_takes_back_the_last_decision_and_the_pair_comes_again(folder):
    done = review_in_terminal(open_review(folder), desk("aru"))
    assert dict(done.statuses) == {"accepted": 1}
    assert [one.what for one in read_decisions(folder)] == ["accepted", "rejected", "undone"]
    assert len(done.left) == 5


def test_undo_with_nothing_decided_does_nothing(folder):
    review, undone = undo(open_review(folder), "ada")
    assert undone is None
    assert review.decisions == ()


def test_a_skipped_pair_stays_unreviewed(folder):
    done = review_in_terminal(open_review(folder), desk("ssssss"))
    assert len(done.left) == 6


def test_an_unknown_key_decides_nothing(folder):
    assert review_in_terminal(open_review(folder), desk("xyz")).decisions == ()


def test_the_limit_counts_decisions(folder):
    assert len(review_in_terminal(open_review(folder), desk("aaaaaa"), limit=2).standing) == 2


def test_an_edit_that_empties_the_answer_is_refused(folder):
    review = open_review(folder)
    with pytest.raises(UserError, match="cannot be empty"):
        decide(review, review.pairs[0], "edited", "ada", after=Texts(instruction="Who?", response=" "))


def test_an_edit_that_changes_nothing_is_an_acceptance(folder):
    review = open_review(folder)
    first = review.pairs[0]
    same = Texts(instruction=first.instruction, response=first.response)
    assert decide(review, first, "edited", "ada", after=same).decisions[0].what == "accepted"


def test_a_decision_about_an_older_text_no_longer_counts(folder):
    review = open_review(folder)
    decide(review, review.pairs[0], "accepted", "ada")
    write_rows(folder / "pairs.jsonl", [pair(n, response="Tobias mends boats in the harbour.") for n in range(6)])
    assert open_review(folder).standing == {}


def test_an_edited_pair_is_checked_again(folder):
    review = open_review(folder)
    after = Texts(instruction="Who keeps the lamp?", response="Captain Bligh keeps 42 lamps.")
    done = decide(review, review.pairs[0], "edited", "ada", after=after)
    assert "Captain Bligh" in done.reviewed[0].checks["accuracy"]


def test_the_first_reviewed_pairs_are_of_all_types(folder):
    assert {one.type for one in open_review(folder).pairs[:2]} == {"Character Analysis", "Timeline Questions"}


def test_reviewed_rows_hold_rejected_pairs_too_and_nothing_undecided(folder):
    done = review_in_terminal(open_review(folder), desk("ar"))
    assert sorted(one.status for one in read_rows(write_reviewed(done), Pair)) == ["accepted", "rejected"]
    assert sorted(one.status for one in statuses_of(folder))[2:] == ["unreviewed"] * 4


def test_a_torn_last_decision_is_forgotten_and_the_rest_kept(folder):
    review_in_terminal(open_review(folder), desk("aa"))
    with (folder / "decisions.jsonl").open("a") as file:
        file.write('{"id": "p1", "who"')
    done = review_in_terminal(open_review(folder), desk("r"))
    assert dict(done.statuses) == {"accepted": 2, "rejected": 1}


def test_a_damaged_decision_is_named_with_its_line(folder):
    (folder / "decisions.jsonl").write_text('{"id": "p1"}\n')
    with pytest.raises(UserError, match=r"decisions.jsonl:1: "):
        open_review(folder)


def test_a_folder_without_pairs_says_how_to_make_some(tmp_path):
    with pytest.raises(UserError, match="tunebench synthesize"):
        open_review(tmp_path)


def test_control_characters_of_a_pair_do_not_reach_the_terminal(folder):
    write_rows(folder / "pairs.jsonl", [pair(0, response="Maren\x1b[2J keeps the lamp.")])
    shown = io.StringIO()
    review_in_terminal(open_review(folder), desk_at(io.StringIO("q"), console(shown), "ada"))
    assert "\x1b" not in shown.getvalue()
    assert "␛[2J" in shown.getvalue()


def test_single_keys_on_a_real_terminal_and_a_kill_lose_nothing(folder):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bench", "review", str(folder), "--who", "ada"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = until(ours, b"q quit")
    # A key pressed before the terminal listens is thrown away, so that nobody accepts what is not shown yet.
    shown += until(ours, b"1 of 6 reviewed", press=b"a")
    process.send_signal(signal.SIGKILL)
    process.wait()
    os.close(ours)
    assert {json.loads(line)["what"] for line in (folder / "decisions.jsonl").open()} == {"accepted"}, shown


def until(terminal, wanted, press=b""):
    shown, end = b"", time.monotonic() + 60
    while wanted not in shown:
        assert time.monotonic() < end, shown
        os.write(terminal, press)
        time.sleep(0.2)
        if select.select([terminal], [], [], 0)[0]:
            shown += os.read(terminal, 4096)
    return shown


def test_the_editor_gives_both_texts():
    assert parted(f"Who?\n{MARK}\nMaren.\n") == Texts(instruction="Who?", response="Maren.")


def test_a_lost_line_between_the_texts_is_refused():
    with pytest.raises(UserError, match="try again"):
        parted("Who? Maren.")


def test_the_users_editor_is_run(folder, monkeypatch, tmp_path):
    from bench.synthesis.review_terminal import edit_in_editor

    script = tmp_path / "editor.sh"
    script.write_text("#!/bin/sh\nsed -i 's/lamp at/great lamp at/' \"$1\"\n")
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)
    assert edit_in_editor(pair(1)).response == "Maren keeps the great lamp at Hollow Point."
