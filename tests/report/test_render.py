import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bench.record import Claim, RunRecord
from bench.report.examples import linked, unique_slugs
from bench.report.latex import comparison_latex
from bench.report.markdown import report_markdown
from bench.report.page import Page
from bench.report.render import report_html, write_reports
from bench.report.run_folder import read_run
from tests.report.sample import PAYLOADS, cases_of, hostile_records, measured, sample_records, write_run

ALLOWED = set(
    re.findall(
        r"\w+",
        """html head meta title link style body header main footer nav section article div p a h1 h2 h3 h4 ul
        ol li dl dt dd b i ins del em small sup code pre span table thead tbody tfoot tr th td figure figcaption details
        summary fieldset legend label input script noscript svg g path defs use text rect clippath""",
    )
)


class Elements(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.ids = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]
        self.ids += [value for name, value in attrs if name == "id"]


@pytest.fixture(scope="module")
def html(reported):
    return (reported / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parsed(html):
    return Elements(html)


def test_all_three_reports_are_written_and_rewritten_byte_for_byte(run_folder):
    first = {path.name: path.read_bytes() for path in write_reports(run_folder)}
    assert list(first) == ["comparison.csv", "comparison.tex", "report.md", "report.html"]
    assert {path.name: path.read_bytes() for path in write_reports(run_folder)} == first


def test_no_payload_becomes_an_element(html, parsed):
    assert set(parsed.tags) <= ALLOWED
    assert parsed.tags.count("script") == 1
    assert "alert(1)" in html


def test_no_payload_ends_the_text_of_a_closed_fold(make_run):
    records = [measured(case, 20) for name in "abcd" for case in cases_of(name, "everyday")]
    page = report_html(Page(make_run(*records)))
    assert re.findall("</?noscript.", page) == ["<noscript>", "</noscript>"] * 3
    assert set(Elements(page).tags) <= ALLOWED
    assert "&lt;/noscript&gt;" in page


def test_no_attribute_runs_or_fetches_anything(parsed):
    assert not [name for _, name, _ in parsed.attributes if name.startswith("on")]
    targets = [value for _, name, value in parsed.attributes if name in ("src", "href", "xlink:href", "action")]
    assert targets
    beside = re.compile(r"#.*|data:,|outputs/[\w.-]+\.jsonl|(report\.md|comparison\.(csv|tex))")
    assert not [value for value in targets if not beside.fullmatch(value)]
    assert not [name for _, name, _ in parsed.attributes if name == "style"]


def test_an_address_appears_only_as_text_of_a_payload(run_folder):
    for path in (run_folder / "cases").glob("*hostile*"):
        path.unlink()
    clean = report_html(Page(read_run(write_run(run_folder / "clean", sample_records(6)[4:]))))
    without_payloads = re.sub(r'<div class="text said".*?</div>|<dd class="text">.*?</dd>', "", clean, flags=re.DOTALL)
    assert not re.search(r"https?://|//[a-z]", without_payloads.partition("<script>")[0].partition("</style>")[2])


def test_ids_are_unique_and_links_lead_somewhere(parsed):
    assert len(parsed.ids) == len(set(parsed.ids))
    links = {value[1:] for tag, name, value in parsed.attributes if name == "href" and value.startswith("#")}
    assert links <= set(parsed.ids)


def test_the_policy_allows_our_script_and_nothing_else(html):
    policy = re.search(r'content="(default-src[^"]*)"', html).group(1)
    assert "default-src &#39;none&#39;" in policy or "default-src 'none'" in policy
    assert len(re.findall(r"(?:script|style)-src 'sha256-[\w+/=]{44}'", policy.replace("&#43;", "+"))) == 2
    assert "unsafe" not in policy


@pytest.mark.parametrize("hidden", ["\0", "\x1b", "\r", "\u202e", "\u2066", "\udc80"])
def test_hidden_characters_are_named_not_sent(html, hidden):
    assert hidden not in html


def test_every_payload_is_shown_whole(html):
    for text in (
        "=HYPERLINK(",
        "&lt;iframe src=",
        "{{ 7*7 }} {% raw %} ${7*7}",
        "a_b &amp; 50% $x$ |",
        "‹U+202E›",
        "␛[2J",
    ):
        assert text in html


def test_what_never_ran_and_what_failed_is_on_the_page(html):
    for text in (
        "needs CUDA",
        "adapter has no target modules",
        "claim failed",
        "no harmless look-alike",
    ):
        assert text in html


def test_a_damaged_record_is_named_on_the_page_and_in_markdown(run_folder):
    path = next((run_folder / "cases").glob("*everyday-full*"))
    path.write_text("{")
    pages = [path.read_text() for path in write_reports(run_folder)[2:]]
    assert all(path.name in page for page in pages)


def test_markdown_tables_keep_their_columns(reported):
    lines = (reported / "report.md").read_text().splitlines()
    tables = "\n".join(line if line.startswith("|") else "" for line in lines).split("\n\n")
    counts = [{len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines() if line} for table in tables]
    assert sum(map(bool, counts)) >= 5
    assert all(len(count) <= 1 for count in counts)


def test_markdown_has_no_live_tag_or_link(reported):
    text = (reported / "report.md").read_text()
    assert "<" not in text
    assert not re.search(r"(?<!\\)\]\(", text)


def test_twelve_cases_of_a_hundred_examples_stay_under_two_mebibytes(tmp_path):
    records = [measured(case, 100) for model in "abc" for case in cases_of("base_vs_instruct", "everyday", model)]
    html = write_reports(write_run(tmp_path, records))[3].read_text()
    assert len(html.encode()) < 2 * 2**20
    assert html.count('<article class="ex') == 150
    assert "50 of 100 test examples" in html


def embedded(tmp_path, failing):
    """Places of the examples on the page that failed, and of the others, when a lora with such marks is reported."""
    case = cases_of("sentiment", "headlines", metrics=("label_f1",))[1]
    record = measured(case, 90)
    ids = list(record.scores["accuracy"].per_example)
    marks = {name: float(place >= failing) for place, name in enumerate(ids)}
    score = replace(record.scores["accuracy"], per_example=marks)
    html = report_html(Page(read_run(write_run(tmp_path, [record.with_(scores={"accuracy": score})]))))
    found = re.findall(r'<article class="ex( failed)?[^"]*" id="[^"]*-(\d+)"', html)
    return [int(place) for failed, place in found if failed], [int(place) for failed, place in found if not failed]


def test_failures_are_embedded_first_and_a_third_is_left_to_the_others(tmp_path):
    failed, others = embedded(tmp_path, failing=70)
    assert (failed, others) == (list(range(34)), list(range(70, 86)))


def test_few_failures_are_all_embedded_and_few_successes_too(tmp_path):
    assert [len(each) for each in embedded(tmp_path / "few", failing=5)] == [5, 45]
    assert [len(each) for each in embedded(tmp_path / "many", failing=88)] == [48, 2]


def test_a_runaway_output_is_cut_and_says_so(tmp_path):
    record = measured(cases_of("sentiment", "headlines")[1], 2)
    folder = write_run(tmp_path, [record])
    path = folder / record.outputs_file
    path.write_text(path.read_text().replace("alert(1)", "y" * 1_000_000))
    html = write_reports(folder)[3].read_text()
    assert len(html) < 100_000
    assert "more characters in the outputs file" in html


def test_a_claim_message_is_shown_once_and_escaped(make_run):
    claim = Claim("suites/test_x.py::test_y", "c", "failed", PAYLOADS[0])
    records = [replace(measured(case, 4), claims=(claim,)) for case in cases_of("sentiment", "headlines")[:2]]
    html = report_html(Page(make_run(*records)))
    assert html.count("suites/test_x.py::test_y") == 1
    assert "1 of 1 claims failed." in html


@pytest.mark.parametrize("records", [[], hostile_records()[:1]], ids=["nothing planned", "nothing measured"])
def test_an_empty_run_still_gives_reports(tmp_path, records):
    assert "Nothing was" in write_reports(write_run(tmp_path, records))[3].read_text()


def test_many_tables_are_cut_by_rows_and_the_page_says_how_many_are_left_out(make_run, monkeypatch):
    monkeypatch.setattr("bench.report.page.ROWS", 8)
    records = [measured(case, 4) for name in "abc" for case in cases_of(name, "everyday")]
    html = report_html(Page(make_run(*records)))
    assert html.count('<table class="comparison') == 2
    assert "2 of 3 tables; the other 4 cases are in comparison.csv alone." in html


def test_tables_beyond_the_last_plot_are_there_without_plots(make_run, monkeypatch):
    monkeypatch.setattr("bench.report.render.PLOTS", 1)
    monkeypatch.setattr("bench.report.render.FRONTS", 0)
    records = [measured(case, 4) for name in "ab" for case in cases_of(name, "everyday")]
    html = report_html(Page(make_run(*records)))
    assert html.count('<table class="comparison') == 2
    assert html.count("-quality-title") == 2


def test_links_name_the_table_and_the_example(html):
    assert '<a href="#sentiment-tiny-gpt2-headlines/headlines-003"' in html


def test_names_that_give_the_same_link_get_numbers():
    assert unique_slugs(["A b", "a-b", "a/b", "\u202e", "…"]) == ["a-b", "a-b-2", "a-b-3", "x", "x-2"]


@pytest.mark.parametrize(
    "path", ["javascript:alert(1)", "//evil.example/x.jsonl", "outputs/../x.jsonl", "outputs/é.jsonl"]
)
def test_an_outputs_file_of_another_form_is_no_link(path):
    assert linked("outputs/a-b_1.jsonl") == "outputs/a-b_1.jsonl"
    assert linked(path) == ""


def test_of_many_models_fewer_examples_are_embedded(make_run, monkeypatch):
    monkeypatch.setattr("bench.report.page.ANSWERS", 100)
    cases = [
        replace(case, seed=0, method=f"lora:r={r}") for r in range(1, 21) for case in cases_of("s", "everyday")[2:3]
    ]
    named = [measured(replace(case, method="lora"), 30).with_(case=case) for case in cases]
    html = report_html(Page(make_run(*[r.with_(outputs_file=f"outputs/{r.case.file_name}.jsonl") for r in named])))
    assert "10 of 30 test examples" in html


def test_what_was_not_the_reference_is_marked_in_the_answer(html):
    assert "<ins>" in html
    assert re.search(r"\.said del \{ display: none", html)


def test_a_megabyte_in_a_question_a_reason_or_a_dataset_name_is_cut_everywhere(make_run):
    long = "x" * 1_000_000
    case = cases_of("sentiment", "headlines")[1]
    record = measured(case, 2).with_(claims=(Claim("t", "c", "failed", long),), status="failed_claim", reason=long)
    named = RunRecord(replace(case, suite="other", dataset=f"local:{long}", model=long), "error", reason=long)
    page = Page(make_run(record, named))
    assert all(len(text) < 600_000 for text in (report_html(page), report_markdown(page), comparison_latex(page)))
    assert "980,000 more characters" in report_html(page)


def test_markdown_answers_which_method_is_best_before_its_tables(reported):
    text = (reported / "report.md").read_text(encoding="utf-8")
    answer = text.index("full, lora and qlora (tied)")
    assert text.index("## Which method is best, and is it shown") < answer < text.index("## Comparison")
    assert "shown on this one training run, p &lt; 0.001" in text


def test_measured_rows_with_hostile_names_stay_text_in_page_plots_and_links(make_run, monkeypatch):
    monkeypatch.setattr("bench.report.render.PLOTS", 3)
    rows = [measured(case, 4) for case in cases_of("sentiment", "headlines")[:2]]
    named = [
        replace(row, case=replace(row.case, model=text, dataset=text, variant=text, template=text), outputs_file="")
        for text in PAYLOADS
        for row in rows
    ]
    page = Elements(report_html(Page(make_run(*named))))
    assert set(page.tags) <= ALLOWED
    assert len(page.ids) == len(set(page.ids))
    assert all(re.fullmatch(r"#[\w./-]+|data:,|(report\.md|comparison\.(csv|tex))", value)
               for _, name, value in page.attributes if name == "href" and not value.startswith("#p"))  # fmt: skip
