"""The pytest plugin: options, collection of suites as cases, the `run` fixture, claims, and the report at the end."""

import os
import shlex
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench import catalog
from bench.case import Case
from bench.errors import Unavailable, UserError
from bench.progress import ProgressLine
from bench.record import Claim, write_atomic
from bench.running import Run
from bench.suite import Options, Suite

OPTIONS: dict[str, dict[str, Any]] = {
    "model": {
        "action": "append",
        "help": "base models (repeat, or separate by commas): tiny-gpt2, hub:ID, local:DIR",
    },
    "dataset": {"action": "append", "help": "datasets, by name or path of a file (tunebench data show PATH)"},
    "method": {"action": "append", "help": "fine-tuning methods, exact: lora does not select qlora"},
    "template": {"action": "append", "help": "prompt templates"},
    "shots": {"action": "append", "metavar": "K", "help": "demonstrations before each question: 0, or 0,2"},
    "seeds": {
        "type": int,
        "metavar": "N",
        "help": "train each case N times, with seeds 0 .. N-1 (default: the suite's own number)",
    },
    "recipe": {"metavar": "NAME[:FORM]", "help": "a lecture's recipe for every suite chosen (tunebench recipes)"},
    "profile": {"metavar": "cpu|gpu", "help": "which axes suites take where they have both (default: cpu)"},
    "limit": {"type": int, "metavar": "N", "help": "ask at most N test examples per case"},
    "device": {"metavar": "NAME", "help": "auto, cpu, cuda, rocm or mps (default: auto)"},
    "skip-unavailable": {
        "action": "store_true",
        "help": "skip cases whose device is missing instead of stopping",
    },
    "out": {"metavar": "DIR", "help": "run folder (default: reports/<time>)"},
    "store": {"metavar": "DIR", "help": "where finished steps are kept (default: .bench-store)"},
    "fresh": {"action": "store_true", "help": "make every step again, even if it is stored"},
    "baseline": {"metavar": "DIR", "help": "compare with that run folder when the run ends"},
    "fail-under": {
        "action": "append",
        "metavar": "METRIC:DROP",
        "help": "with a baseline: fail when the column got worse by more, in its unit",
    },
    "timeout": {"type": float, "metavar": "S", "help": "end a case after S seconds (default: 3600)"},
    "jobs": {"metavar": "N|auto", "help": "run N cases at once on the CPU (default: 1, which keeps times honest)"},
    "executor": {
        "metavar": "process|inline",
        "help": "a child process per case, or this one, for a debugger",
    },
    "hub": {"action": "store_true", "help": "allow the network: download hub: models and Hub datasets"},
}
LISTS = ("model", "dataset", "method", "template")
SESSION = pytest.StashKey["Session"]()
SUITE = pytest.StashKey[Suite]()


@dataclass
class Session:
    """What the plugin knows of this run; the runner exists once cases are about to run."""

    options: Options
    runner: Any = None
    progress: Any = None
    written: list[Path] = field(default_factory=list)
    gate: Any = None


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("bench", "benchmark suites (run them with `pytest -m bench`)")
    for name, settings in OPTIONS.items():
        group.addoption(f"--bench-{name}", default=None, **settings)
        parser.addini(f"bench_{name.replace('-', '_')}", f"{settings['help']} (as --bench-{name})", default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "bench(models, datasets, methods, metrics, ...): a suite over a matrix of cases")
    if config.option.markexpr == "bench" and config.args_source != pytest.Config.ArgsSource.ARGS:
        # The tests would import torch while they are collected. (Set here and not by `testpaths`, because pytest
        # looks for its settings beside any path on the command line, a dataset's too.)
        config.args[:] = [str(catalog.ROOT / "suites")]
    try:
        config.stash[SESSION] = Session(user_options(config), gate=opened_gate(config))
        check_device(config)
        check_sources(config)
    except UserError as error:
        raise pytest.UsageError(str(error)) from None


def option(config: pytest.Config, name: str) -> Any:
    """The command line first, then the ini key."""
    value = config.getoption(f"--bench-{name}")
    if value is None:
        text = config.getini(f"bench_{name.replace('-', '_')}")
        kind = OPTIONS[name].get("type", str)
        value = kind(text) if text else None
    return value


def user_options(config: pytest.Config) -> Options:
    lists = {f"{name}s": comma_list(option(config, name)) for name in LISTS}
    seeds, profile = option(config, "seeds"), option(config, "profile")
    shots = tuple(whole_number("shots", text) for text in comma_list(option(config, "shots")))
    return Options(
        **lists,
        shots=shots,
        seeds=seeds,
        profile=profile or "cpu",
        limit=option(config, "limit"),
        recipe=option(config, "recipe") or "",
    )


def opened_gate(config: pytest.Config) -> Any:
    """The baseline with its limits, read before anything runs; None without one."""
    folder, limits = option(config, "baseline"), comma_list(option(config, "fail-under"))
    if not folder and not limits:
        return None
    from bench.report.compare_gate import open_gate

    return open_gate(config.invocation_params.dir / folder if folder else None, limits)


def job_count(text: str) -> int:
    """At most 4 where the number is left open: each child takes about 700 MB."""
    if text == "auto":
        return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)
    if not text.isdecimal() or int(text) < 1:
        raise UserError(f"--bench-jobs {text!r}: expected a whole number from 1, or auto")
    return int(text)


def whole_number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise UserError(f"--bench-{name} {text!r}: expected a whole number from 0")
    return int(text)


def comma_list(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value or []
    return tuple(dict.fromkeys(part.strip() for text in values for part in text.split(",") if part.strip()))


def check_device(config: pytest.Config) -> None:
    from bench.run.device import available, choose

    wanted = option(config, "device")
    try:
        if wanted:
            choose(wanted)
    except Unavailable as error:
        if not option(config, "skip-unavailable"):
            raise UserError(f"--bench-device {wanted}: {error}; here: {', '.join(sorted(available()))}") from None


def check_sources(config: pytest.Config) -> None:
    """Models and files that the user named are opened before anything runs."""
    from bench.data.dataset import load_dataset

    os.environ["BENCH_HUB"] = "1" if option(config, "hub") else "0"
    options = config.stash[SESSION].options
    for name in options.models:
        family, argument = catalog.load("model", name)
        family.open(argument)
    for name in options.datasets:
        load_dataset(name)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("bench")
    if marker is None:
        return
    options = metafunc.config.stash[SESSION].options
    name = metafunc.module.__name__.rpartition(".")[2].removeprefix("test_")
    try:
        suite = Suite.from_marker(name, marker.kwargs, options.profile, options.recipe)
        cases = suite.cases(options)
    except UserError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    metafunc.definition.parent.stash[SUITE] = suite  # type: ignore[union-attr]
    metafunc.parametrize("case", cases, ids=unique([case.label for case in cases]))


def unique(labels: list[str]) -> list[str]:
    """Two files of the same name in different folders still need two ids."""
    seen: dict[str, int] = {}
    for at, label in enumerate(labels):
        seen[label] = seen.get(label, 0) + 1
        if seen[label] > 1:
            labels[at] = f"{label}-{seen[label]}"
    return labels


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A suite that has no case under the user's options is deselected, not skipped."""
    empty = [item for item in items if item.get_closest_marker("bench") and case_of(item) is None]
    if empty:
        config.hook.pytest_deselected(items=empty)
        items[:] = [item for item in items if item not in empty]


def case_of(item: pytest.Item) -> Case | None:
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec else None
    return case if isinstance(case, Case) else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Write the plan before the first case runs."""
    items = {case: item for item in session.items if (case := case_of(item))}
    if session.config.option.collectonly or not items:
        return
    try:
        start(session.config, items)
    except UserError as error:
        raise pytest.UsageError(str(error)) from None
    except OSError as error:
        raise pytest.UsageError(f"cannot write the run folder: {error}") from None


def start(config: pytest.Config, items: dict[Case, pytest.Item]) -> None:
    from bench.run.executors import executor
    from bench.run.runner import Runner, Settings

    state = config.stash[SESSION]
    settings = Settings(
        out=run_folder(config),
        store=store_folder(config),
        device=option(config, "device") or "auto",
        fresh=bool(option(config, "fresh")),
        timeout=option(config, "timeout") or 3600.0,
        jobs=job_count(option(config, "jobs") or "1"),
    )
    cases = list(items)
    state.progress = ProgressLine(config, len(cases))
    runs_where = executor(option(config, "executor") or "process", bool(option(config, "hub")))
    state.runner = Runner(settings, runs_where, state.progress.show)
    arguments = [argument for argument in config.invocation_params.args if argument is not None]
    state.runner.plan(cases, shlex.join(["pytest", *map(str, arguments)]))
    state.runner.hash_inputs(cases)
    suites = {case: item.parent.stash[SUITE] for case, item in items.items() if item.parent}
    fitting = [case for case, suite in suites.items() if not suite.unmet(case)]
    state.runner.run_ahead(fitting, alone={suite.name for suite in suites.values() if suite.alone})
    # A polite end, as with Ctrl-C: the child is stopped and the report is written.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


def run_folder(config: pytest.Config) -> Path:
    given = option(config, "out")
    if given:
        return config.invocation_params.dir / given
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    return catalog.ROOT / "reports" / name


def store_folder(config: pytest.Config) -> Path:
    given = option(config, "store")
    return config.invocation_params.dir / given if given else catalog.ROOT / ".bench-store"


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Run:
    """`run(case)` -> the case's record; a case that failed fails the test, one that cannot run here skips it."""
    state, suite = request.config.stash[SESSION], request.node.parent.stash[SUITE]
    own = request.node.callspec.params["case"]
    if unmet := suite.unmet(own):
        pytest.skip(state.runner.skip(own, unmet).reason)
    return Run(state.runner.run, suite.cases(state.options), state.progress.clear)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    result = yield
    report: pytest.TestReport = result.get_result()  # type: ignore[attr-defined]
    case, state = case_of(item), item.config.stash[SESSION]
    if case is None or report.when != "call" or case not in getattr(state.runner, "records", {}):
        return
    if state.runner.records[case].status in ("ok", "failed_claim"):
        state.runner.claim(case, Claim(item.nodeid, case.id, report.outcome, first_line(report)))


def first_line(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    message = crash.message if crash else ""
    return str(message).strip().partition("\n")[0].removeprefix("AssertionError: ")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Everything a reader opens is rebuilt from the records, also after Ctrl-C."""
    state = session.config.stash.get(SESSION, None)
    if state is None or state.runner is None:
        return
    from bench.report.render import write_reports

    if exitstatus == pytest.ExitCode.INTERRUPTED:
        state.runner.interrupt()
    out = state.runner.settings.out
    state.written = write_reports(out)
    if state.gate and state.gate.close(out):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
    point_latest(catalog.ROOT / "reports", out)


def point_latest(reports: Path, out: Path) -> None:
    """`reports/latest` is a link to the newest run in there; where links are not allowed, a text file that names it."""
    if reports.resolve() not in out.resolve().parents:
        return
    latest, fresh = reports / "latest", reports / f".latest-{os.getpid()}"
    try:
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.path.relpath(out, reports), target_is_directory=True)
        fresh.replace(latest)
    except OSError:
        write_atomic(reports / "latest.txt", f"{out}\n")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    state = config.stash.get(SESSION, None)
    if state is None or not state.written:
        return
    from bench.report.run_folder import read_run
    from bench.report.terminal import terminal_table

    terminalreporter.section("bench")
    text = terminal_table(read_run(state.runner.settings.out), min(100, terminalreporter._tw.fullwidth))
    terminalreporter.write_line(str(text))
    if state.gate:
        terminalreporter.section("bench baseline")
        terminalreporter.write_line(state.gate.text(min(100, terminalreporter._tw.fullwidth)))
