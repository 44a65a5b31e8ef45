"""A real chat-completions server on loopback that behaves as badly as it is told to, and counts what it is asked."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.synthesis.rows import Instruction, Passage

KEY = "sk-canary-0123456789abcdef"
SENTENCE = "Maren keeps the lamp at Hollow Point."
PASSAGE = Passage(id="t:1", chapter=1, text=f"The bell rings.  {SENTENCE} Rain fell.", start=0, end=60, source="t.txt")
QUESTION = Instruction(id="i1", text="Who keeps the lamp?", type="people", category="people", difficulty="easy")
GOOD = {"answer": "Maren keeps the lamp.", "evidence": SENTENCE, "passage": 1}


class Endpoint(ThreadingHTTPServer):
    """`say` makes text, or (status, headers, body), or None for a connection that is cut, out of a request."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, say):
        super().__init__(("127.0.0.1", 0), Handler)
        self.say, self.requests, self.lock = say, [], threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request |= {"headers": {name.lower(): value for name, value in self.headers.items()}, "at": time.monotonic()}
        with self.server.lock:
            self.server.requests.append(request)
        said = self.server.say(request)
        if said is None:
            self.close_connection = True
            return
        status, headers, body = said if isinstance(said, tuple) else (200, {}, completion(said))
        self.send_response(status)
        every = {"Content-Type": "application/json", "Content-Length": len(body.encode())} | headers
        for name, value in every.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def completion(text):
    text = text if isinstance(text, str) else json.dumps(text)
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    made = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}
    return json.dumps(made)


def error(status, **headers):
    return status, headers, json.dumps({"error": {"message": f"no, not with {KEY}", "type": "t", "code": None}})


@contextmanager
def serving(say):
    server = Endpoint(say)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
