"""What every paid request passes: the journal, the budget, and the limits of requests and tokens a minute."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from bench.errors import UserError
from bench.synthesis.scale_journal import Journal, Reply

MINUTE = 60.0


class BudgetReached(UserError):
    """The next request could cost more than is left."""


@dataclass(frozen=True)
class Prices:
    """Per million tokens, in whatever currency the budget is in. None is built in: they change without notice."""

    input: float = 0.0
    output: float = 0.0

    def __post_init__(self) -> None:
        if min(self.input, self.output) < 0:
            raise UserError(f"prices are {self.input} and {self.output} a million tokens; they cannot be below 0")

    @property
    def known(self) -> bool:
        return self.input > 0 or self.output > 0

    def of(self, prompt_tokens: float, completion_tokens: float) -> float:
        return (self.input * prompt_tokens + self.output * completion_tokens) / 1e6


@dataclass(frozen=True)
class Limits:
    """What a run may use; None is no limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    budget: float | None = None
    prices: Prices = field(default_factory=Prices)

    def __post_init__(self) -> None:
        for name in ("requests_per_minute", "tokens_per_minute"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UserError(f"{name} is {value}; it must be at least 1")
        if self.budget is not None and not self.prices.known:
            raise UserError("a budget needs the teacher's prices: give --price-in and --price-out a million tokens")
        if self.budget is not None and self.budget <= 0:
            raise UserError(f"the budget is {self.budget}; it must be above 0")


class Pace:
    """Starts so many requests, with so many tokens, in any minute; the others wait their turn."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits, self.clock, self.lock = limits, clock, Lock()
        self.started: deque[tuple[float, int]] = deque()

    def wait(self, tokens: int) -> None:
        while (seconds := self.admit(tokens)) > 0:
            time.sleep(seconds)

    def admit(self, tokens: int) -> float:
        """0 when the request may start now, and is counted; else the seconds after which to ask again."""
        with self.lock:
            now = self.clock()
            while self.started and now - self.started[0][0] >= MINUTE:
                self.started.popleft()
            if not self.started or self.fits(tokens):
                self.started.append((now, tokens))
                return 0.0
            return max(0.001, MINUTE - (now - self.started[0][0]))

    def fits(self, tokens: int) -> bool:
        """A request larger than the limit itself is let through alone: waiting would not make it smaller."""
        requests, most = self.limits.requests_per_minute, self.limits.tokens_per_minute
        within = requests is None or len(self.started) < requests
        return within and (most is None or sum(used for _, used in self.started) + tokens <= most)


class Gate:
    """Journal, budget and pace together; safe for threads."""

    def __init__(self, journal: Journal, limits: Limits | None = None, pace: Pace | None = None) -> None:
        self.journal, self.limits = journal, limits or Limits()
        self.pace = pace or Pace(self.limits)
        self.lock, self.reserved = Lock(), 0.0
        self.paid, self.new_requests = paid_before(journal, self.limits.prices), 0

    def through(self, request: str, tokens: tuple[int, int], send: Callable[[str], Reply]) -> Reply:
        """The reply, from the journal where it came before; `tokens` are those expected, in and out.

        `send` is told the name of the request. Raises BudgetReached before what could not be paid, and whatever
        `send` raises.
        """
        name = self.journal.occasion(request)
        if known := self.journal.answered.get(name):
            return known
        price = self.reserve(tokens)
        try:
            return self.asked(name, tokens, send)
        finally:
            with self.lock:
                self.reserved -= price

    def asked(self, name: str, tokens: tuple[int, int], send: Callable[[str], Reply]) -> Reply:
        self.pace.wait(sum(tokens))
        self.journal.intend(name, sum(tokens))
        try:
            reply = send(name)
        except Exception as error:
            if not getattr(error, "in_doubt", False):
                self.journal.fail(name)
            raise
        self.journal.answer(name, reply)
        with self.lock:
            self.new_requests += 1
            self.paid += self.limits.prices.of(reply.prompt_tokens, reply.completion_tokens)
        return reply

    def reserve(self, tokens: tuple[int, int]) -> float:
        """The price that a request may have, set aside until it is known."""
        price = self.limits.prices.of(*tokens)
        with self.lock:
            left = None if self.limits.budget is None else self.limits.budget - self.paid - self.reserved
            if left is not None and price > left:
                raise BudgetReached(
                    f"the budget of {self.limits.budget:g} is used up: {self.paid:.4f} paid, the next request may cost "
                    f"{price:.4f}; what is done is kept, raise --budget to go on"
                )
            self.reserved += price
        return price


def paid_before(journal: Journal, prices: Prices) -> float:
    """What earlier runs cost; requests in doubt count as paid, at the dearer of the two prices."""
    replies = journal.answered.values()
    known = sum(prices.of(reply.prompt_tokens, reply.completion_tokens) for reply in replies)
    return known + max(prices.input, prices.output) * (sum(journal.doubtful.values()) + journal.lost) / 1e6
