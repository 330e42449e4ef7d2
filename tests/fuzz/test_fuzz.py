"""Whatever comes from outside is taken, or refused in one sentence: never a traceback, a hang or NaN.

Ten thousand cases and more in all; ``CASES`` says how many each test draws.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bdsg import codec
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture, uploads
from bdsg.data.tables import read_table
from bdsg.errors import BDSGError
from bdsg.points import parse_points
from bdsg.ui import links, memory
from bdsg.ui.mixture_editor import from_rows, read_modes

CASES = {
    "text tables": 1500,
    "raw bytes": 1500,
    "wide tables": 600,
    "parquet": 500,
    "configs": 1500,
    "altered configs": 1200,
    "links": 1200,
    "mixtures": 1200,
    "saved arrays": 1200,
    "canvas": 600,
}

LONGEST_SENTENCE = 600

relaxed = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def taken_or_refused(read: Callable[[], Any]) -> Any:
    """The outcome, or None after a refusal in one sentence."""
    try:
        return read()
    except BDSGError as error:
        text = str(error)
        assert text.strip(), "an empty sentence"
        assert len(text) < LONGEST_SENTENCE, text
        assert "Traceback" not in text
        return None


def test_there_are_ten_thousand_cases() -> None:
    assert sum(CASES.values()) >= 10_000


cells = st.one_of(
    st.floats().map(str),
    st.integers(-(10**12), 10**12).map(str),
    st.sampled_from(
        ["", " ", "x", "NaN", "inf", "-inf", "1e999", "1_000", "0x10", "1,5", '"', "'", "№", "\x00", "=1+1", "1.2.3"]
    ),
    st.text(max_size=6),
)
separators = st.sampled_from([",", ";", "\t", ", ", " "])
ends = st.sampled_from(["\n", "\r\n", "\r", "\n\n"])


@st.composite
def tables(draw: Any, most_columns: int = 4) -> bytes:
    """CSV as people and their programs make it, and as nobody should."""
    columns, separator, end = draw(st.integers(1, most_columns)), draw(separators), draw(ends)
    rows = draw(st.lists(st.lists(cells, min_size=1, max_size=columns + 1), min_size=0, max_size=30))
    header = draw(st.sampled_from(["", separator.join("xyzw"[:columns]) + end, "\ufeffx,y" + end, "sep=;" + end]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    text = header + end.join(separator.join(row) for row in rows)
    return text.encode(encoding, errors="replace")


def check_points(content: bytes) -> None:
    points = taken_or_refused(lambda: parse_points(content, "t.csv"))
    if points is not None:
        assert points.ndim == 2
        assert np.isfinite(points).all()
    table = taken_or_refused(lambda: uploads.preview(content, "t.csv"))
    if table is None:
        return
    assert len(table.numeric) >= 2
    for skip in (False, True):
        columns = table.numeric[0], table.numeric[1]
        chosen = taken_or_refused(
            lambda skip=skip, columns=columns: uploads.read_points(content, "t.csv", columns, skip=skip)
        )
        if chosen is not None:
            assert chosen.shape[1] == 2
            assert np.isfinite(chosen).all()


@settings(max_examples=CASES["text tables"], **relaxed)
@given(tables())
def test_text_tables(content: bytes) -> None:
    check_points(content)


@settings(max_examples=CASES["raw bytes"], **relaxed)
@given(st.binary(max_size=200))
def test_raw_bytes(content: bytes) -> None:
    check_points(content)
    taken_or_refused(lambda: uploads.read_points(content, "t.parquet"))
    taken_or_refused(lambda: uploads.preview(b"PAR1" + content + b"PAR1", "t.parquet"))


@settings(max_examples=CASES["wide tables"], **relaxed)
@given(tables(most_columns=12))
def test_wide_tables(content: bytes) -> None:
    table = taken_or_refused(lambda: read_table(content, "t.csv"))
    if table is not None:
        assert table.values.shape[1] == len(table.names)
        assert np.isfinite(table.values).all()


values = st.one_of(st.floats(), st.integers(-(2**40), 2**40), st.text(max_size=4), st.none(), st.booleans())


@settings(max_examples=CASES["parquet"], **relaxed)
@given(
    st.lists(st.lists(values, min_size=3, max_size=3), min_size=0, max_size=25),
    st.integers(0, 400),
    st.integers(0, 255),
)
def test_parquet(rows: list[list[Any]], place: int, byte: int) -> None:
    frame = pandas.DataFrame({f"c{k}": [row[k] for row in rows] for k in range(3)})
    target = io.BytesIO()
    try:
        frame.to_parquet(target)
    except (ValueError, TypeError, OverflowError, OSError):  # a column of several kinds is no Parquet
        frame.map(str).to_parquet(target)
    whole = bytearray(target.getvalue())
    for content in (bytes(whole), bytes(whole[: place % len(whole)])):
        table = taken_or_refused(lambda content=content: read_table(content, "t.parquet"))
        assert table is None or np.isfinite(table.values).all()
        taken_or_refused(lambda content=content: uploads.preview(content, "t.parquet"))


plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(-(10**30), 10**30), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)
KEYS = [
    "data",
    "density",
    "boundary",
    "epsilon",
    "delta",
    "seed",
    "device",
    "preset",
    "mixture",
    "units",
    "samples",
    "kind",
    "hidden",
    "steps",
    "lambda1",
    "changes",
    "weights",
    "means",
    "covariances",
    "levels",
]
known = st.recursive(
    st.one_of(plain, st.sampled_from(["bimodal", "iresnet", "paper", "cpu", "nan", "1e999"])),
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=10,
)


def check_config(read: Callable[[], ExperimentConfig]) -> None:
    config = taken_or_refused(read)
    if config is not None:
        assert ExperimentConfig.from_json(config.to_json()) == config
        assert 0 < config.delta < config.epsilon < math.inf


@settings(max_examples=CASES["configs"], **relaxed)
@given(known)
def test_configs(raw: Any) -> None:
    check_config(lambda: ExperimentConfig.from_dict(raw))


BASE = {
    "data": {
        "mixture": {"weights": [0.5, 0.5], "means": [[0, 0], [3, 1]], "covariances": [[[1, 0], [0, 1]]] * 2},
        "samples": 64,
    },
    "density": {"kind": "iresnet", "steps": 100},
    "boundary": {"objective": "paper", "hidden": [8, 8], "changes": [{"step": 4, "lambda2": 0}]},
    "epsilon": 0.01,
    "seed": 3,
}


def altered(raw: Any, path: list[int], value: Any) -> Any:
    """A copy with the value at a path of positions replaced."""
    if not path or not isinstance(raw, dict | list) or not raw:
        return value
    if isinstance(raw, dict):
        chosen = list(raw)[path[0] % len(raw)]
        return {**raw, chosen: altered(raw[chosen], path[1:], value)}
    place = path[0] % len(raw)
    return [altered(item, path[1:], value) if k == place else item for k, item in enumerate(raw)]


@settings(max_examples=CASES["altered configs"], **relaxed)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), plain)
def test_altered_configs(path: list[int], value: Any) -> None:
    raw = altered(BASE, path, value)
    check_config(lambda: ExperimentConfig.from_dict(raw))
    try:
        text = json.dumps(raw)
    except ValueError:
        return
    check_config(lambda: ExperimentConfig.from_json(text[: 40 * (path[0] + 1)]))


parameters = st.dictionaries(
    st.one_of(
        st.sampled_from(
            ["data.preset", "data.mixture", "boundary.steps", "boundary.changes", "epsilon", "seed", "density.kind"]
        ),
        st.text(max_size=12),
    ),
    st.one_of(st.text(max_size=20), plain.map(lambda value: json.dumps(value, default=str))),
    max_size=5,
)


@settings(max_examples=CASES["links"], **relaxed)
@given(parameters)
def test_links(found: dict[str, str]) -> None:
    choices = taken_or_refused(lambda: links.from_parameters(found))
    if choices is not None:
        assert links.from_parameters(links.to_parameters(choices)) == choices
    memory.read([{"name": "n", "parameters": found}])


numbers = st.floats(width=64) | st.sampled_from([0.0, 1.0, -1.0, 1e-300, 1e300, 1e-9, 0.5])


@settings(max_examples=CASES["mixtures"], **relaxed)
@given(st.integers(1, 3), st.data())
def test_mixtures(count: int, data: st.DataObject) -> None:
    weights = data.draw(st.lists(numbers, min_size=count, max_size=count))
    means = data.draw(st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=count, max_size=count))
    a, b, c = (data.draw(st.lists(numbers, min_size=count, max_size=count)) for _ in range(3))
    covariances = [[[p, q], [q, r]] for p, q, r in zip(a, b, c, strict=True)]
    mixture = taken_or_refused(lambda: GaussianMixture(weights, means, covariances))
    if mixture is not None:
        sample = mixture.sample(20, np.random.default_rng(0))
        assert np.isfinite(mixture.log_prob(sample)).all()


WHOLE = codec.pack({"a": np.arange(12.0).reshape(3, 4), "b": np.zeros(5, np.int32)}, {"kind": "x", "n": [1, 2]})


@settings(max_examples=CASES["saved arrays"], **relaxed)
@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE) - 1), st.integers(0, 255), st.binary(max_size=12))
def test_saved_arrays(cut: int, place: int, byte: int, tail: bytes) -> None:
    changed = bytearray(WHOLE)
    changed[place] = byte
    for content in (WHOLE[:cut], bytes(changed), WHOLE[:cut] + tail, tail):
        taken_or_refused(lambda content=content: codec.unpack(content))


@settings(max_examples=CASES["canvas"], **relaxed)
@given(plain, st.lists(plain, max_size=60))
def test_what_a_canvas_sends(modes: Any, points: list[Any]) -> None:
    rows = taken_or_refused(lambda: read_modes(modes))
    if rows is not None:
        taken_or_refused(lambda: from_rows(rows))
    taken_or_refused(lambda: uploads.painted_points(points))


@pytest.mark.parametrize("nested", [5_000, 200_000])
def test_json_nested_beyond_reason(nested: int) -> None:
    text = "[" * nested + "]" * nested
    for read in (ExperimentConfig.from_json, GaussianMixture.from_json):
        taken_or_refused(lambda read=read: read(text))
    taken_or_refused(lambda: links.from_parameters({"data.mixture": text}))
    assert memory._json(text) is None or nested == 5_000
