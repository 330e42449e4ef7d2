"""Tables of any width: columns of numbers by name, and sentences for what is wrong."""

from __future__ import annotations

import io

import numpy as np
import pandas
import pytest

from bdsg.data.tables import read_table
from bdsg.data.tables.limits import MOST_COLUMNS
from bdsg.errors import ConfigError

WIDE = b",".join(b"%d" % k for k in range(MOST_COLUMNS + 1)) + b"\n" + b"1," * MOST_COLUMNS + b"1\n"


def test_columns_of_numbers_are_kept_in_order_and_text_is_left_out() -> None:
    table = read_table(b"\xef\xbb\xbfname;a;b\nx; 1.5;2\ny;3;-4e2\n", "t.csv")
    assert (table.names, table.left_out) == (["a", "b"], ["name"])
    np.testing.assert_array_equal(table.values, [[1.5, 2], [3, -400]])
    np.testing.assert_array_equal(read_table(b"a,b\n1,2\n3,4\n", "t.csv", ["b", "a"]).values, [[2, 1], [4, 3]])


def test_parquet_is_read() -> None:
    target = io.BytesIO()
    pandas.DataFrame({"a": [1, 2], "t": ["x", "y"], "b": [0.5, 1.5]}).to_parquet(target)
    table = read_table(target.getvalue(), "t.parquet")
    assert (table.names, table.left_out) == (["a", "b"], ["t"])
    np.testing.assert_array_equal(table.values, [[1, 0.5], [2, 1.5]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read|at least one row"),
        (b"a,b\n", "at least one row"),
        (b"a,b\n1,x\n2,3\n", "line 2, column b is 'x', but must be a finite number"),
        (b"a,b\n1,\n2,3\n", "line 2, column b is '', but must be a finite number"),
        (b"a,b\n1,inf\n2,3\n", "must be a finite number"),
        (b"a\nx\ny\n", "no column of numbers"),
        (b"a,b\n1,2\n1,2,3,4\n", "line 3 .* must have 2 columns"),
        (b"a,\xff\n1,2\n", "must be UTF-8"),
        (
            b",".join(b"%d" % k for k in range(MOST_COLUMNS + 1)) + b"\n" + b"1," * MOST_COLUMNS + b"1\n",
            "10,000 columns",
        ),
    ],
)
def test_what_is_wrong_is_a_sentence(content: bytes, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_table(content, "t.csv")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_table(content or b"PAR1", "t.parquet")


def test_a_wanted_column_must_be_there() -> None:
    with pytest.raises(ConfigError, match="'c', but is not there: it has a, b"):
        read_table(b"a,b\n1,2\n", "t.csv", ["c"])
    with pytest.raises(ConfigError, match="must be a finite number"):
        read_table(b"a,b\n1,x\n2,3\n", "t.csv", ["b"])
