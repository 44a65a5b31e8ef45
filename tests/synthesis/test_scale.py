import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

from bench.errors import UserError
from bench.synthesis.rows import Dropped, Instruction, Pair, read_rows, write_rows
from bench.synthesis.scale import Plan, described, rest, scale
from bench.synthesis.scale_gate import BudgetReached, Gate, Limits, Pace, Prices
from bench.synthesis.scale_instructions import going_on
from bench.synthesis.scale_journal import Journal, Reply, totals
from bench.synthesis.teachers import Refused
from bench.synthesis.teachers._asking import Unanswered
from bench.synthesis.teachers.openai import Endpoint, OpenAITeacher
from tests.synthesis.endpoint import GOOD, KEY, PASSAGE, error, serving
from tests.synthesis.test_review import desk, open_review, review_in_terminal
from tests.synthesis.test_review import pair as reviewed_pair

pytest.importorskip("openai")

EVERY = [
    Instruction(id=f"i{n}", text=f"Who keeps lamp {n}?", type="people", category="people", difficulty="easy")
    for n in range(24)
]
UNREVIEWED = {"without_review": True}


class Rules:
    name = "rules"


def made(instruction):
    return reviewed_pair(0, id=instruction.id, instruction=instruction.text)


def asking(teacher):
    def work(instruction):
        said = teacher.answer(instruction, [PASSAGE])
        if isinstance(said, Refused):
            return Dropped(id=instruction.id, stage="ground", reason=said.reason)
        return reviewed_pair(0, id=instruction.id, instruction=instruction.text, response=said.text)

    return work


def pairs_in(folder):
    return [pair.id for pair in read_rows(folder / "pairs.jsonl", Pair)]


def run(folder, server, **plan):
    teacher = OpenAITeacher(Endpoint("m", server.url, retries=0, timeout=5), KEY)
    return scale(folder, teacher, EVERY, asking(teacher), Plan(**({"target": 24} | UNREVIEWED | plan)))


def test_without_ten_reviewed_pairs_it_is_refused_with_the_command(tmp_path):
    with pytest.raises(UserError, match="0 of the first 10 pairs are reviewed; run `tunebench review"):
        scale(tmp_path, Rules(), EVERY, made, Plan())


def test_after_ten_it_runs_and_the_record_says_what_was_reviewed(tmp_path):
    write_rows(tmp_path / "pairs.jsonl", [reviewed_pair(n) for n in range(12)])
    review_in_terminal(open_review(tmp_path), desk("aaaaaaaarr"))
    assert scale(tmp_path, Rules(), EVERY, made, Plan(target=20)).pairs == 20
    assert json.loads((tmp_path / "scale.json").read_text())["reviewed_before"] == {"accepted": 8, "rejected": 2}


def test_when_most_were_rejected_it_is_refused(tmp_path):
    write_rows(tmp_path / "pairs.jsonl", [reviewed_pair(n) for n in range(12)])
    review_in_terminal(open_review(tmp_path), desk("aaaarrrrrr"))
    with pytest.raises(UserError, match="rejected 6 of 10"):
        scale(tmp_path, Rules(), EVERY, made, Plan())


def test_without_review_is_recorded(tmp_path):
    scale(tmp_path, Rules(), EVERY, made, Plan(target=3, **UNREVIEWED))
    assert json.loads((tmp_path / "scale.json").read_text())["plan"]["without_review"] is True


def test_it_stops_at_the_target_and_a_second_run_makes_only_what_is_missing(tmp_path):
    done = []

    def work(instruction):
        done.append(instruction.id)
        return made(instruction)

    assert scale(tmp_path, Rules(), EVERY, work, Plan(target=5, **UNREVIEWED)).pairs == 5
    assert scale(tmp_path, Rules(), EVERY, work, Plan(target=9, **UNREVIEWED)).pairs == 9
    assert len(done) == len(set(done)) == 9


def test_too_few_instructions_say_so(tmp_path):
    ended = scale(tmp_path, Rules(), EVERY, made, Plan(target=1000, **UNREVIEWED))
    assert (ended.pairs, ended.stopped.split(";")[0]) == (24, "there are no more instructions")


def test_threads_ask_at_the_same_time(tmp_path):
    together, inside, lock = [], [], threading.Lock()

    def say(request):
        with lock:
            inside.append(1)
            together.append(len(inside))
        time.sleep(0.05)
        with lock:
            inside.pop()
        return GOOD

    with serving(say) as server:
        assert run(tmp_path, server, concurrency=4).pairs == 24
    assert 2 <= max(together) <= 4


def test_broken_replies_are_dropped_with_their_reason_and_failed_requests_are_kept_for_the_next_run(tmp_path):
    def say(request):
        number = int(request["messages"][1]["content"].rpartition("lamp ")[2].rstrip("?"))
        return ["no json", error(500), GOOD, GOOD, GOOD, GOOD][number % 6]

    with serving(say) as server:
        ended = run(tmp_path, server, concurrency=1)
    assert (ended.pairs, ended.dropped, ended.unanswered) == (16, 4, 4)
    assert {row.reason for row in read_rows(tmp_path / "dropped.jsonl", Dropped)} == {"the teacher's reply is not JSON"}
    with serving(lambda request: GOOD) as server:
        assert run(tmp_path, server).pairs == 20
    assert len(server.requests) == 4
    assert rest(EVERY, tmp_path) == []


def test_a_dead_endpoint_ends_it_with_what_is_done_kept(tmp_path):
    asked = []

    def say(request):
        asked.append(1)
        return GOOD if len(asked) <= 6 else error(401)

    with serving(say) as server:
        ended = run(tmp_path, server, concurrency=1)
    assert "AuthenticationError 401" in ended.stopped
    assert len(pairs_in(tmp_path)) == 6
    assert len(server.requests) <= 10


def test_the_budget_stops_it_and_the_next_run_counts_what_was_paid(tmp_path):
    limits = Limits(budget=0.0025, prices=Prices(input=1.0, output=5.0))
    with serving(lambda request: GOOD) as server:
        ended = run(tmp_path, server, limits=limits, concurrency=1)
        again = run(tmp_path, server, limits=limits, concurrency=1)
    assert "the budget of 0.0025 is used up" in ended.stopped
    assert 0 < ended.paid <= 0.0025
    assert (again.pairs, again.paid) == (ended.pairs, ended.paid)
    assert len(server.requests) == ended.pairs


def test_the_key_stands_in_no_file(tmp_path):
    with serving(lambda request: error(500) if "lamp 3?" in str(request) else GOOD) as server:
        run(tmp_path, server)
    for path in tmp_path.rglob("*"):
        assert KEY not in path.read_text(), path


WORKER = """
import sys
from pathlib import Path
from bench.synthesis.scale import Plan
from bench.synthesis.teachers import open_teacher
from tests.synthesis.test_scale import EVERY, asking, scale
teacher = open_teacher("openai:m")
scale(Path(sys.argv[1]), teacher, EVERY, asking(teacher), Plan(target=24, concurrency=3, without_review=True))
"""


def worker(folder, server):
    environment = os.environ | {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
    return subprocess.Popen([sys.executable, "-c", WORKER, str(folder)], env=environment)


def test_kill_nine_loses_no_item_and_pays_for_none_twice(tmp_path):
    """The server, which knows the Idempotency-Key, counts what it would have charged for."""
    charged, reached = Counter(), threading.Semaphore(0)

    def say(request):
        charged[request["headers"]["idempotency-key"]] += 1
        reached.release()
        time.sleep(0.03)
        return GOOD

    with serving(say) as server:
        for wanted in (4, 7):
            process = worker(tmp_path, server)
            for _ in range(wanted):
                assert reached.acquire(timeout=60)
            process.send_signal(signal.SIGKILL)
            process.wait()
            while reached.acquire(timeout=0.2):
                pass
        assert worker(tmp_path, server).wait(timeout=60) == 0
    assert sorted(pairs_in(tmp_path)) == sorted(one.id for one in EVERY)
    assert len(charged) == 24, "an item has one key, however often it is sent"
    in_doubt = sum(charged.values()) - 24
    assert in_doubt <= 2 * 3, "only what was on its way when it was killed is sent again"


def test_an_answer_that_arrived_before_the_kill_is_not_asked_for_again(tmp_path):
    with Journal(tmp_path / "r.jsonl") as journal:
        Gate(journal).through("q", (5, 5), lambda name: Reply("yes", 5, 5))
    with Journal(tmp_path / "r.jsonl") as journal:
        assert Gate(journal).through("q", (5, 5), lambda name: pytest.fail("paid twice")).text == "yes"


def test_the_same_request_twice_in_one_run_is_two(tmp_path):
    with Journal(tmp_path / "r.jsonl") as journal:
        gate, said = Gate(journal), iter("ab")
        assert [gate.through("q", (1, 1), lambda name: Reply(next(said), 1, 1)).text for _ in range(2)] == ["a", "b"]


def test_a_request_in_doubt_counts_as_paid_and_is_asked_again(tmp_path):
    with Journal(tmp_path / "r.jsonl") as journal:
        journal.intend("q:1", 1000)
    limits = Limits(prices=Prices(1.0, 2.0))
    with Journal(tmp_path / "r.jsonl") as journal:
        gate = Gate(journal, limits)
        assert gate.paid == pytest.approx(0.002)
        gate.through("q", (100, 100), lambda name: Reply("yes", 100, 100))
        assert totals(journal)["in_doubt"] == 0
        assert gate.paid == pytest.approx(0.0023)


def test_a_failed_request_is_not_in_doubt(tmp_path):
    def fail(name):
        raise Unanswered("no")

    with Journal(tmp_path / "r.jsonl") as journal:
        with pytest.raises(Unanswered):
            Gate(journal).through("q", (1, 1), fail)
        assert totals(journal)["requests"] == 0


def test_a_request_that_timed_out_is_in_doubt_and_one_that_was_refused_is_not(tmp_path):
    for said, doubtful in ((lambda request: time.sleep(1), 1), (lambda request: error(500), 0)):
        with serving(said) as server, Journal(tmp_path / f"{doubtful}.jsonl") as journal:
            teacher = OpenAITeacher(Endpoint("m", server.url, retries=0, timeout=0.3), KEY, Gate(journal))
            with pytest.raises(UserError):
                teacher.answer(EVERY[0], [PASSAGE])
            assert totals(journal)["in_doubt"] == doubtful


def test_a_torn_journal_line_is_forgotten_and_a_damaged_one_named(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text('{"request": "q:1", "what": "answered", "text": "yes"}\n{"request": "q:2", "wh')
    with Journal(path) as journal:
        assert list(journal.answered) == ["q:1"]
    path.write_text("{}\n")
    with pytest.raises(UserError, match=r"r.jsonl:1: no line of a request journal"):
        Journal(path)


def test_a_second_run_on_the_same_folder_is_refused(tmp_path):
    with Journal(tmp_path / "r.jsonl"), pytest.raises(UserError, match="in use by another run"):
        Journal(tmp_path / "r.jsonl")


def test_a_budget_without_prices_is_refused():
    with pytest.raises(UserError, match="--price-in"):
        Limits(budget=5.0)


def test_the_budget_also_holds_what_is_on_its_way(tmp_path):
    with Journal(tmp_path / "r.jsonl") as journal:
        gate = Gate(journal, Limits(budget=1.0, prices=Prices(1e6, 1e6)))
        gate.reserve((0, 1))
        with pytest.raises(BudgetReached):
            gate.reserve((0, 1))


def test_requests_and_tokens_a_minute_are_kept():
    now = [0.0]
    pace = Pace(Limits(requests_per_minute=2, tokens_per_minute=100), lambda: now[0])
    assert [pace.admit(10), pace.admit(10)] == [0, 0]
    assert pace.admit(10) == 60
    now[0] = 61
    assert pace.admit(90) == 0
    assert pace.admit(20) > 0


def test_a_request_larger_than_the_token_limit_goes_alone():
    assert Pace(Limits(tokens_per_minute=10)).admit(5000) == 0


def test_progress_says_what_is_paid_and_to_go(tmp_path):
    said = []
    limits = Limits(prices=Prices(1.0, 5.0))
    with serving(lambda request: GOOD) as server:
        teacher = OpenAITeacher(Endpoint("m", server.url), KEY)
        scale(tmp_path, teacher, EVERY, asking(teacher), Plan(24, 1, limits, True), said.append)
    assert "12 of 24 pairs" in described(said[11])
    assert said[11].to_go == pytest.approx(said[11].paid)


def test_a_teacher_adds_instructions_until_the_target_and_they_are_stored(tmp_path):
    asked = []

    def say(request):
        if "new and unique" not in request["messages"][1]["content"]:
            return GOOD
        asked.append(1)
        return json.dumps([f"Tell me how object {len(asked)} of {word} looks." for word in ("tin", "oak")])

    with serving(say) as server:
        teacher = OpenAITeacher(Endpoint("m", server.url, retries=0), KEY)
        write_rows(tmp_path / "instructions.jsonl", EVERY[:2])
        more = going_on(tmp_path, teacher, EVERY[:2], [PASSAGE])
        ended = scale(tmp_path, teacher, more, asking(teacher), Plan(target=5, concurrency=1, **UNREVIEWED))
    stored = {one.id for one in read_rows(tmp_path / "instructions.jsonl", Instruction)}
    assert ended.pairs >= 3
    assert set(pairs_in(tmp_path)) <= stored


def test_a_teacher_without_new_instructions_ends_it(tmp_path):
    with serving(lambda request: "[]" if "new and unique" in str(request) else GOOD) as server:
        teacher = OpenAITeacher(Endpoint("m", server.url, retries=0), KEY)
        more = going_on(tmp_path, teacher, EVERY[:2], [PASSAGE])
        ended = scale(tmp_path, teacher, more, asking(teacher), Plan(target=50, **UNREVIEWED))
    assert (ended.pairs, ended.stopped.split(";")[0]) == (2, "there are no more instructions")


def test_an_endpoint_that_dies_while_it_proposes_keeps_what_is_done(tmp_path):
    with serving(lambda request: error(401) if "new and unique" in str(request) else GOOD) as server:
        teacher = OpenAITeacher(Endpoint("m", server.url, retries=0), KEY)
        more = going_on(tmp_path, teacher, EVERY[:2], [PASSAGE])
        ended = scale(tmp_path, teacher, more, asking(teacher), Plan(target=50, **UNREVIEWED))
    assert "AuthenticationError 401" in ended.stopped
    assert len(pairs_in(tmp_path)) == 2
