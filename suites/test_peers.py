"""Our server beside its peers on this machine, side by side: the lecture's web app and `transformers serve`.

Deselected unless asked for: `pytest -m peers suites/test_peers.py`. The servers take turns, twice, and the better turn
of each counts, because other work on the machine hits one of them and not the other.
"""

import pytest

from benchmarks.serving import BATCHING_PEER, LECTURE, OWN, PEER, Server, loaded, running

pytestmark = pytest.mark.peers
CLIENTS, SECONDS, TURNS = 32, 10.0, 2


@pytest.fixture(scope="module")
def answers_per_second():
    pytest.importorskip("fastapi", reason="the extra `serve` is not installed")
    best: dict[str, float] = {}
    for _ in range(TURNS):
        for server in (OWN, LECTURE, PEER, BATCHING_PEER):
            best[server.name] = max(best.get(server.name, 0.0), measured(server))
    print(best)
    return best


def measured(server: Server) -> float:
    with running(server) as (port, _):
        load = loaded(server, port, clients=CLIENTS, seconds=SECONDS)
    if server is OWN:
        assert load.answered == load.statuses.total(), dict(load.statuses)
    return load.answered / load.seconds


def test_four_times_the_answers_of_the_lectures_one_at_a_time_app(answers_per_second):
    assert answers_per_second[OWN.name] >= 4 * answers_per_second[LECTURE.name]


@pytest.mark.parametrize("peer", [PEER.name, BATCHING_PEER.name])
def test_more_answers_than_transformers_serve(answers_per_second, peer):
    assert answers_per_second[OWN.name] > answers_per_second[peer]
