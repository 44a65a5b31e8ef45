from dataclasses import replace

from bench.case import Case
from bench.record import Cost, Phase, RunRecord, Score
from bench.report.front_plots import front_plots
from bench.report.groups import groups
from bench.report.render import write_reports
from bench.report.tradeoff import tradeoff
from tests.report.sample import write_run

MIB = 2**20
HERE = {"hardware": "one CPU"}


def tuned(method, quality, mib, seconds, seed=0, environment=HERE, **fields):
    case = Case("methods", "m", "d", method, metrics=("instruction_following",), seed=seed)
    scores = {"instruction_following": Score(quality, 50, low=quality - 0.05, high=quality + 0.05)}
    cost = Cost(
        train=Phase(seconds, peak_memory_bytes=mib * MIB), trainable_params=500, total_params=2000, adapter_bytes=MIB
    )
    return RunRecord(case, "ok", scores=scores, cost=cost, environment=environment, **fields)


def four():
    return [
        tuned("full", 0.95, 900, 60),
        tuned("lora", 0.9, 600, 50),
        tuned("ia3", 0.5, 600, 40),
        tuned("dora", 0.9, 700, 90),
    ]


def table(records):
    return tradeoff(groups(records)[0])


def test_the_front_is_what_no_other_method_beats_on_both():
    found = table(four())
    assert [point.name for point in found.by_memory] == ["lora", "full"]
    assert [point.name for point in found.by_seconds] == ["ia3", "lora", "full"]
    assert found.sentence == (
        "On the front of instructions followed and memory: lora and full; "
        "on the front of instructions followed and training time: ia3, lora and full."
    )


def test_equals_share_the_front():
    found = table([tuned(name, 0.9, 600, 50) for name in ("full", "lora", "ia3")])
    assert len(found.by_memory) == 3


def test_another_number_of_cores_is_another_machine():
    few, many = ({"hardware": "one CPU", "device": "cpu", "cores": cores} for cores in (2, 64))
    found = table([*(each.with_(environment=few) for each in four()), tuned("vera", 0.99, 100, 1, environment=many)])
    assert found.notes[-1] == "Left out, measured on another machine: vera."


def test_the_cores_beside_a_gpu_do_not_matter():
    few, many = ({"hardware": "a GPU", "device": "cuda:0", "cores": cores} for cores in (2, 64))
    found = table([*(each.with_(environment=few) for each in four()), tuned("vera", 0.99, 100, 1, environment=many)])
    assert "vera" in found.sentence


def test_two_methods_have_no_front():
    assert table(four()[:2]) is None


def test_another_machine_is_left_out_and_named():
    found = table([*four(), tuned("vera", 0.99, 100, 1, environment={"hardware": "a GPU"})])
    assert "vera" not in found.sentence
    assert found.notes[-1] == "Left out, measured on another machine: vera."


def test_costs_from_the_store_say_so():
    found = table([*four()[:3], replace(four()[3], reused=("train",))])
    assert "From the store: dora." in found.notes[1]
    assert found.points[3].cells(found.column)[3] == ("90 s", "from the store", 90)


def test_several_seeds_are_one_point_with_the_interval_over_them():
    found = table([*four(), tuned("full", 0.85, 900, 80, seed=1)])
    full = found.points[0]
    assert (full.name, full.seeds, full.seconds) == ("full", 2, 70)
    assert (round(full.quality, 3), full.high > 1) == (0.9, True)
    assert full.cells(found.column)[0][1] == "26–100"


def test_parameters_and_adapter_have_their_share_and_unit():
    _, trainable, adapter, *_ = table(four()).points[0].cells(table(four()).column)
    assert (trainable[:2], adapter[0]) == (("500", "25 %"), "1 MiB")


def test_deliberate_differences_are_no_methods_to_choose_from():
    records = [replace(record, case=replace(record.case, variant="w", against="r")) for record in four()]
    assert table(records) is None


def test_methods_without_memory_have_one_panel():
    records = [replace(r, cost=replace(r.cost, train=replace(r.cost.train, peak_memory_bytes=None))) for r in four()]
    assert [caption for caption, _ in front_plots(table(records), "f")] == [
        "Instructions followed against training time"
    ]


def test_equal_costs_and_zero_seconds_can_be_drawn():
    assert len(front_plots(table([tuned(name, 0.9, 600, 50) for name in ("full", "lora", "ia3")]), "f")) == 2
    assert len(front_plots(table([tuned(name, 0.9, 600, 0) for name in ("full", "lora", "ia3")]), "f")) == 1


def test_page_and_markdown_name_the_front(tmp_path):
    texts = [path.read_text() for path in write_reports(write_run(tmp_path / "run", four()))]
    assert all("On the front of instructions followed and memory: lora and full" in text for text in texts[2:])
