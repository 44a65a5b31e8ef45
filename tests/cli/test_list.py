"""`tunebench list`."""

import pytest

from bench import catalog
from bench.cli.listing import KINDS, summary


def test_every_kind_of_name_is_listed(tunebench):
    done = tunebench("list")
    assert done.code == 0
    assert all(f"{kind}s\n" in done.out for kind in (*catalog.FOLDERS, *catalog.FIXTURE_FOLDERS))
    assert {"tiny-gpt2", "s2_mixture", "lecture11"} <= set(done.out.split())


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_says_what_it_stands_for(kind):
    assert [name for name in catalog.names(kind) if not summary(kind, name)] == []


def test_one_kind_in_the_plural_too(tunebench):
    assert tunebench("list", "methods").out == tunebench("list", "method").out


def test_a_kind_that_is_none_is_answered_with_the_nearest(tunebench):
    done = tunebench("list", "metod")
    assert done.code == 2
    assert "Did you mean 'method'" in done.err
