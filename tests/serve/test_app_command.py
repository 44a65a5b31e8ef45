import socket
import sys

import pytest

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")

from bench.cli.serving import serve
from bench.errors import UserError
from tests.micro import micro_source


@pytest.fixture(autouse=True)
def loud(monkeypatch):
    """The command's settings of this process are left out."""
    monkeypatch.setattr("bench.serve.quiet", lambda hub: None)


def refused(*source, **options):
    """The one line that the user reads."""
    with pytest.raises(UserError) as error:
        serve(*source, **({"port": 0} | options))
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_model_with_only_a_pickle_is_not_served(tmp_path):
    micro_source(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    assert "holds only pytorch_model.bin; convert it to safetensors" in refused(str(tmp_path))


def test_what_is_no_model_is_named_with_what_is(tmp_path):
    assert "tunebench list models" in refused(str(tmp_path / "nothing"))


def test_an_empty_token_is_refused():
    assert refused("tiny-gpt2", token="") == "--token is empty; give a secret, or leave it out for this machine alone"


def test_a_log_that_cannot_be_written_is_refused_before_the_model_is_loaded(tmp_path):
    assert "--log" in refused("no-such-model", log=tmp_path / "no" / "folder.jsonl")


def test_an_address_that_is_not_of_this_machine_is_refused_before_the_model_is_loaded():
    assert "cannot be had" in refused("no-such-model", host="192.0.2.1", token="kingfisher-7")


def test_a_port_in_use_is_refused_before_the_model_is_loaded():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "is in use" in refused("no-such-model", port=taken.getsockname()[1])


def test_a_missing_extra_is_named_with_its_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "fastapi", None)
    assert refused("tiny-gpt2") == 'serve needs fastapi; install it with: pip install "tunebench[serve]"'
