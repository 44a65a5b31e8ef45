"""Answers a second of `tunebench serve`, of the lecture's one-at-a-time web app and of `transformers serve`.

Run by hand: `python benchmarks/serving.py`. Every server is a process of its own on a free port, asked by the same
clients with the same prompts for the same number of new tokens, greedy, float32, one torch thread (tiny models are
slower on two). The lecture's app is `http.server` around `model.generate`, one request after the other, as its Flask
app does with one worker. Clients and server share the cores. Beside the answers: how long /health takes meanwhile, what
became of every request, and the server's memory over many requests.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy

ROOT = Path(__file__).resolve().parent.parent
MODEL = "tiny-gpt2"
FOLDER = ROOT / "fixtures" / "models" / MODEL
TOKENS = 48
"""New tokens of an answer; the untuned model goes on as long as it may."""
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
SUBJECTS = ("a river", "the market", "two trains", "an old clock", "the weather", "a letter", "seven apples")
PROMPTS = [f"What is {subject} number {number} for?" for number in range(9) for subject in SUBJECTS]
STARTED_WITHIN = 120.0


@dataclass(frozen=True)
class Server:
    """How a server is started and asked."""

    name: str
    command: Callable[[int], Sequence[str]]
    """For a port."""
    path: str
    body: Callable[[str, int], dict[str, Any]]
    """For a prompt and a number of new tokens."""
    health: str = "/health"


def completion(prompt: str, tokens: int) -> dict[str, Any]:
    return {"model": MODEL, "prompt": prompt, "max_tokens": tokens, "temperature": 0}


def peer_completion(prompt: str, tokens: int) -> dict[str, Any]:
    return completion(prompt, tokens) | {"model": str(FOLDER)}


def question(prompt: str, tokens: int) -> dict[str, Any]:
    return {"question": prompt, "max_new_tokens": tokens}


def own(port: int) -> list[str]:
    return [sys.executable, "-m", "bench", "serve", MODEL, "--port", str(port)]


def lecture(port: int) -> list[str]:
    return [sys.executable, __file__, "--lecture", str(port)]


def transformers_serve(port: int, *more: str) -> list[str]:
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(FOLDER), "--port", str(port)]
    return [*command, "--host", "127.0.0.1", "--device", "cpu", "--dtype", "float32", *more]


OWN = Server("tunebench serve", own, "/v1/completions", completion)
LECTURE = Server("the lecture's app", lecture, "/ask", question)
PEER = Server("transformers serve", transformers_serve, "/v1/completions", peer_completion)
BATCHING_PEER = Server(
    "transformers serve --continuous-batching",
    lambda port: transformers_serve(port, "--continuous-batching"),
    "/v1/completions",
    peer_completion,
)


@dataclass
class Load:
    """What became of the requests of a load."""

    seconds: float = 0.0
    statuses: Counter[Any] = field(default_factory=Counter)
    """HTTP status, or the name of the exception, of every request that was sent."""
    retry_after: int = 0
    """429 answers that say when to come back."""
    new_tokens: int = 0
    waited: list[float] = field(default_factory=list)
    """Seconds of each answered request."""
    health: list[float] = field(default_factory=list)
    """Seconds that /health took meanwhile."""

    @property
    def answered(self) -> int:
        return self.statuses[200]

    def summary(self) -> dict[str, Any]:
        return {
            "seconds": round(self.seconds, 1),
            "statuses": dict(self.statuses),
            "answers_per_second": round(self.answered / self.seconds, 2),
            "new_tokens_per_second": round(self.new_tokens / self.seconds, 1),
            "wait_median": percentile(self.waited, 50),
            "wait_p95": percentile(self.waited, 95),
            "health_p95_ms": None if not self.health else round(1000 * (percentile(self.health, 95) or 0), 1),
            "health_asked": len(self.health),
        }


def percentile(values: Sequence[float], share: int) -> float | None:
    if len(values) < 2:
        return None
    return round(float(numpy.percentile(values, share)), 4)


@contextmanager
def running(server: Server) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The server's port and process, once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(server.command(port), env=os.environ | ENVIRONMENT, cwd=ROOT, **quiet)  # noqa: S603
    try:
        wait_for(server, port, process)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_for(server: Server, port: int, process: subprocess.Popen[bytes]) -> None:
    """Until it has given one whole answer, so that nothing is loaded or compiled in what is timed."""
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"{server.name} ended at its start with code {process.returncode}")
        try:
            if asked(server, port, PROMPTS[0], TOKENS)[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{server.name} gave no answer within {STARTED_WITHIN:.0f} s")


def asked(server: Server, port: int, prompt: str, tokens: int) -> tuple[int, int, bool]:
    """Status, new tokens, and whether a 429 says when to come back."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        body = json.dumps(server.body(prompt, tokens))
        line.request("POST", server.path, body, {"Content-Type": "application/json"})
        told = line.getresponse()
        text = told.read()
        return told.status, new_tokens(text) if told.status == 200 else 0, told.getheader("Retry-After") is not None
    finally:
        line.close()


def new_tokens(text: bytes) -> int:
    found = json.loads(text)
    return int(found["usage"]["completion_tokens"] if "usage" in found else found["new_tokens"])


def loaded(server: Server, port: int, *, clients: int, seconds: float, tokens: int = TOKENS) -> Load:
    """`clients` that each ask again as soon as they have an answer, for `seconds`; all answers are awaited."""
    load, lock, end = Load(), threading.Lock(), time.monotonic() + seconds
    started = time.monotonic()

    def client(number: int) -> None:
        turn = number
        while time.monotonic() < end:
            turn += clients
            note(load, lock, server, port, PROMPTS[turn % len(PROMPTS)], tokens)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    looking = threading.Thread(target=look_at_health, args=(server, port, load, end))
    for thread in (*threads, looking):
        thread.start()
    for thread in (*threads, looking):
        thread.join()
    load.seconds = time.monotonic() - started
    return load


def note(load: Load, lock: threading.Lock, server: Server, port: int, prompt: str, tokens: int) -> None:
    began = time.monotonic()
    try:
        status, written, retry = asked(server, port, prompt, tokens)
    except (OSError, http.client.HTTPException) as error:
        with lock:
            load.statuses[type(error).__name__] += 1
        return
    with lock:
        load.statuses[status] += 1
        load.new_tokens += written
        load.retry_after += status == 429 and retry
        if status == 200:
            load.waited.append(time.monotonic() - began)
    if status == 429:
        time.sleep(0.5)


def look_at_health(server: Server, port: int, load: Load, end: float) -> None:
    """Ten looks a second; the lecture's app cannot answer one while it generates."""
    while server is not LECTURE and time.monotonic() < end:
        began = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            line.request("GET", server.health)
            line.getresponse().read()
            load.health.append(time.monotonic() - began)
        except OSError:
            load.health.append(float("inf"))
        finally:
            line.close()
        time.sleep(0.1)


def resident(pid: int) -> int:
    """Bytes of a process in main memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def memory_over(requests: int, *, clients: int = 16, tokens: int = 4, parts: int = 10) -> list[float]:
    """MiB of our server after each tenth of so many short requests."""
    found = []
    with running(OWN) as (port, process):
        for _ in range(parts):
            share = iter(range(requests // parts))
            lock = threading.Lock()
            threads = [threading.Thread(target=work_off, args=(share, lock, port, tokens)) for _ in range(clients)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            found.append(round(resident(process.pid) / 2**20, 1))
    return found


def work_off(share: Iterator[int], lock: threading.Lock, port: int, tokens: int) -> None:
    while True:
        with lock:
            number = next(share, None)
        if number is None:
            return
        asked(OWN, port, PROMPTS[number % len(PROMPTS)], tokens)


def seconds_to_stop() -> tuple[float, int]:
    """From SIGTERM in the middle of 8 answers to the end of the process; and how many of them came whole."""
    statuses: list[int] = []
    with running(OWN) as (port, process):
        threads = [threading.Thread(target=lambda: statuses.append(asked(OWN, port, "x", 200)[0])) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        taken = time.monotonic() - began
        for thread in threads:
            thread.join()
    return round(taken, 2), statuses.count(200)


def serve_as_the_lecture(port: int) -> None:
    """S1.15 without Flask: one request at a time, greedy so that the tokens are those of the others."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(FOLDER)

    class Ask(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            inputs = tokenizer(body["question"], return_tensors="pt")
            out = model.generate(**inputs, max_new_tokens=body["max_new_tokens"], do_sample=False)
            ids = out[0, inputs["input_ids"].shape[1] :]
            told = {"question": body["question"], "response": tokenizer.decode(ids), "new_tokens": len(ids)}
            text = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            return

    class Patient(HTTPServer):
        # As many as there are clients; with the default of 5 most of their connections are reset.
        request_queue_size = 256

    Patient(("127.0.0.1", port), Ask).serve_forever()


def compared(servers: Sequence[Server], *, clients: int, seconds: float) -> dict[str, dict[str, Any]]:
    """The load of each server, one after the other."""
    found = {}
    for server in servers:
        with running(server) as (port, _):
            found[server.name] = loaded(server, port, clients=clients, seconds=seconds).summary()
        print(server.name, json.dumps(found[server.name]), flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the load on our server")
    parser.add_argument("--peer-seconds", type=float, default=15.0, help="of the load on each of the others")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--requests", type=int, default=5000, help="over which memory is looked at; 0 leaves it out")
    parser.add_argument("--only", default="", help="part of the names of the servers that are measured")
    parser.add_argument("--lecture", type=int, default=0, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.lecture:
        serve_as_the_lecture(options.lecture)
        return
    print("load average at the start:", os.getloadavg())
    for servers, seconds in (([OWN], options.seconds), ([LECTURE, PEER, BATCHING_PEER], options.peer_seconds)):
        chosen = [server for server in servers if options.only in server.name]
        compared(chosen, clients=options.clients, seconds=seconds)
    if options.requests:
        print("seconds to stop, answers that came whole of 8:", seconds_to_stop())
        print("MiB over", options.requests, "requests:", memory_over(options.requests))
    print("load average at the end:", os.getloadavg())


if __name__ == "__main__":
    main()
