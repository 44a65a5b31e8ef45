"""The pytest plugin: options, collection of suites as cases, the `run` fixture, claims, and the report at the end."""

import os
import shlex
import signal
import time
import traceback
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bench import catalog
from bench.case import Case
from bench.errors import UserError
from bench.plugin_options import (
    OPTIONS,
    check_device,
    check_sources,
    job_count,
    opened_gate,
    option,
    run_folder,
    store_folder,
    user_options,
)
from bench.progress import ProgressLine
from bench.record import Claim, write_atomic
from bench.running import Run
from bench.suite import Options, Suite

SESSION = pytest.StashKey["Session"]()
SUITES = pytest.StashKey[dict[str, Suite]]()
"""Of a module, by the name of the test function: two in one file may differ in what they ask."""
ONCE_IN = 10.0
"""Seconds in which several SIGTERM are one: `timeout` sends two, and the second would cut the end short."""


@dataclass
class Session:
    """What the plugin knows of this run; the runner exists once cases are about to run."""

    options: Options
    runner: Any = None
    progress: Any = None
    written: list[Path] = field(default_factory=list)
    gate: Any = None
    ended_at: float = float("-inf")

    def end(self, *_: object) -> None:
        """On SIGTERM a polite end, as with Ctrl-C: the children are stopped and the report is written.

        Not by way of SIGINT, which a shell's background job ignores.
        """
        now = time.monotonic()
        if now - self.ended_at > ONCE_IN:
            self.ended_at = now
            raise KeyboardInterrupt


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
        check_sources(config, config.stash[SESSION].options)
    except UserError as error:
        raise pytest.UsageError(str(error)) from None


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
    metafunc.definition.parent.stash.setdefault(SUITES, {})[metafunc.function.__name__] = suite  # type: ignore[union-attr]
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


def suite_of(item: pytest.Item) -> Suite:
    """Of an item that has a case."""
    return item.parent.stash[SUITES][item.originalname]  # type: ignore[attr-defined, union-attr]


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
    # Ctrl-C interrupts the main thread only. An import of numpy that is cut short cannot be made again: no report.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(import_module, "bench.report.preloaded").result()
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
    signal.signal(signal.SIGTERM, state.end)
    state.runner.hash_inputs(cases)
    suites = {case: suite_of(item) for case, item in items.items()}
    fitting = [case for case, suite in suites.items() if not suite.unmet(case)]
    state.runner.run_ahead(fitting, alone={suite.name for suite in suites.values() if suite.alone})


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Run:
    """`run(case)` -> the case's record; a case that failed fails the test, one that cannot run here skips it."""
    state, suite = request.config.stash[SESSION], suite_of(request.node)
    own = request.node.callspec.params["case"]
    if unmet := suite.unmet(own):
        pytest.skip(state.runner.skip(own, unmet).reason)
    return Run(state.runner.run, suite.cases(state.options), state.progress.clear, state.runner.settings.out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    case, state = case_of(item), item.config.stash[SESSION]
    if case is None or report.when != "call" or case not in getattr(state.runner, "records", {}):
        return report
    if state.runner.records[case].status in ("ok", "failed_claim"):
        state.runner.claim(case, Claim(item.nodeid, case.id, report.outcome, first_line(report)))
    from bench.report.junit import properties

    item.user_properties += properties(state.runner.records[case], state.runner.settings.out)
    return report


def first_line(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    message = crash.message if crash else ""
    return str(message).strip().partition("\n")[0].removeprefix("AssertionError: ")


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Ctrl-C may come in code without line numbers, such as `dataclass` makes; pytest 9.2 would break down over that,
    before the report is written."""
    without = {id(frame) for frame, line in traceback.walk_tb(excinfo.tb) if line is None}
    excinfo.traceback = excinfo.traceback.filter(lambda entry: id(entry.frame.raw) not in without)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Everything a reader opens is rebuilt from the records, also after Ctrl-C."""
    state = session.config.stash.get(SESSION, None)
    if state is None or state.runner is None:
        return
    from bench.report.render import write_reports

    state.runner.stop()
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
