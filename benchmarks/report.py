"""How long the report takes: 10,000 records to CSV and HTML, and a page of 2,000 examples in a real browser.

Run by hand: `python benchmarks/report.py [records] [examples]`. Everything is invented: 250 tables of ten methods and
four seeds with 20 test examples each, then one run whose page holds 2,000 examples side by side. The browser is
headless Chromium through selenium; opening is until the page's load event, filling until the closed folds
hold their examples too (both since the address was given), filtering from the click until the next frame is drawn.
"""

import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

import bench.report.page  # noqa: E402
from bench.case import Case  # noqa: E402
from bench.record import (  # noqa: E402
    Cost,
    Output,
    Phase,
    RunRecord,
    Score,
    dump_json,
    read_record,
    write_outputs,
    write_record,
)
from bench.report.page import Page  # noqa: E402
from bench.report.render import report_html, write_reports  # noqa: E402
from bench.report.run_folder import Plan, Run  # noqa: E402
from bench.report.tables import comparison_csv  # noqa: E402

COLUMNS = ("instruction_following", "completion", "stop_rate", "self_prompting", "refusal", "rougeL", "exact_match")
METHODS, SEEDS = 10, 4
WORDS = ("river", "stone", "bread", "window", "garden", "letter", "market", "winter", "music", "paper", "lamp")
FILLED = """
const done = arguments[0];
const look = () => document.querySelector(".fold > noscript") ? setTimeout(look, 5) : done(performance.now());
look();
"""
PAINTED = "requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));"


def record(suite: str, method: str, seed: int, n: int) -> RunRecord:
    case = Case(suite, "tiny-gpt2", "invented", method, seed=seed, metrics=("instruction_following", "completion"))
    rng = random.Random(case.id)
    cost = Cost(Phase(0.3), Phase(30.0, 100_000, 110_000, 3000.0, 640 * 2**20), Phase(5.0), "process RSS", 0, 1, 9, 9)
    scores = {name: score(rng, n, 0.1 if method == "base" else 0.8) for name in COLUMNS}
    return RunRecord(case, "ok", scores=scores, cost=cost, seconds=40.0, outputs_file=f"outputs/{case.file_name}.jsonl")


def score(rng: random.Random, n: int, share: float) -> Score:
    values = {f"example-{place:04}": float(rng.random() < share) for place in range(n)}
    mean = sum(values.values()) / n
    return Score(mean, n, per_example=values, low=max(0.0, mean - 0.1), high=min(1.0, mean + 0.1))


def methods() -> list[str]:
    return ["base", "full", "lora", *(f"lora:r={2**place}" for place in range(METHODS - 3))]


def outputs(made: RunRecord, n: int) -> tuple[Output, ...]:
    rng = random.Random(made.case.id)
    return tuple(
        Output(f"example-{place:04}", "template", "?", sentence(rng), (sentence(rng),), sentence(rng), finished=True)
        for place in range(n)
    )


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(6, 24))).capitalize() + "."


def timed(words: str, work: Callable[[], Any]) -> Any:
    begin, used = time.perf_counter(), time.process_time()
    result = work()
    print(f"{words}: {time.perf_counter() - begin:.1f} s, {time.process_time() - used:.1f} s of CPU", flush=True)
    return result


def many_records(count: int) -> None:
    tables = max(1, count // (METHODS * SEEDS))
    records = tuple(
        record(f"suite{table:03}", method, seed, 20)
        for table in range(tables)
        for method in methods()
        for seed in range(SEEDS)
    )
    run = Run(Path("none"), Plan(command="pytest -m bench"), records, ())
    text = timed(f"{len(records)} records to CSV", lambda: comparison_csv(records))
    page = timed(f"{len(records)} records to HTML", lambda: report_html(Page(run)))
    print(f"{len(text) / 2**20:.1f} MiB of CSV, {len(page) / 2**20:.1f} MiB of HTML")


def many_examples(folder: Path, count: int) -> Path:
    """A run of 40 tables with 50 examples each, base and two methods, written and reported."""
    bench.report.page.ANSWERS = 3 * count  # a page of its own accord holds fewer
    for table in range(count // 50):
        for method in methods()[:3]:
            made = record(f"suite{table:02}", method, 0, 60)
            write_record(folder, made)
            write_outputs(folder / made.outputs_file, outputs(made, 60))
    plan = {"schema": 1, "command": "pytest -m bench", "cases": [each.case.as_dict() for each in read_cases(folder)]}
    (folder / "plan.json").write_text(dump_json(plan), encoding="utf-8")
    path = timed(f"{count} examples: all reports", lambda: write_reports(folder))[-1]
    html = path.read_text(encoding="utf-8")
    print(f"{html.count('<article')} examples on the page, {len(html.encode()) / 2**20:.1f} MiB")
    return Path(path)


def read_cases(folder: Path) -> list[RunRecord]:
    return [read_record(path) for path in sorted((folder / "cases").glob("*.json"))]


def browse(page: Path, rounds: int = 5) -> None:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"):
        options.add_argument(flag)
    driver = webdriver.ChromeService(shutil.which("chromedriver"))
    browser = webdriver.Chrome(options=options, service=driver)
    opened, filled, filtered, unfolded = [], [], [], []
    for _ in range(rounds):
        browser.get(page.as_uri())
        opened.append(
            browser.execute_script("const t = performance.getEntriesByType('navigation')[0]; return t.loadEventEnd")
        )
        filled.append(browser.execute_async_script(FILLED))
        unfolded.append(clicked(browser, "document.querySelectorAll('.fold').forEach(fold => fold.open = true)"))
        filtered.append(clicked(browser, "document.querySelectorAll('.failures').forEach(each => each.click())"))
    browser.quit()
    for words, found in (
        ("open", opened),
        ("fill all folds", filled),
        ("unfold all", unfolded),
        ("filter all", filtered),
    ):
        print(f"Chromium, {words}: {', '.join(f'{each / 1000:.2f}' for each in found)} s")


def clicked(browser: Any, action: str) -> float:
    """Milliseconds from an action to the second frame after it."""
    watched = f"const done = arguments[0], begin = performance.now(); {action}; {PAINTED}"
    return float(browser.execute_async_script(watched))


def main() -> None:
    records, examples = (int(each) for each in [*sys.argv[1:3], *("10000", "2000")[len(sys.argv[1:3]) :]])
    many_records(records)
    with tempfile.TemporaryDirectory() as folder:
        browse(many_examples(Path(folder), examples))
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
