"""The API, asked by schemathesis from its own OpenAPI document: no crash, no answer that is not documented."""

import pytest

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")
pytest.importorskip("schemathesis", reason="schemathesis is not installed")

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bench.models._weights import byte_tokenizer
from bench.serve.app import create_app
from bench.serve.assistant import made
from bench.serve.engine import Engine
from bench.serve.security import Door
from tests.micro import micro_model
from tests.serve.served import info_of

TOKEN = "kingfisher-7"
KEY = {"Authorization": f"Bearer {TOKEN}"}
# The order of a conversation's roles and the length of a prompt cannot be said in a schema, so valid data may be
# refused; and a failing example is told as it was found, because shrinking takes minutes.
BOUNDED = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def documented():
    brief = made(micro_model(n_positions=96), byte_tokenizer(), info_of("brief") | {"max_new_tokens": 4})
    with Engine([brief], slots=4) as engine:
        app = create_app(engine, Door(token=TOKEN, hosts=("testserver",)))
        found = schemathesis.openapi.from_dict(app.openapi())
        found.app = app
        yield found


OPERATIONS = [
    ("/ask", "POST"),
    ("/health", "GET"),
    ("/model_info", "GET"),
    ("/v1/models", "GET"),
    ("/v1/chat/completions", "POST"),
    ("/v1/completions", "POST"),
]


# A request without a body and a query cannot be wrong.
WRONG = [operation for operation in OPERATIONS if operation[0] not in ("/health", "/v1/models")]
FUZZED = [(*each, GenerationMode.POSITIVE) for each in OPERATIONS] + [
    (*each, GenerationMode.NEGATIVE) for each in WRONG
]


@pytest.mark.parametrize(("path", "method", "mode"), FUZZED, ids=lambda value: getattr(value, "value", value))
def test_every_answer_is_documented_and_none_is_a_crash(documented, path, method, mode):
    operation = documented[path][method]

    @BOUNDED
    @given(operation.as_strategy(generation_mode=mode))
    def asked(case):
        case.call_and_validate(headers=KEY, excluded_checks=[positive_data_acceptance])

    asked()


def test_every_documented_operation_is_fuzzed(documented):
    assert {(found.ok().path, found.ok().method.upper()) for found in documented.get_all_operations()} == set(
        OPERATIONS
    )
