"""Tables in all their forms: what is read, and what is said about the cell that is not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma

import numpy as np
import pandas
import pytest

from bdsg.data.tables import Options, Table, read_table
from bdsg.errors import ConfigError

POINTS = [[0.5, -1.25], [1e-3, 40.0]]


def read(content: bytes, *, skip: bool = False) -> Table:
    return read_table(content, "p.csv", options=Options(skip=skip))


@pytest.mark.parametrize(
    "text",
    [
        "0.5,-1.25\n0.001,40\n",
        "x,y\n0.5,-1.25\n1e-3,40",
        "x;y\n0.5;-1.25\n1e-3;40\n",
        "x\ty\r\n0.5\t-1.25\r\n1e-3\t40\r\n",
        "\n  \nlong name , y\n\n 0.5 , -1.25 \n\n+.001,4E1\n\n",
        '"x","y"\n"0.5","-1.25"\n"0.001","40"\n',
        "\ufeffx,y\n0.5,-1.25\n0.001,40\n",
        "\ufeff0.5,-1.25\n0.001,40\n",
    ],
)
def test_tables_in_all_their_forms(text: str) -> None:
    np.testing.assert_array_equal(read(text.encode()).values, POINTS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,y\n1,2\n3,four\n", "p.csv line 3, column y is 'four', but must be a finite number"),
        ("1,2\n\n3,nan\n", "p.csv line 3, column y is 'nan', but must be a finite number: fill it"),
        ("1,2,0\n-inf,2,0\n", "p.csv line 2, column 1 is '-inf'"),
        ("x,y\n1,inf\n2,3\n", "p.csv line 2, column y is 'inf'"),
        ("1,2\n1,1e999\n", "p.csv line 2, column y is '1e999'"),
        ("1,2\n1,\n", "p.csv line 2, column y is ''"),
        ("x,y\na,b\n", "has no column of numbers"),
        ("x,y\n1_0,2\n1,2\n", "p.csv line 2, column x is '1_0'"),
        ("x,y\n0x10,2\n1,2\n", "p.csv line 2, column x is '0x10'"),
        ("x,y\n١٢,2\n1,2\n", "p.csv line 2, column x is '١٢'"),
        ("1,2\n1,2,3\n", "p.csv line 2 is '1,2,3', but must have 2 columns, as the first line has, not 3"),
        ('"a\nb",y\n1,2\n3,"4\n', "p.csv line 4 is 'a row', but cannot be read"),
        ("", "p.csv is 0, but must hold at least one row"),
        ("\n \n,,\n", "must hold at least one row"),
        ("x,y\n", "must hold at least one row of numbers below its names"),
        ("1,2\n" + "9" * 200_000 + ",1\n", "p.csv line 2"),
    ],
)
def test_bad_cells_are_named(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text.encode())
    assert words in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    "content", ["1,2\n3,4".encode("utf-16"), b"x,y\n\xe9,1\n", b"a,\xff\n1,2\n", bytes(range(256))]
)
def test_other_encodings_are_refused(content: bytes) -> None:
    with pytest.raises(ConfigError, match="must be UTF-8 text: save it as CSV UTF-8"):
        read(content)


def test_nul_bytes_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"p\.csv line 1"):
        read(b"1,\x002\n")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04\x14[Content_Types].xmlPK\x03\x04xl/workbook.xml", "an Excel workbook"),
        (b"PK\x03\x04\x14mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet"),
        (b"PK\x03\x04\x14points.csv", "a ZIP archive"),
        (gzip.compress(b"x,y\n1,2\n", mtime=0), "a gzip archive"),
        (bz2.compress(b"x,y\n1,2\n"), "a bzip2 archive"),
        (lzma.compress(b"x,y\n1,2\n"), "an xz archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook (.xls)"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "HTML"),
        (b'<?xml version="1.0"?>', "XML"),
        (b'{"x": [1, 2]}', "JSON"),
        ("x,y\n1,2\n".encode("utf-16"), "UTF-16 text"),
        ("x,y\n1,2\n".encode("utf-16-le"), "UTF-16 text"),
        ("x,y\n1,2\n".encode("utf-16-be"), "UTF-16 text"),
        ("x,y\n1,2\n".encode("utf-32"), "UTF-32 text"),
    ],
)
def test_what_is_no_table_says_what_it_is(content: bytes, kind: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(content)
    assert caught.value.value == kind
    assert "must be UTF-8 text: " in str(caught.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_table(content, "p.parquet")


def test_marks_need_not_be_plain_signs() -> None:
    for blank in " \u00a0\u202f\u2009\u2007":
        content = f"x;y\n1{blank}250,5;2\n\u22123;{blank}4\n".encode()
        np.testing.assert_array_equal(read(content).values, [[1250.5, 2], [-3, 4]])


@pytest.mark.parametrize("cell", ["1.2.3", "1,2,3", "12,50,00", "1'25", "1 2", "1.2.2020", "1-2", "½"])
def test_what_is_grouped_otherwise_is_a_word(cell: str) -> None:
    with pytest.raises(ConfigError, match=r"line 3, column x is .*must be a finite number"):
        read(f"x;y\n1;2\n{cell};3\n4;4\n".encode())


def test_two_marks_for_all_columns_cannot_be_the_same() -> None:
    with pytest.raises(ConfigError, match="must be another mark than --decimal"):
        Options(decimal=",", thousands=",")


def test_rows_that_cannot_be_read_are_skipped_when_asked() -> None:
    content = b"x,y\n1,2\n,3\n4,five\n6,inf\n7,8,9\n10,11\n\n12,13\n"
    table = read(content, skip=True)
    np.testing.assert_array_equal(table.values, [[1, 2], [10, 11], [12, 13]])
    np.testing.assert_array_equal(table.rows, [1, 6, 7])
    assert table.notes[-1] == "4 of 7 rows were skipped, for example line 3: ',3'."
    with pytest.raises(ConfigError, match=r"at least one row of numbers. 2 of 2 rows were skipped"):
        read(b"x,y\n1,\n,2\n", skip=True)


def test_a_large_table_is_read_as_a_small_one() -> None:
    """Its rows are taken apart some at a time; a mark far below decides for the first row."""
    rows = [f"1.250;{k}\n" for k in range(30_000)]
    content = "a;b\n" + "".join(rows)
    with pytest.raises(ConfigError, match="may be two numbers"):
        read(content.encode())
    values = read(f"{content}1.250.000;0\n".encode()).values
    np.testing.assert_array_equal(values[:-1], [[1250, k] for k in range(30_000)])
    values = read(f"{content}1.5;0\n".encode()).values
    np.testing.assert_array_equal(values[:-1], [[1.25, k] for k in range(30_000)])
    with pytest.raises(ConfigError, match="line 30002, column b is 'x'"):
        read(f"{content}1.5;x\n".encode())


def test_a_sign_that_python_takes_for_a_blank_is_none_for_its_numbers() -> None:
    np.testing.assert_array_equal(read(b"x,y\n\x1c1,2\n3,4\n").values, [[1, 2], [3, 4]])


def test_columns_of_numbers_are_kept_in_order_and_text_is_left_out() -> None:
    table = read(b"\xef\xbb\xbfname;a;b\nx; 1.5;2\ny;3;-4e2\n")
    assert (table.names, table.left_out) == (["a", "b"], ["name"])
    np.testing.assert_array_equal(table.values, [[1.5, 2], [3, -400]])


def test_parquet_is_read() -> None:
    target = io.BytesIO()
    pandas.DataFrame({"a": [1, 2], "t": ["x", "y"], "b": [0.5, 1.5]}).to_parquet(target)
    table = read_table(target.getvalue(), "t.parquet")
    assert (table.names, table.left_out) == (["a", "b"], ["t"])
    np.testing.assert_array_equal(table.values, [[1, 0.5], [2, 1.5]])


def test_a_wanted_column_must_be_there() -> None:
    np.testing.assert_array_equal(read_table(b"a,b\n1,2\n3,4\n", "t.csv", ["b", "a"]).values, [[2, 1], [4, 3]])
    with pytest.raises(ConfigError, match="'c', but is not there: it has a, b"):
        read_table(b"a,b\n1,2\n", "t.csv", ["c"])
    with pytest.raises(ConfigError, match="must be a finite number"):
        read_table(b"a,b\n1,x\n2,3\n", "t.csv", ["b"])
