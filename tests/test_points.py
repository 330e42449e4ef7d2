"""Tables that people bring: what is read, and what is said about the cell that is not."""

from __future__ import annotations

import numpy as np
import pytest

from bdsg.errors import ConfigError
from bdsg.points import parse_points

POINTS = [[0.5, -1.25], [1e-3, 40.0]]


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
    np.testing.assert_array_equal(parse_points(text.encode(), "p.csv"), POINTS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,y\n1,2\n3,four\n", "p.csv line 3, column 2 is 'four', but must be a finite number"),
        ("1,2\n\n3,nan\n", "p.csv line 3, column 2 is 'nan', but must be a finite number"),
        ("-inf,2\n", "p.csv line 1, column 1 is '-inf'"),
        ("1,1e999\n", "p.csv line 1, column 2 is '1e999'"),
        ("1,\n", "p.csv line 1, column 2 is ''"),
        ("1,2\n,\n", "p.csv line 2, column 1 is ''"),
        ("x,y\na,b\n", "p.csv line 2, column 1 is 'a'"),
        ("1_0,2\n", "p.csv line 1, column 1 is '1_0'"),
        ("1,x\n", "p.csv line 1, column 2 is 'x'"),
        ("1,2\n1,2,3\n", "p.csv line 2 is '1,2,3', but must have 2 columns, x and y, not 3"),
        ("x,y,z\n1,2,3\n", "p.csv line 1 is 'x,y,z', but must have 2 columns, x and y, not 3"),
        ("1\n2\n", "p.csv line 1 is '1', but must have 2 columns, x and y, not 1"),
        ("", "p.csv is '', but must hold at least one point"),
        ("\n \n", "must hold at least one point"),
        ("x,y\n", "must hold at least one point"),
        ("1,2\n" + "9" * 200_000 + ",1\n", "p.csv line 2"),
    ],
)
def test_bad_cells_are_named(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_points(text.encode(), "p.csv")
    assert words in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("content", ["1,2\n3,4".encode("utf-16"), b"x,y\n\xe9,1\n", bytes(range(256))])
def test_other_encodings_are_refused(content: bytes) -> None:
    with pytest.raises(ConfigError, match="must be UTF-8 text: save it as CSV UTF-8"):
        parse_points(content, "p.csv")


def test_nul_bytes_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"p\.csv line 1"):
        parse_points(b"1,\x002\n", "p.csv")


def test_a_decimal_comma_is_read_between_semicolons_and_tabs() -> None:
    for content in (b"x;y\n1,5;-2,25\n3;4,0\n", b"x\ty\n1,5\t-2,25\n3\t4,0\n"):
        np.testing.assert_array_equal(parse_points(content, "p.csv"), [[1.5, -2.25], [3, 4]])
    with pytest.raises(ConfigError, match="must be a finite number"):
        parse_points(b"x;y\n1;1,234,5\n", "p.csv")


def test_rows_that_cannot_be_read_are_skipped_when_asked() -> None:
    content = b"x,y\n1,2\n,3\n4,five\n6,inf\n7,8,9\n10,11\n"
    np.testing.assert_array_equal(parse_points(content, "p.csv", skip=True), [[1, 2], [10, 11]])
    assert parse_points(b"x,y\n1,a\n", "p.csv", skip=True).shape == (0, 2)
