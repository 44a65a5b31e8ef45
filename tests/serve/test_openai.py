import asyncio
import json

import httpx
import pytest

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")
pytest.importorskip("openai", reason="the client is not installed")

import openai
from starlette.requests import ClientDisconnect

from bench.serve.assistant import open_assistant
from bench.serve.engine import Engine, Request
from bench.serve.openai_api import Told, lead_of
from bench.serve.security import Door
from tests.serve.served import endless, server, until

ASKED = [{"role": "user", "content": "What is 2 plus 2?"}]
TOKEN = "kingfisher-7"


@pytest.fixture(scope="module")
def engine():
    with Engine([open_assistant("tiny-llama"), endless()]) as running:
        yield running


@pytest.fixture(scope="module")
def url(engine):
    with server(engine, Door(token=TOKEN)) as url:
        yield url


@pytest.fixture(scope="module")
def client(url):
    with openai.OpenAI(base_url=f"{url}/v1", api_key=TOKEN, max_retries=0) as client:
        yield client


def test_models_are_listed_the_default_first(client):
    assert [model.id for model in client.models.list()] == ["tiny-llama", "endless"]


def test_a_chat_answer_is_the_engines(client, engine):
    said = client.chat.completions.create(model="tiny-llama", messages=ASKED, max_tokens=12)
    answer = engine.submit(Request(ASKED[0]["content"], max_new_tokens=12)).answer(10)
    assert said.choices[0].message.content == answer.text
    assert said.choices[0].message.role == "assistant"
    assert said.usage.prompt_tokens == answer.prompt_tokens
    assert said.usage.total_tokens == answer.prompt_tokens + answer.new_tokens
    assert said.object == "chat.completion"


def test_a_streamed_answer_is_the_plain_one_in_pieces(client):
    plain = client.chat.completions.create(model="endless", messages=ASKED, max_tokens=30)
    stream = client.chat.completions.create(
        model="endless", messages=ASKED, max_tokens=30, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == plain.choices[0].message.content
    assert len([piece for piece in pieces if piece]) > 3
    assert chunks[-1].usage == plain.usage
    assert chunks[-2].choices[0].finish_reason == plain.choices[0].finish_reason == "length"


def test_a_conversation_goes_on_with_the_clients_own_message_objects(client, engine):
    first = client.chat.completions.create(model="tiny-llama", messages=ASKED, max_tokens=8)
    more = [*ASKED, first.choices[0].message, {"role": "user", "content": "And why?"}]
    second = client.chat.completions.create(model="tiny-llama", messages=more, max_tokens=8)
    assert second.usage.prompt_tokens > first.usage.total_tokens


def test_a_system_message_is_read(client):
    told = [{"role": "system", "content": "Be brief."}, *ASKED]
    plain, with_system = (
        client.chat.completions.create(model="endless", messages=messages, max_tokens=4) for messages in (ASKED, told)
    )
    assert with_system.usage.prompt_tokens > plain.usage.prompt_tokens


def test_content_in_parts_is_read(client):
    parts = [{"role": "user", "content": [{"type": "text", "text": ASKED[0]["content"]}]}]
    one, other = (
        client.chat.completions.create(model="endless", messages=messages, max_tokens=9) for messages in (ASKED, parts)
    )
    assert one.choices[0].message.content == other.choices[0].message.content


def test_a_seed_repeats_a_sample(client):
    settings = {"model": "endless", "messages": ASKED, "max_tokens": 12, "temperature": 1.4, "top_p": 0.95}
    first, again, other = (client.chat.completions.create(**settings, seed=seed) for seed in (1, 1, 2))
    texts = [said.choices[0].message.content for said in (first, again, other)]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_stop_text_ends_the_answer_and_is_left_out(client, streamed):
    settings = {"model": "endless", "messages": ASKED}
    whole = client.chat.completions.create(**settings, max_tokens=30).choices[0].message.content
    stop = whole[10:12]
    said = client.chat.completions.create(**settings, max_tokens=30, stop=[stop, "never"], stream=streamed)
    if streamed:
        chunks = list(said)
        text, reason = (
            "".join(chunk.choices[0].delta.content or "" for chunk in chunks),
            chunks[-1].choices[0].finish_reason,
        )
    else:
        text, reason = said.choices[0].message.content, said.choices[0].finish_reason
    assert (text, reason) == (whole[: whole.index(stop)], "stop")


@pytest.mark.parametrize("streamed", [False, True])
def test_a_completion_continues_the_bare_text(client, engine, streamed):
    said = client.completions.create(model="tiny-llama", prompt="The capital of", max_tokens=6, stream=streamed)
    answer = engine.submit(Request("The capital of", template="raw", max_new_tokens=6)).answer(10)
    text = "".join(chunk.choices[0].text for chunk in said) if streamed else said.choices[0].text
    assert text == answer.text


def test_the_clients_errors_are_of_its_own_kinds(client, url):
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="gpt-none", messages=ASKED)
    with pytest.raises(openai.UnprocessableEntityError, match="takes at most 255"):
        client.chat.completions.create(model="tiny-llama", messages=[{"role": "user", "content": "word " * 500}])
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"{url}/v1", api_key="wrong").models.list()


@pytest.mark.parametrize(
    "roles", [["assistant"], ["user", "user"], ["user", "assistant"], ["system"], ["user", "system", "user"]]
)
def test_messages_that_are_no_conversation_are_refused_with_what_is_expected(client, roles):
    messages = [{"role": role, "content": "x"} for role in roles]
    with pytest.raises(openai.UnprocessableEntityError, match="the user's last"):
        client.chat.completions.create(model="tiny-llama", messages=messages)


@pytest.mark.parametrize("extra", [{"n": 2}, {"logprobs": True}, {"presence_penalty": 1}, {"tools": [{}]}])
def test_what_is_not_built_is_refused_and_not_ignored(client, extra):
    with pytest.raises(openai.UnprocessableEntityError, match=next(iter(extra))):
        client.chat.completions.create(model="tiny-llama", messages=ASKED, extra_body=extra)


def test_neutral_values_of_what_is_not_built_are_taken(client):
    neutral = {"n": 1, "logprobs": False, "presence_penalty": 0, "frequency_penalty": 0, "user": "me"}
    assert client.chat.completions.create(model="tiny-llama", messages=ASKED, max_tokens=1, **neutral).choices


def test_too_many_waiting_is_a_rate_limit_with_a_time(engine):
    with Engine([endless()], slots=1, waiting=0) as small, server(small) as url:
        held = small.submit(Request("x", max_new_tokens=5000))
        body = {"messages": ASKED}
        told = httpx.post(f"{url}/v1/chat/completions", json=body)
        held.cancel()
    assert told.status_code == 429
    assert int(told.headers["retry-after"]) >= 1
    assert told.json()["error"]["type"] == "rate_limit_error"


def test_an_answer_that_breaks_off_ends_its_stream_with_an_error(client, monkeypatch):
    monkeypatch.setattr("bench.serve.worker.choose", lambda *_: 1 / 0)
    stream = client.chat.completions.create(model="endless", messages=ASKED, stream=True)
    with pytest.raises(openai.APIError, match="broke off"):
        list(stream)


def test_a_reader_of_a_stream_that_leaves_stops_it(client, engine):
    stream = client.chat.completions.create(model="endless", messages=ASKED, max_tokens=4000, stream=True)
    next(iter(stream))
    stream.close()
    worker = engine.workers["endless"]
    assert until(lambda: not worker.rows, 1.0)


def test_a_stream_that_never_begins_stops_the_model_all_the_same(engine):
    stream = engine.submit(Request("x", model="endless", max_new_tokens=4000))

    async def gone(*_):
        raise OSError

    async def nothing():
        yield ""

    with pytest.raises(ClientDisconnect):
        asyncio.run(Told(nothing(), stream)({"type": "http", "asgi": {"spec_version": "2.4"}}, gone, gone))
    assert stream.answer(5).finish_reason == "cancelled"


def test_the_template_decides_on_the_space_before_an_answer():
    assert lead_of("instruction_colon") == " "
    assert lead_of("raw") == ""


def test_lines_of_a_stream_are_server_sent_events(url):
    body = {"messages": ASKED, "max_tokens": 2, "stream": True}
    told = httpx.post(f"{url}/v1/chat/completions", json=body, headers={"authorization": f"Bearer {TOKEN}"})
    assert told.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in told.text.split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    assert all(json.loads(line.removeprefix("data: "))["id"].startswith("chatcmpl-") for line in lines[:-1])
