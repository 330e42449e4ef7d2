"""Text tables of any kind, for the app and for the detector: taken as they were meant, or refused in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from bdsg.data import uploads
from bdsg.data.tables import Limits, Options, examine, read_table
from bdsg.data.tables.limits import MOST_COLUMNS
from tests.data.uploaded import read_points
from tests.fuzz.cases import CASES, cases, taken_or_refused, watched


def test_there_are_twelve_thousand_cases() -> None:
    assert sum(CASES.values()) >= 12_000


ODD = [
    *("", " ", "x", "NaN", "inf", "-inf", "1e999", "-1e999", "1e-999", "1_000", "0x10", "1,5", "1.234,5", "1 234"),
    *('"', "'", '""', "№", "\x00", "=1+1", "1.2.3", "١٢", "½", "−1", "1,234", "True", "1+2j", "2020-01-01", "10%"),
    *("a\nb", '"1\n"', "\u2028", "9" * 400, "#DIV/0!", "N/A", "\ufeff"),
]
cells = st.one_of(
    st.floats().map(str), st.integers(-(10**12), 10**12).map(str), st.sampled_from(ODD), st.text(max_size=6)
)
HEADS = ["", "x,y", "\ufeffx,y", "sep=;", '"sep=,"', "sep=", "x,x", "x", ",y", "x,", '"a;b",c', '"a\nb",c', "1,2"]


@st.composite
def tables(draw: Any, most_columns: int = 4) -> bytes:
    """CSV as people and their programs make it, and as nobody should."""
    columns = draw(st.integers(1, most_columns))
    separator = draw(st.sampled_from([",", ";", "\t", ", ", " ", "|"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))
    rows = draw(st.lists(st.lists(cells, min_size=1, max_size=columns + 1), min_size=0, max_size=30))
    head = draw(st.one_of(st.just(separator.join("xyzw"[:columns])), st.sampled_from(HEADS)))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "utf-32"]))
    text = head + end + end.join(separator.join(row) for row in rows) + draw(st.sampled_from(["", end]))
    return text.encode(encoding, errors="replace")


def check_points(content: bytes) -> None:
    """By the way of the app: preview, columns, points; the command line reads the same."""
    for options in (Options(), Options(header=False, skip=True), Options(header=True, thousands="")):
        shown = taken_or_refused(lambda options=options: uploads.preview(content, "t.csv", options))
        if shown is None:
            continue
        assert len(shown.numeric) >= 2
        assert len(shown.names) == len(set(shown.names)) == len(shown.first_rows()[0])
        chosen = taken_or_refused(lambda shown=shown, options=options: shown.read(shown.numeric, skip=options.skip))
        same = taken_or_refused(lambda options=options: read_table(content, "t.csv", options=options))
        assert (chosen is None) == (same is None)
        if chosen is not None:
            assert np.isfinite(chosen.values).all()
            assert (chosen.names, shown.notes + chosen.notes, chosen.left_out) == (
                same.names,
                same.notes,
                same.left_out,
            )
            np.testing.assert_array_equal(chosen.values, same.values)


@cases("text tables", tables())
def test_text_tables(content: bytes) -> None:
    check_points(content)


@cases("raw bytes", st.binary(max_size=200))
def test_raw_bytes(content: bytes) -> None:
    check_points(content)
    for name in ("t.csv", "t.parquet"):
        taken_or_refused(lambda name=name: read_table(content, name))
    taken_or_refused(lambda: read_points(content, "t.parquet"))
    taken_or_refused(lambda: uploads.preview(b"PAR1" + content + b"PAR1", "t.parquet"))


@cases("wide tables", tables(most_columns=12))
def test_wide_tables(content: bytes) -> None:
    table = taken_or_refused(lambda: read_table(content, "t.csv"))
    if table is not None:
        assert table.values.shape[1] == len(table.names) == len(set(table.names))
        assert np.isfinite(table.values).all()


@cases(
    "tables of spreadsheets",
    st.integers(0, 2**32 - 1),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([".", ","]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_tables_of_spreadsheets(
    number: int, separator: str, mark: str, end: str, told: bool, marked: bool, quoted: bool
) -> None:
    """What a spreadsheet saves is read as it was: the numbers themselves, in every way of writing them."""
    rows = np.random.default_rng(number).normal(size=(20, 3)) * [0.01, 1.0, 1e6]
    quote = '"' if quoted or separator == mark else ""
    written = [[f"{quote}{value:.4f}{quote}".replace(".", mark) for value in row] for row in rows]
    lines = [separator.join(['"a, the ""first"""', "b;c", "ä\tö"] if separator == "," else ["a", "b,c", "ö"])]
    lines = [f"sep={separator}"] * told + lines + [separator.join(row) for row in written]
    content = end.join([*lines, ""]).encode("utf-8-sig" if marked else "utf-8")
    table = taken_or_refused(lambda: read_table(content, "t.csv"))
    points = taken_or_refused(lambda: read_points(content, "t.csv", (2, 0)).values)
    np.testing.assert_allclose(table.values, rows, atol=5.1e-5, rtol=0)
    np.testing.assert_allclose(points, rows[:, [2, 0]], atol=5.1e-5, rtol=0)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"x,y\n1.5,2,\n3,4,\n", ["x", "y"]),  # once the first column was taken for an index, and y for x
        (b"x,x\n1.5,2\n3,4\n", ["x", "x (2)"]),  # once renamed in silence
        (b"x,y\n1.5,2\n3,4\n", ["x", "y"]),
        (b'"a;b",y\n1.5,2\n3,4\n', ["a;b", "y"]),  # once one column, of 1.5,2
        (b"x;y\n1,5;2\n3;4\n", ["x", "y"]),  # once text
        (b"sep=;\r\nx;y\r\n1,5;2\r\n3;4\r\n", ["x", "y"]),
        (b",y\n1.5,2\n3,4\n", ["column 1", "y"]),
        (b"x,y,\n1.5,2,\n3,4,\n", ["x", "y"]),
        (b"x,y\r1.5,2\r3,4\r", ["x", "y"]),
    ],
)
def test_tables_that_were_once_read_wrong(content: bytes, names: list[str] | None) -> None:
    table = taken_or_refused(lambda: read_table(content, "t.csv"))
    assert (None if table is None else table.names) == names
    if names is not None:
        np.testing.assert_array_equal(table.values, [[1.5, 2], [3, 4]])


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_column_that_mixes_decimal_marks_is_refused(separator: str) -> None:
    content = f"x{separator}y\n".encode() + f'"1,5"{separator}2\n"2.5"{separator}3\n'.encode() * 20
    assert examine(content, "t.csv", Options(), Limits()).numeric == [0, 1]
    assert taken_or_refused(lambda: read_table(content, "t.csv")) is None
    assert taken_or_refused(lambda: read_points(content, "t.csv")) is None


ROW = b"1.5,-2\n2.5,7\n"


@pytest.mark.parametrize(
    ("content", "taken"),
    [
        (b"x,y\n" + ROW * 500_000, (1_000_000, 2)),
        (b"x;y\r\n" + ROW.replace(b",", b";").replace(b".", b",") * 50_000, (100_000, 2)),
        (b",".join(b"c%d" % k for k in range(10_000)) + b"\n" + (b"1," * 9_999 + b"2\n") * 20, (20, 10_000)),
        (b",".join(b"c%d" % k for k in range(MOST_COLUMNS + 1)) + b"\n" + b"1," * MOST_COLUMNS + b"2\n", None),
        (b",".join(b"c%d" % k for k in range(10**6)) + b"\n" + b"1," * 999_999 + b"2\n", None),
        (b"x\n" + b"\n" * 10**6, None),
        (b"x,y\n" + ROW * 50_000 + b"1,\xff\n", None),
        (b"x,y\n" + ROW * 50_000 + b"1,2,3\n", None),
        (b"x,y\n" + ROW * 50_000 + b'1,"2\n', None),
    ],
    ids=["1e6 rows", "1e5 rows", "1e4 columns", "a column too many", "1e6 columns", "blank", "end", "ragged", "open"],
)
def test_large_tables(content: bytes, taken: tuple[int, int] | None) -> None:
    with watched():
        table = taken_or_refused(lambda: read_table(content, "t.csv"))
        assert (None if table is None else table.values.shape) == taken
        for read in (uploads.preview, read_points):  # the app takes less
            assert taken_or_refused(lambda read=read: read(content, "t.csv")) is None
