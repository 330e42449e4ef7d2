"""Each quantity has one form, in Python and in the browser alike, and nothing else writes numbers."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bdsg import number_text
from bdsg.app.labels import SECTIONS, brief_label, label, setting_label
from bdsg.config.schedule import STEERED
from tests.frontend.scripts import node

CASES: list[tuple[str, tuple[Any, ...], str]] = [
    ("percent", (None,), "–"),
    ("percent", (0.0,), "0 %"),
    ("percent", (0.0004,), "< 0.1 %"),
    ("percent", (0.0005,), "0.1 %"),
    ("percent", (0.125,), "12.5 %"),
    ("percent", (0.1225,), "12.3 %"),  # a tie, which Python alone would round to even
    ("percent", (0.5,), "50.0 %"),
    ("percent", (0.9994,), "99.9 %"),
    ("percent", (0.9996,), "> 99.9 %"),
    ("percent", (1.0,), "100 %"),
    ("percent", (1.0000000000000002,), "100 %"),
    ("area", (None,), "–"),
    ("area", (0.99996,), "> 0.9999"),
    ("area", (0.98,), "0.9800"),
    ("area", (0.00003,), "< 0.0001"),
    ("area", (1.0,), "1"),
    ("area", (0.0,), "0"),
    ("measured", (None,), "–"),
    ("measured", (0.0,), "0"),
    ("measured", (0.0001963,), "0.000196"),
    ("measured", (0.00009996,), "0.0001"),
    ("measured", (0.00009181,), "9.18 × 10⁻⁵"),
    ("measured", (9e-12,), "9 × 10⁻¹²"),
    ("measured", (0.5,), "0.5"),
    ("measured", (2.25,), "2.25"),
    ("measured", (0.03125,), "0.0313"),  # a tie
    ("measured", (-12.345,), "−12.3"),
    ("measured", (1234.5,), "1,230"),
    ("measured", (99960.0,), "1 × 10⁵"),
    ("measured", (7.915e6,), "7.92 × 10⁶"),
    ("setting", (8.049968872673999,), "8.05"),
    ("setting", (0.016624564693643644,), "0.01662"),
    ("setting", (0.01,), "0.01"),
    ("setting", (0.006009,), "0.006009"),
    ("setting", (0.006009 * 0.1,), "0.0006009"),
    ("setting", (50.0,), "50"),
    ("setting", (0,), "0"),
    ("setting", (9.1814e-5,), "9.181 × 10⁻⁵"),
    ("grouped", (0,), "0"),
    ("grouped", (999,), "999"),
    ("grouped", (1234567,), "1,234,567"),
    ("megabytes", (1_860_000,), "1.86 MB"),
    ("left_out", (1, 150, True), "leaves out 1 of your 150 points (0.7 %)"),
    ("left_out", (1250, 10000, False), "leaves out 12.5 % of the data"),
    ("left_out", (3, 10000, False), "leaves out < 0.1 % of the data"),
]
"""A function, what it is given, and the text: both languages are held to it."""

PYTHON_ALONE = [
    ("nats", (None,), "–"),
    ("nats", (-0.00002,), "< 0.0001"),
    ("nats", (0.0,), "0"),
    ("nats", (-0.00123,), "−0.0012"),
    ("nats", (2.83788,), "2.8379"),
    ("seconds", (None,), "–"),
    ("seconds", (0.0,), "< 0.01"),
    ("seconds", (1.254,), "1.25"),
    ("duration", (41.4,), "41 s"),
    ("duration", (1728,), "28.8 min"),
]
"""Forms that no script needs."""


@pytest.mark.parametrize(("name", "given", "text"), CASES + PYTHON_ALONE)
def test_python_writes_it_so(name: str, given: tuple[Any, ...], text: str) -> None:
    keywords = {"own": given[-1]} if name == "left_out" else {}
    assert getattr(number_text, name)(*(given[:2] if keywords else given), **keywords) == text


def test_the_browser_writes_the_same(tmp_path: Path) -> None:
    names = {name: name if name != "left_out" else "leftOut" for name, _, _ in CASES}
    calls = [[names[name], *given] for name, given, _ in CASES]
    table = ", ".join(sorted(set(names.values())))
    driver = (
        f"const twins = {{ {table} }};\nprint({json.dumps(calls)}.map(([name, ...given]) => twins[name](...given)));"
    )
    assert node(("core/format",), driver, folder=tmp_path) == [text for _, _, text in CASES]


def test_both_agree_on_numbers_of_every_size(tmp_path: Path) -> None:
    values = [
        sign * mantissa * 10.0**power
        for power in range(-9, 9)
        for mantissa in (1, 1.5, 4.45, 9.995)
        for sign in (1, -1)
    ]
    shares = [k / 800 for k in range(801)]  # one in four is a tie
    driver = f"""
    const values = {json.dumps(values)}, shares = {json.dumps(shares)};
    print([values.map(measured), values.map(setting), shares.map(percent), shares.map(area)]);
    """
    expected = [[write(value) for value in values] for write in (number_text.measured, number_text.setting)]
    expected += [[write(share) for share in shares] for write in (number_text.percent, number_text.area)]
    assert node(("core/format",), driver, folder=tmp_path) == expected


ROOT = Path(__file__).parents[1]
PLACES = ("app.py", "pages/*.py", "bdsg/app/**/*.py", "bdsg/figures/*.py")
PYTHON = sorted(path for place in PLACES for path in ROOT.glob(place))
SCRIPTS = sorted((ROOT / "bdsg" / "frontend" / "src").glob("*/*.ts"))
BY_HAND = re.compile(r"toFixed|toPrecision|toExponential|toLocaleString|Intl\.")


def by_themselves(source: str) -> list[str]:
    """Formats of numbers in a source: of f-strings, of printf and d3 in plain strings, and calls of format()."""
    found = []
    for one in ast.walk(ast.parse(source)):
        if isinstance(one, ast.FormattedValue) and isinstance(one.format_spec, ast.JoinedStr):
            spec = "".join(part.value for part in one.format_spec.values if isinstance(part, ast.Constant))
            of_time = re.match(r"%[A-Za-z]", spec)
            found += [spec] if re.search(r"[\d,_%efgEFG]", spec) and not of_time else []
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            found += re.findall(r"%\.\d[efg]|:[,.]?\.?\d*~?[efgr%]\}|^\.\d+~?[efgr%]$", one.value)
    return found


def test_formats_are_found_where_there_are_any() -> None:
    source = 'f"{x:.1f} {y:,} {z:>8}"; "%{y:.4g}"; {"format": "%.4g", "tickformat": ".0%"}; f"{a} {b!r} {c:%H:%M}"'
    assert set(by_themselves(source)) == {".1f", ",", ">8", ":.4g}", "%.4g", ".0%"}


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.stem)
def test_no_page_writes_numbers_by_itself(path: Path) -> None:
    assert not by_themselves(path.read_text(encoding="utf-8")), "write it by a function of bdsg.number_text"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_script_writes_numbers_by_itself(path: Path) -> None:
    if path.name != "format.ts":
        assert not BY_HAND.findall(path.read_text(encoding="utf-8")), "write it by a function of core/format.ts"


def test_scores_and_weights_have_one_name_in_both(tmp_path: Path) -> None:
    driver = """
    const named = Object.fromEntries(Object.entries(CARDS).map(([id, card]) => [id, card.name]));
    print([named, Object.fromEntries(Object.entries(CHANGED).map(([name, { symbol }]) => [name, symbol]))]);
    """
    cards, symbols = node(("core/dom", "evaluation/card_texts", "player/loss_curves"), driver, folder=tmp_path)
    own = {"components": number_text.COVERED, "distance": number_text.SCORES["distance_mean"].title}
    assert cards == {name: own.get(name) or number_text.SCORES[name].title for name in cards}
    assert symbols == {name: brief_label(f"boundary.{name}").replace("Learning", "learning") for name in STEERED}


def test_a_control_its_row_and_its_axis_have_one_name() -> None:
    names = [f"{section}.{field.name}" for section, kind in SECTIONS.items() if section for field in fields(kind)]
    titles = [setting_label(name) for name in names if name not in ("data.preset", "data.mixture")]
    assert len(set(titles)) == len(titles)
    assert label("boundary.steps") == "Steps"  # not "Steps (steps)"
    assert label("data.samples") == "Samples M (points)"
    assert label("epsilon") == "Threshold ε (per unit area)"
    assert label("boundary.lambda1") == setting_label("boundary.lambda1") == "Distance weight λ1"


def test_the_slider_sends_what_it_shows_and_comes_back_to_the_runs_own(tmp_path: Path) -> None:
    driver = """
    const own = 0.0091234, meta = { epsilon_low: 0.000159, epsilon_high: 0.0955, trained: { epsilon: own } };
    const values = Array.from({ length: SLIDER_STEPS + 1 }, (_, place) => epsilonAt(meta, place));
    print([values.map(setting), values, values.map((value) => placeOf(meta, value)), placeOf(meta, own)]);
    """
    texts, values, places, home = node(("core/format", "evaluation/threshold"), driver, folder=tmp_path)
    assert places == list(range(501))  # an arrow key never gets stuck
    assert values[home] == 0.0091234
    others = [(text, value) for k, (text, value) in enumerate(zip(texts, values, strict=True)) if k != home]
    assert all(float(text) == value for text, value in others)
