"""Parquet of any kind: columns of every type, damaged bytes, and many rows and columns."""

from __future__ import annotations

import datetime
import decimal
import functools
import io
from typing import Any

import numpy as np
import pandas
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import strategies as st

from bdsg.data import uploads
from bdsg.data.tables import read_table
from bdsg.data.tables.limits import MOST_COLUMNS
from tests.data.uploaded import read_points
from tests.fuzz.cases import Damage, cases, damaged, damages, taken_or_refused, watched

ROWS = 24


def written(columns: list[pyarrow.Array], names: list[str]) -> bytes:
    target = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(columns, names=names), target)
    return target.getvalue()


def check(content: bytes) -> None:
    """By both ways: the detector's and the app's."""
    table = taken_or_refused(lambda: read_table(content, "t.parquet"))
    if table is not None:
        assert np.isfinite(table.values).all()
        assert len(set(table.names)) == table.values.shape[1]
    seen = taken_or_refused(lambda: uploads.preview(content, "t.parquet"))
    columns = [None] if seen is None else [None, tuple(seen.numeric[:2])]
    for chosen in columns:
        for skip in (False, True):
            points = taken_or_refused(
                lambda chosen=chosen, skip=skip: read_points(content, "t.parquet", chosen, skip=skip)
            )
            assert points is None or (np.isfinite(points.values).all() and points.values.shape[1] == 2)


values = st.one_of(st.floats(), st.integers(-(2**40), 2**40), st.text(max_size=4), st.none(), st.booleans())


@cases("parquet values", st.lists(st.lists(values, min_size=3, max_size=3), min_size=0, max_size=25))
def test_parquet_of_any_values(rows: list[list[Any]]) -> None:
    frame = pandas.DataFrame({f"c{k}": [row[k] for row in rows] for k in range(3)})
    target = io.BytesIO()
    try:
        frame.to_parquet(target)
    except (ValueError, TypeError, OverflowError, OSError):  # a column of several kinds is no Parquet
        frame.map(str).to_parquet(target)
    check(target.getvalue())


def column(value: Any, kind: pyarrow.DataType | None = None) -> pyarrow.Array:
    return pyarrow.array([value] * ROWS, kind)


def of_bytes(content: bytes) -> pyarrow.Array:
    """A column of text whose bytes are no text."""
    ends = pyarrow.py_buffer(np.arange(ROWS + 1, dtype=np.int32).tobytes())
    return pyarrow.Array.from_buffers(pyarrow.string(), ROWS, [None, ends, pyarrow.py_buffer(content * ROWS)])


KINDS: dict[str, pyarrow.Array] = {
    "whole": pyarrow.array(np.arange(ROWS)),
    "huge": pyarrow.array(np.full(ROWS, 2**64 - 1, np.uint64)),
    "half": pyarrow.array(np.linspace(0, 1, ROWS).astype(np.float16)),
    "gap": pyarrow.array([None, *range(ROWS - 1)]),
    "NaN": pyarrow.array([float("nan"), *([0.5] * (ROWS - 1))]),
    "infinite": pyarrow.array([float("-inf"), *([0.5] * (ROWS - 1))]),
    "text": column("a"),
    "numbers as text": column("1.5"),
    "decimal comma": column("1,5"),
    "no UTF-8": of_bytes(b"\xff"),
    "large text": column("a", pyarrow.large_string()),
    "bytes": column(b"\xff\0"),
    "dictionary": column("a").dictionary_encode(),
    "dictionary of numbers": column(1.5).dictionary_encode(),
    "decimal": column(decimal.Decimal("1.5")),
    "long decimal": column(decimal.Decimal("1.5"), pyarrow.decimal256(60, 10)),
    "nothing": pyarrow.nulls(ROWS),
    "truth": pyarrow.array([True, None] * (ROWS // 2)),
    "date": column(datetime.date(2020, 1, 1)),
    "date beyond all": column(2**31 - 1, pyarrow.date32()),
    "instant": column(datetime.datetime(2020, 1, 1)),
    "instant beyond all": column(2**62, pyarrow.timestamp("us")),
    "instant nowhere": column(0, pyarrow.timestamp("s", "Mars/Base")),
    "duration": column(datetime.timedelta(1)),
    "time": column(datetime.time(1)),
    "struct": column({"a": 1, "b": 2.0}),
    "list": column([1.0, 2.0]),
    "pair": column([1.0, 2.0], pyarrow.list_(pyarrow.float64(), 2)),
    "map": column([("a", 1)], pyarrow.map_(pyarrow.string(), pyarrow.int64())),
}
NAMES = ["x", "y", "z", "x", "", "x.y", "a\nb", "\0", "ü", "n" * 3000]


@cases(
    "parquet types",
    st.lists(st.sampled_from(sorted(KINDS)), min_size=0, max_size=4),
    st.permutations(NAMES),
    st.integers(0, ROWS),
)
def test_parquet_of_any_types(kinds: list[str], names: list[str], rows: int) -> None:
    check(written([KINDS[kind].slice(0, rows) for kind in kinds], names[: len(kinds)]))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_type_beside_numbers(kind: str) -> None:
    """What holds no number is left out, and does not keep the others from being read."""
    content = written([KINDS["half"], KINDS[kind], KINDS["whole"]], ["x", "k", "y"])
    with watched():
        check(content)
        table = taken_or_refused(lambda: read_table(content, "t.parquet"))
    if kind not in ("gap", "NaN", "infinite", "truth"):  # they have gaps
        assert {"x", "y"} <= set(table.names)
        assert ("k" in table.names) != ("k" in table.left_out)


@functools.cache
def whole() -> bytes:
    return written([KINDS["half"], KINDS["text"], KINDS["decimal"], KINDS["list"]], ["x", "y", "z", "w"])


@cases("parquet bytes", st.lists(damages, min_size=1, max_size=3))
def test_damaged_parquet(several: list[Damage]) -> None:
    check(functools.reduce(damaged, several, whole()))


def large(rows: int, columns: int) -> bytes:
    return written([pyarrow.array(np.arange(rows) * 0.5)] * columns, [f"c{k}" for k in range(columns)])


@pytest.mark.parametrize(
    ("rows", "columns", "taken"),
    [(1_000_000, 2, True), (3, 10_000, True), (3, MOST_COLUMNS + 1, False), (0, 3, False), (1, 3, True)],
)
def test_large_and_small_parquet(rows: int, columns: int, taken: bool) -> None:
    content = large(rows, columns)
    with watched():
        table = taken_or_refused(lambda: read_table(content, "t.parquet"))
        assert (table is not None) == taken
        assert table is None or table.values.shape == (rows, columns)
        for read in (uploads.preview, read_points):  # the app takes less, and not so few for a fit
            if (rows, columns) != (1, 3) or read is read_points:
                assert taken_or_refused(lambda read=read: read(content, "t.parquet")) is None
