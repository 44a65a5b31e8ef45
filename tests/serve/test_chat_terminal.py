"""The conversation in a terminal: commands, history, two models, pipes, and Ctrl-C on a real terminal."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from bench.catalog import ROOT
from bench.cli import app
from bench.data.example import Turn
from bench.errors import UserError
from bench.serve.assistant import open_assistant
from bench.serve.chat import HELP, Chat, converse, told
from bench.serve.chat_settings import Sampling, changed, number
from bench.serve.engine import Answer, Engine, Request, Stream

QUESTION = "Name the colour of a swan."


@pytest.fixture(scope="module")
def engine():
    base = replace(open_assistant("tiny-gpt2"), max_new_tokens=12)
    other = replace(open_assistant("tiny-gpt2", template="alpaca"), name="other", max_new_tokens=12)
    with Engine([base, other]) as made:
        yield made


@pytest.fixture
def chat(engine):
    return Chat(engine, ["tiny-gpt2"])


class Screen:
    """What a reader sees: answers, complaints and what commands tell."""

    def __init__(self):
        self.answers, self.notes, self.told = "", [], []

    def write(self, text):
        self.answers += text

    def talk(self, chat, *lines):
        return converse(chat, iter(lines), self.write, self.notes.append, self.told.append)


@pytest.fixture
def screen():
    return Screen()


def answer_of(engine, question, **fields):
    return engine.submit(Request(question, **fields)).answer().text


def test_an_answer_is_the_engines_without_white_space_before_it(engine, chat, screen):
    assert screen.talk(chat, QUESTION)
    assert screen.answers == answer_of(engine, QUESTION).lstrip() + "\n"


def test_the_second_question_knows_the_first(engine, chat, screen):
    screen.talk(chat, QUESTION, "And of a robin?")
    history = (Turn(QUESTION, answer_of(engine, QUESTION)),)
    assert screen.answers.endswith(answer_of(engine, "And of a robin?", history=history).lstrip() + "\n")


def test_reset_forgets_the_conversation(engine, chat, screen):
    screen.talk(chat, QUESTION, "/reset", QUESTION)
    assert screen.answers == (answer_of(engine, QUESTION).lstrip() + "\n") * 2


def test_a_system_message_goes_before_the_question_until_it_is_removed(engine, chat, screen):
    screen.talk(chat, "/system Answer in French.", QUESTION)
    assert screen.answers == answer_of(engine, QUESTION, system="Answer in French.").lstrip() + "\n"
    screen.talk(chat, "/system")
    assert chat.system == ""


def test_a_seeded_sample_is_the_same_again(engine, chat, screen):
    screen.talk(chat, "/set temperature 0.7", "/set seed 3", QUESTION)
    assert screen.answers == answer_of(engine, QUESTION, temperature=0.7, seed=3).lstrip() + "\n"


def test_two_models_answer_under_their_names(engine, screen):
    screen.talk(Chat(engine, ["other", "tiny-gpt2"]), QUESTION)
    first, second = (answer_of(engine, QUESTION, model=name).lstrip() for name in ("other", "tiny-gpt2"))
    assert screen.answers == f"other: {first}\ntiny-gpt2: {second}\n"


def test_each_model_remembers_its_own_answers(engine, screen):
    chat = Chat(engine, ["other", "tiny-gpt2"])
    screen.talk(chat, QUESTION)
    assert chat.histories["other"] == [Turn(QUESTION, answer_of(engine, QUESTION, model="other"))]


@pytest.mark.parametrize("word", ["quit", "QUIT", " exit ", "/quit"])
def test_quit_leaves_at_once(chat, screen, word):
    assert screen.talk(chat, word, QUESTION)
    assert screen.answers == ""


def test_an_error_is_told_and_the_next_question_answered(engine, chat, screen):
    assert not screen.talk(chat, "many words " * 300, QUESTION)
    assert "tokens" in screen.notes[0]
    assert screen.answers == answer_of(engine, QUESTION).lstrip() + "\n"


def test_a_question_that_failed_is_not_remembered(chat, screen):
    screen.talk(chat, "many words " * 300)
    assert chat.histories == {}


def test_an_unknown_command_names_the_nearest(chat, screen):
    screen.talk(chat, "/rest")
    assert "Did you mean '/reset'?" in screen.notes[0]


def test_a_question_may_begin_with_a_slash_after_a_space(engine, chat, screen):
    screen.talk(chat, " /etc is what?")
    assert screen.answers == answer_of(engine, "/etc is what?").lstrip() + "\n"


def test_help_tells_every_command(chat, screen):
    screen.talk(chat, "/help")
    assert screen.told == [HELP]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["temperatur", "1"], "Did you mean 'temperature'"),
        (["temperature", "warm"], "expected a number"),
        (["temperature", "nan"], "must be between 0 and 2"),
        (["temperature", "3"], "must be between 0 and 2"),
        (["top_p", "0"], "must be between 0.01 and 1"),
        (["top_k", "1.5"], "expected a whole number"),
        (["max_new_tokens", "0"], "must be between 1"),
    ],
)
def test_a_setting_that_cannot_be_is_told(words, said):
    with pytest.raises(UserError, match=said):
        changed(Sampling(), words)


@pytest.mark.parametrize("options", [["nonsense"], ["tiny-gpt2", "--temperature", "3"], ["reports", "--case", "x"]])
def test_a_mistake_is_told_before_torch_is_loaded(options):
    check = f"import sys; from bench.cli import main; sys.argv = ['tunebench', 'chat', *{options}]"
    check += "\ntry: main()\nexcept SystemExit as end: assert end.code == 2\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], check=True, cwd=ROOT, stderr=subprocess.DEVNULL)


def test_a_setting_without_a_value_is_the_default_again():
    assert changed(Sampling(temperature=0.7), ["temperature"]) == Sampling()


def test_whole_numbers_stay_whole():
    assert number("top_k", "50") == 50
    assert isinstance(number("top_k", "50"), int)


def test_escape_sequences_of_a_model_never_reach_the_terminal(engine, screen):
    stream = Stream(1)
    stream.put("\x1b[2Jgone\rback\x07")
    stream.end(Answer("", 1, 1, "stop", 0.0))
    told(Chat(engine, ["tiny-gpt2"]), "tiny-gpt2", "q", stream, screen.write, screen.notes.append)
    assert screen.answers == "␛[2Jgone␍back␇\n"


@pytest.fixture(scope="module")
def surroundings():
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "TERM": "dumb"}


COMMAND = [sys.executable, "-m", "bench", "chat", "tiny-gpt2"]


def test_a_pipe_gets_answers_and_nothing_else(engine):
    asked = f"{QUESTION}\n\n/reset\n{QUESTION}\n"
    result = CliRunner().invoke(app, ["chat", "tiny-gpt2", "--max-new-tokens", "12"], input=asked)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (answer_of(engine, QUESTION).lstrip() + "\n") * 2


def test_a_pipe_with_a_question_that_failed_ends_with_1():
    result = CliRunner().invoke(
        app, ["chat", "tiny-gpt2", "--max-new-tokens", "3"], input="many words " * 300 + "\nhi\n"
    )
    assert result.exit_code == 1
    assert result.stderr.startswith("! the prompt has ")
    assert "Traceback" not in result.output


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_ctrl_c_on_a_terminal_stops_the_answer_and_not_the_program(surroundings):
    import pty

    ours, theirs = pty.openpty()
    command = [*COMMAND, "--max-new-tokens", "240"]
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env=surroundings,
        start_new_session=True,
        # What a shell starts in the background ignores SIGINT, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(theirs)
    seen = Reader(ours)
    seen.until("> ", 120)
    assert "'quit' leaves" in seen.text
    os.write(ours, b"What is the capital of France?\n")
    seen.until("France?\r\n", 20)
    seen.until("What is the capital of", 20)
    process.send_signal(signal.SIGINT)
    seen.until("[stopped]", 20)
    seen.until("> ", 20)
    os.write(ours, b"quit\n")
    assert process.wait(30) == 0


class Reader:
    """Reads a pseudo-terminal until something shows up."""

    def __init__(self, file):
        self.file, self.text, self.read = file, "", 0

    def until(self, wanted, seconds):
        end = time.monotonic() + seconds
        while (found := self.text.find(wanted, self.read)) < 0:
            assert time.monotonic() < end, self.text
            self.text += self.chunk(1.0)
        self.read = found + len(wanted)

    def chunk(self, seconds):
        from select import select

        ready, _, _ = select([self.file], [], [], seconds)
        return os.read(self.file, 4096).decode(errors="replace") if ready else ""
