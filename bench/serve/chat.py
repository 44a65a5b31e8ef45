"""A conversation in a terminal (S1.12): history, commands, streaming, and two models side by side.

What the reader types is a question or a command; errors are told and never end the program. Each model has a history
of its own, made of the reader's questions and its own answers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from bench.data.example import Turn
from bench.errors import UserError, nearest
from bench.report.escaping import show_hidden
from bench.serve.chat_settings import Sampling, changed, shown
from bench.serve.engine import Engine, Failed, Request, Stream

HELP = """\
/reset                   forget the conversation
/system TEXT             set the system message; without TEXT remove it
/set NAME VALUE          temperature, top_p, top_k, max_new_tokens, seed; without VALUE the default
/set                     show the settings
/help                    this
quit                     leave (or Ctrl-D); Ctrl-C stops an answer"""
COMMANDS = ("/help", "/quit", "/reset", "/set", "/system")
LEAVE = ("quit", "exit", "/quit", "/exit")
Write = Callable[[str], None]


@dataclass
class Chat:
    """The state of a conversation with one or more models."""

    engine: Engine
    names: Sequence[str]
    """Who answers, in this order."""
    sampling: Sampling = field(default_factory=Sampling)
    system: str = ""
    histories: dict[str, list[Turn]] = field(default_factory=dict)

    def ask(self, question: str) -> dict[str, Stream]:
        """Starts every model's answer at once. Raises UserError when one cannot be asked."""
        streams: dict[str, Stream] = {}
        try:
            for name in self.names:
                streams[name] = self.engine.submit(self.request(name, question))
        except UserError:
            cancel(streams)
            raise
        return streams

    def request(self, name: str, question: str) -> Request:
        history = tuple(self.histories.get(name, ()))
        return Request(question, history=history, system=self.system, model=name, **asdict(self.sampling))

    def remember(self, name: str, question: str, answer: str) -> None:
        self.histories.setdefault(name, []).append(Turn(question, answer))

    def command(self, line: str) -> str:
        """Does what a line that begins with "/" says, and tells it. Raises UserError for what is no command."""
        name, _, rest = line.partition(" ")
        match name:
            case "/help":
                return HELP
            case "/reset":
                self.histories.clear()
                return "The conversation is forgotten."
            case "/system":
                self.system = rest.strip()
                return "The system message is set." if self.system else "There is no system message."
            case "/set":
                self.sampling = changed(self.sampling, rest.split())
                return shown(self.sampling)
        raise UserError(f"no command {name}.{nearest(name, COMMANDS)} A question may begin with a space instead")


def answered(chat: Chat, question: str, write: Write, note: Write) -> bool:
    """Asks the question and writes each model's answer as it comes; False when something went wrong, which is told.

    Ctrl-C stops the answer under way; what has come of it stays in the history.
    """
    try:
        streams = chat.ask(question)
    except (UserError, KeyboardInterrupt) as error:
        note(str(error) or "stopped")
        return False
    well = True
    for name, stream in streams.items():
        well &= told(chat, name, question, stream, write, note)
    return well


def told(chat: Chat, name: str, question: str, stream: Stream, write: Write, note: Write) -> bool:
    """Writes one model's answer and remembers it."""
    if len(chat.names) > 1:
        write(show_hidden(f"{name}: "))
    said: list[str] = []
    try:
        for piece in stream:
            text = piece if "".join(said).strip() else piece.lstrip()
            said.append(piece)
            write(show_hidden(text))
    except KeyboardInterrupt:
        stream.cancel()
        write(" [stopped]")
    except (Failed, UserError) as error:
        note(f"{name} gave no answer: {error}")
        return False
    finally:
        write("\n")
    chat.remember(name, question, "".join(said))
    return True


def cancel(streams: dict[str, Stream]) -> None:
    for stream in streams.values():
        stream.cancel()


def banner(engine: Engine, names: Sequence[str]) -> Iterator[str]:
    """Who is there, and how to go on."""
    for name in names:
        yield show_hidden(f"{name}: {engine.assistant(name).info['description']}")
    yield "Ask a question. 'quit' leaves, /help lists the commands."


def converse(chat: Chat, lines: Iterator[str], write: Write, note: Write, tell: Write) -> bool:
    """Questions and commands until 'quit' or the end; False when any of them went wrong.

    `write` takes answers, `note` what went wrong, and `tell` what a command says.
    """
    well = True
    for line in lines:
        text = line.rstrip("\r\n")
        if text.strip().lower() in LEAVE:
            break
        if not text.strip():
            continue
        if not text.startswith("/"):
            well &= answered(chat, text.strip(), write, note)
            continue
        try:
            tell(chat.command(text.strip()))
        except UserError as error:
            note(str(error))
            well = False
    return well
