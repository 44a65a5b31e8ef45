"""The lectures' web API (S1.15): POST /ask, GET /health, and /model_info, with the controls and turns of S1.16-17."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from bench.data.example import Turn
from bench.prompts.rendering import final_answer
from bench.serve import engine as engines
from bench.serve.assistant import Assistant
from bench.serve.awaiting import submit, whole
from bench.serve.engine import Engine
from bench.serve.limits import TURNS, Name, NewTokens, Question, Seed, Strict, Temperature, Text, TopK, TopP
from bench.serve.problems import Missing, documented


class Exchange(Strict):
    """An earlier turn, as an answer of this route gives it."""

    question: Question
    response: Text


class Ask(Strict):
    """A question, and how to answer it."""

    question: Question
    history: Annotated[tuple[Exchange, ...], Field(max_length=TURNS, strict=False)] = ()
    """Earlier turns, oldest first."""
    input: Text = ""
    """Text the question is about."""
    model: Name = ""
    """One of /model_info's models; the first one without it."""
    temperature: Temperature = 0.0
    top_p: TopP = 1.0
    top_k: TopK = 0
    max_new_tokens: NewTokens | None = None
    seed: Seed | None = None


class Asked(BaseModel):
    """The question with its answer."""

    question: str
    response: str
    model: str
    finish_reason: str
    """stop: the model ended it; length: it was cut off."""
    prompt_tokens: int
    new_tokens: int
    seconds: float


class Health(BaseModel):
    """The server is there and its models run."""

    status: str


class ModelInfo(BaseModel):
    """What is served: the lecture's four keys (S1.14) and how the model is asked."""

    model_config = {"extra": "allow", "protected_namespaces": ()}

    models: list[str]
    """Names of all models; the first is the default."""
    model: str
    """The one that the rest is about."""
    template: str
    max_positions: int
    """Tokens of prompt and answer together."""
    max_new_tokens: int
    """Of an answer, where the request does not say."""


router = APIRouter()


async def served(http: Request) -> Engine:
    """The engine of this app; `async`, because FastAPI takes a plain function to another thread."""
    engine: Engine = http.app.state.engine
    return engine


Served = Annotated[Engine, Depends(served)]


@router.post("/ask", responses=documented(400, 401, 403, 404, 408, 413, 422, 429, 500, 503))
async def ask(body: Ask, http: Request, engine: Served) -> Asked:
    """Answers a question."""
    assistant = named(engine, body.model)
    stream = await submit(engine, question_of(body), http)
    answer = await whole(stream, http)
    return Asked(
        question=body.question,
        response=final_answer(answer.text, assistant.template) or answer.text,
        model=assistant.name,
        finish_reason=answer.finish_reason,
        prompt_tokens=answer.prompt_tokens,
        new_tokens=answer.new_tokens,
        seconds=round(answer.seconds, 4),
    )


@router.get("/health", response_model=Health, responses={**documented(400, 403), 503: {"model": Health}})
async def health(engine: Served) -> Any:
    """Whether the server answers; asks for no token."""
    alive = engine.alive
    return JSONResponse({"status": "healthy" if alive else "unhealthy"}, 200 if alive else 503)


@router.get("/model_info", responses=documented(400, 401, 403, 404, 422))
async def model_info(engine: Served, model: Annotated[str, Query(max_length=256)] = "") -> ModelInfo:
    """What is served."""
    assistant = named(engine, model)
    told = {
        "models": engine.names,
        "model": assistant.name,
        "template": assistant.template,
        "max_positions": assistant.max_positions,
        "max_new_tokens": assistant.max_new_tokens,
    }
    return ModelInfo(**{**assistant.info, **told})


def question_of(body: Ask) -> engines.Request:
    return engines.Request(
        question=body.question,
        input=body.input,
        history=tuple(Turn(turn.question, turn.response) for turn in body.history),
        model=body.model,
        max_new_tokens=body.max_new_tokens,
        temperature=body.temperature,
        top_p=body.top_p,
        top_k=body.top_k,
        seed=body.seed,
        pieces=False,
    )


def named(engine: Engine, model: str) -> Assistant:
    """The assistant of this name, or the first one. Raises Missing, with the names that there are."""
    if model and model not in engine.assistants:
        raise Missing(f"no such model; served here: {', '.join(engine.names)}")
    return engine.assistant(model)
