"""What a client is told when something is wrong: one sentence, never a path, a token, a traceback or its own input."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from bench.serve.stream import Busy, Closing, Failed, TooLong, Unrenderable

NO_QUESTION = "No question provided"
"""The lecture's own words (S1.15)."""
DISORDER = "messages: expected an optional system message, then user and assistant in turn, the user's last"
GONE = 499
"""The client has left; nobody reads this, but the request log does (nginx's number)."""
TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
SHOWN = 3
"""Wrong fields that are named."""


class Problem(BaseModel):
    """Why a request was not answered."""

    error: str
    """One sentence."""


class PromptProblem(Problem):
    """A request that is well-formed JSON and yet cannot be answered."""

    prompt_tokens: int | None = None
    """Tokens of the prompt, where it is too long."""
    limit: int | None = None
    """The most that the model takes."""


class Detail(BaseModel):
    """OpenAI's form of it."""

    message: str
    type: str
    param: None = None
    code: str | None = None
    prompt_tokens: int | None = None
    limit: int | None = None


class OpenAIProblem(BaseModel):
    """Why a request was not answered, in OpenAI's form."""

    error: Detail


class Missing(Exception):
    """What the path or the body names is not here."""


class Disorder(Exception):
    """Messages that are no conversation."""


class Gone(Exception):
    """The client has left."""


def documented(*statuses: int, openai: bool = False) -> dict[int | str, dict[str, Any]]:
    """FastAPI's `responses` for these statuses."""
    own = {status: PromptProblem if status == 422 else Problem for status in statuses}
    return {status: {"model": OpenAIProblem if openai else own[status]} for status in statuses}


def problem(
    path: str, status: int, message: str, *, headers: Mapping[str, str] | None = None, **facts: Any
) -> JSONResponse:
    """The answer to a request on `path` that went wrong, in the form its route documents."""
    if path.startswith("/v1"):
        kind = TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
        body: Any = {"error": {"message": message, "type": kind, "param": None, "code": str(status), **facts}}
    else:
        body = {"error": message, **facts}
    return JSONResponse(body, status, dict(headers or {}))


def add_handlers(app: FastAPI) -> None:
    """Every error of the app becomes a `problem`."""

    async def wrong_request(request: Request, error: Any) -> Response:
        return invalid(request.url.path, error.errors(), fields_of(request))

    async def http(request: Request, error: Any) -> Response:
        told = {400: "the body is not valid JSON", 404: "no such route", 405: "this route takes another method"}
        message = told.get(error.status_code, "the request was refused")
        return problem(request.url.path, error.status_code, message, headers=error.headers)

    async def other(request: Request, error: Any) -> Response:
        return refusal(request.url.path, error)

    app.add_exception_handler(RequestValidationError, wrong_request)
    app.add_exception_handler(HTTPException, http)
    for kind in (TooLong, Unrenderable, Busy, Closing, Failed, Missing, Disorder, Gone, Exception):
        app.add_exception_handler(kind, other)


def refusal(path: str, error: Exception) -> Response:
    """What the engine's refusals and failures look like to a client."""
    if isinstance(error, TooLong):
        return problem(path, 422, str(error), prompt_tokens=error.prompt_tokens, limit=error.limit)
    if isinstance(error, Unrenderable):
        return problem(path, 422, "the model's template cannot write this conversation; leave out what it lacks")
    if isinstance(error, Disorder):
        return problem(path, 422, DISORDER)
    if isinstance(error, Busy):
        return problem(path, 429, str(error), headers={"Retry-After": str(error.retry_after)})
    if isinstance(error, Closing):
        return problem(path, 503, str(error), headers={"Retry-After": "10", "Connection": "close"})
    if isinstance(error, Missing):
        return problem(path, 404, str(error))
    if isinstance(error, Gone):
        return Response(status_code=GONE)
    return problem(path, 500, "the model failed at this question; the server's own log says more")


def invalid(path: str, errors: Sequence[Mapping[str, Any]], known: frozenset[str]) -> Response:
    """A body that is not what the route takes; only names of fields that we gave ourselves are told."""
    if any(error["type"] == "json_invalid" for error in errors):
        return problem(path, 400, "the body is not valid JSON")
    if path == "/ask" and any(is_no_question(error) for error in errors):
        return problem(path, 400, NO_QUESTION)
    said = list(dict.fromkeys(sentence(error, known) for error in errors))
    more = f"; and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
    return problem(path, 422, "; ".join(said[:SHOWN]) + more)


def is_no_question(error: Mapping[str, Any]) -> bool:
    empty = error["type"] in ("missing", "blank", "string_too_short") or error.get("input") is None
    return bool(error["loc"][-1] == "question" and len(error["loc"]) == 2 and empty)


def sentence(error: Mapping[str, Any], known: frozenset[str]) -> str:
    """`messages.0.content: Field required`, without what the client wrote itself."""
    named = [str(part) for part in error["loc"] if isinstance(part, int) or part in known]
    place = ".".join(named) or "the request"
    if error["type"] == "extra_forbidden":
        return f"{place}: holds an unknown field; known here are {', '.join(sorted(known))}"
    if error["type"] in ("missing", "value_error"):
        return f"{place}: {'is missing' if error['type'] == 'missing' else 'is not valid'}"
    return f"{place}: {error['msg']}"


def fields_of(request: Request) -> frozenset[str]:
    """Names of the fields that the route's body may hold, at any depth."""
    route = request.scope.get("route")
    body = getattr(route, "body_field", None)
    model = getattr(getattr(body, "field_info", None), "annotation", None)
    if not isinstance(model, type) or not issubclass(model, BaseModel):
        return frozenset()
    schema = model.model_json_schema()
    every = [schema, *schema.get("$defs", {}).values()]
    return frozenset(name for each in every for name in each.get("properties", {}))
