import re
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from bench.report.svg import SETTINGS, TUNED, plot, svg_text


@pytest.fixture
def figure():
    import matplotlib

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(2, 1))
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        axes.plot([0, 1], [1, 0], "o", color=TUNED)
        axes.set_title("</svg><script>alert(1)</script>")
    return figure


def test_no_style_no_namespace_and_no_fixed_colour_is_left(figure):
    svg = plot(figure, "p", "a plot")
    assert "style" not in svg
    assert "ns0" not in svg
    assert 'fill="var(--accent)"' in svg


def test_ids_begin_with_the_name_and_all_are_used(figure):
    svg = plot(figure, "mine", "a plot")
    ids = re.findall(r'id="([^"]*)"', svg)
    assert ids[0] == "mine-title"
    assert all(name.startswith("mine-") and svg.count(name) > 1 for name in ids)


def test_text_and_label_are_escaped(figure):
    root = ElementTree.fromstring(plot(figure, "p", "<img src=x onerror=alert(2)>"))  # noqa: S314 (our own)
    assert root.find("title").text == "<img src=x onerror=alert(2)>"
    assert not list(root.iter("script"))


def test_coordinates_have_one_decimal_at_most(figure):
    assert not re.search(r"\d\.\d{2}", plot(figure, "p", "a plot"))


def test_it_is_less_than_half_of_what_matplotlib_writes(figure):
    assert len(plot(figure, "p", "a plot")) < len(svg_text(figure)) / 2
