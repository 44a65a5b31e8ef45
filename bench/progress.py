"""One live line in the terminal while a case trains or generates: where it is, loss, speed, time left."""

import time
from collections.abc import Mapping
from typing import Any

from bench.case import Case

EVERY_SECONDS = 0.5


class ProgressLine:
    """Shows nothing where the output is not a terminal."""

    def __init__(self, config: Any, planned: int) -> None:
        self.writer = config.get_terminal_writer()
        self.capture = config.pluginmanager.getplugin("capturemanager")
        self.planned, self.seen = planned, set[Case]()
        self.shown_at, self.phase, self.phase_started = 0.0, "", 0.0
        self.active = self.writer.isatty if hasattr(self.writer, "isatty") else self.writer.hasmarkup

    def show(self, case: Case, message: Mapping[str, Any]) -> None:
        self.seen.add(case)
        now = time.monotonic()
        if message["phase"] != self.phase:
            self.phase, self.phase_started = message["phase"], now
        elif now - self.shown_at < EVERY_SECONDS:
            return
        self.shown_at = now
        total = max(self.planned, len(self.seen))
        self.write(f"[{len(self.seen)}/{total}] {case.id}  {described(message, now - self.phase_started)}")

    def clear(self) -> None:
        self.phase = ""
        self.write("")

    def write(self, text: str) -> None:
        if not self.active:
            return
        line = text[: max(0, self.writer.fullwidth - 1)]
        with self.capture.global_and_fixture_disabled():
            self.writer.write(f"\r\x1b[2K{line}", flush=True)


def described(message: Mapping[str, Any], elapsed: float) -> str:
    """ "train 40/310  loss 0.42  5,900 tok/s  12 s left"."""
    parts = [str(message["phase"])]
    if "step" in message:
        parts[0] += f" {message['step']}/{message['total']}"
    if message.get("loss") is not None:
        parts.append(f"loss {message['loss']:.2f}")
    if message.get("tokens_per_second"):
        parts.append(f"{message['tokens_per_second']:,.0f} tok/s")
    if message.get("step"):
        left = message.get("seconds_left")
        if left is None:
            left = elapsed / message["step"] * (message["total"] - message["step"])
        parts.append(f"{left:.0f} s left")
    return "  ".join(parts)
