"""Keys and values with room ahead hold what plain ones hold, through every join, leave and growth."""

import random
from types import SimpleNamespace

import pytest
import torch

from bench.serve.room import AHEAD, Room, closed_up

HEADS, SIZE = 2, 3


def tokens(rows, width):
    return torch.rand(rows, HEADS, width, SIZE)


def layer(rows, width):
    return SimpleNamespace(keys=tokens(rows, width), values=tokens(rows, width))


def rows_of(held, lengths):
    """Each row's own keys and values, padding left out."""
    return [(held.keys[row, :, -length:], held.values[row, :, -length:]) for row, length in enumerate(lengths)]


def same(one, other):
    return all(
        torch.equal(mine, theirs) for a, b in zip(one, other, strict=True) for mine, theirs in zip(a, b, strict=True)
    )


def test_a_token_is_written_behind_the_others():
    plain, more = layer(2, 3), layer(2, 1)
    room = Room(plain)
    keys, values = room.update(more.keys, more.values)
    assert torch.equal(keys, torch.cat([plain.keys, more.keys], 2))
    assert torch.equal(values, torch.cat([plain.values, more.values], 2))
    assert room.get_seq_length() == 4


def test_nothing_is_copied_while_there_is_room():
    room = Room(layer(2, 3))
    room.update(tokens(2, 1), tokens(2, 1))
    before = room.whole[0].data_ptr()
    for _ in range(AHEAD - 1):
        room.update(tokens(2, 1), tokens(2, 1))
    assert room.whole[0].data_ptr() == before
    room.update(tokens(2, 1), tokens(2, 1))
    assert room.whole[0].data_ptr() != before


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_join_and_leave_in_any_order_keep_what_is_theirs(seed):
    draw, lengths = random.Random(seed), [4, 2]
    first = layer(2, 4)
    room, wanted = Room(first), rows_of(first, lengths)
    for _ in range(60):
        kind = draw.choice(("grow", "grow", "join", "leave"))
        if kind == "grow":
            more = layer(len(lengths), 1)
            room.update(more.keys, more.values)
            lengths = [length + 1 for length in lengths]
            wanted = [
                (torch.cat([keys, more.keys[row]], 1), torch.cat([values, more.values[row]], 1))
                for row, (keys, values) in enumerate(wanted)
            ]
        elif kind == "join":
            own = [draw.randint(1, 40) for _ in range(draw.randint(1, 3))]
            new = layer(len(own), max(own))
            room.join(new)
            lengths, wanted = lengths + own, wanted + rows_of(new, own)
        elif len(lengths) > 1:
            gone = draw.randrange(len(lengths))
            order = closed_up(len(lengths), [row for row in range(len(lengths)) if row != gone])
            lengths, wanted = [lengths[row] for row in order], [wanted[row] for row in order]
            room.stay(order, max(lengths))
        assert room.keys.shape == (len(lengths), HEADS, max(lengths), SIZE)
        assert same(rows_of(room, lengths), wanted)


def test_padding_holds_numbers_where_a_broken_answer_stood_before():
    broken = layer(2, 4)
    broken.keys[1], broken.values[1] = float("nan"), float("inf")
    room = Room(broken)
    room.stay([0], 4)
    room.join(layer(1, 2))
    assert torch.isfinite(room.keys).all()
    assert torch.isfinite(room.values).all()


def test_a_prompt_longer_than_all_before_it_gets_room_in_front():
    room = Room(layer(1, 2))
    new = layer(1, 9)
    room.join(new)
    assert torch.equal(room.keys[1], new.keys[0])
    assert not room.keys[0, :, :7].any()


@pytest.mark.parametrize(
    ("rows", "staying", "order"),
    [(3, [0, 1, 2], [0, 1, 2]), (3, [1, 2], [2, 1]), (4, [0, 3], [0, 3]), (4, [3], [3]), (2, [], []), (3, [0], [0])],
)
def test_the_last_rows_take_the_places_of_those_that_leave(rows, staying, order):
    assert closed_up(rows, staying) == order
