"""Every bound on a file that a visitor brings holds before the file is parsed, whatever the file says of itself."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from bdsg.cli import reading
from bdsg.data import uploads
from bdsg.data.tables import read_table
from bdsg.data.tables.limits import MOST_CELLS, MOST_COLUMNS, Limits
from bdsg.data.tables.parquet import TEXT
from bdsg.data.tables.text import Sheet, columns_of, lines_of
from bdsg.errors import ConfigError, StoreError
from bdsg.runs.tensor_file import MOST_HEADER_BYTES, pack, unpack
from tests.data.uploaded import read_points

ROOM = 40_000_000
"""Bytes that refusing a file may take: eight times the largest one."""


def packed(codec: str = "snappy", **columns: object) -> bytes:
    target = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), target, compression=codec)
    return target.getvalue()


def refused(content: bytes, name: str, message: str, read: Callable[..., object] = read_points) -> None:
    """It is, with that sentence, and within the room."""
    tracemalloc.start()
    try:
        with pytest.raises(ConfigError, match=message):
            read(content, name)
        assert tracemalloc.get_traced_memory()[1] < ROOM
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("read", [read_points, uploads.preview])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x,y\n" + b"1,2\n" * 1_200_000, "50,000 rows at most"),
        (b"x,y\r" + b"1,2\r" * 1_200_000, "50,000 rows at most"),  # lines may end in other ways
        (b"\n" * 4_999_999, "50,000 rows at most"),
        (b",".join([b"1"] * 2_000_000), "500 columns at most"),
        (b",".join([b"1"] * 501), "500 columns at most"),
        (b"\n\n" + b";".join([b"a"] * 501) + b"\n", "500 columns at most"),
        (b'x,y\n"' + b"a" * 4_900_000 + b'",1\n', "100,000 bytes at most"),
        (b"x,y\n" + b"9" * 4_900_000, "100,000 bytes at most"),
        (b"1,2\n" * 1_300_000, "5 MB at most"),
    ],
)
def test_a_large_table_is_refused_before_it_is_parsed(
    content: bytes, message: str, read: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def parsed(*_: object, **__: object) -> None:
        raise AssertionError("it was parsed")

    monkeypatch.setattr(csv, "reader", parsed)
    refused(content, "t.csv", message, read)


cells = st.text(st.sampled_from("1.e-abc '"), max_size=6)


@given(st.lists(st.lists(cells, min_size=1, max_size=5), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_what_is_counted_is_never_less_than_what_is_parsed(rows: list[list[str]], sign: str) -> None:
    target = io.StringIO()
    csv.writer(target, delimiter=sign).writerows(rows)
    content = target.getvalue().encode()
    sheet = Sheet(content, "t", Limits())
    found = [row for block in sheet.blocks() for row in block.rows]
    assert len(found) <= lines_of(content)
    if found:
        assert len(found[0]) <= columns_of(content, sheet.separator)


def test_a_parquet_file_that_unpacks_to_much_is_refused() -> None:
    x = np.zeros(40)
    long = pyarrow.array(["a" * 2_000_000] * 40).dictionary_encode()  # 80 MB of text, told in 2
    bomb = packed("zstd", x=np.zeros(50_000), y=np.zeros(50_000))
    assert len(bomb) < 50_000
    refused(bomb, "t.parquet", "may unpack to anything")
    refused(packed("gzip", x=x, y=x), "t.parquet", "may unpack to anything")
    refused(packed(x=x, y=long), "t.parquet", "columns of numbers in t.parquet is 1")
    refused(packed(**{f"c{k}": x for k in range(501)}), "t.parquet", "500 columns at most", uploads.preview)


def test_text_in_a_parquet_file_is_never_unpacked() -> None:
    x = np.arange(40.0)
    long = pyarrow.array(["a" * 2_000_000] * 40).dictionary_encode()
    content = packed(kind=long, x=x, y=-x)
    tracemalloc.start()
    before = pyarrow.total_allocated_bytes()
    shown = uploads.preview(content, "t.parquet")
    assert tracemalloc.get_traced_memory()[1] < ROOM
    tracemalloc.stop()
    assert pyarrow.total_allocated_bytes() - before < ROOM
    assert shown.names == ["kind", "x", "y"]
    assert shown.numeric == [1, 2]
    assert shown.first_rows()[1] == [TEXT, "1.0", "-1.0"]
    np.testing.assert_array_equal(read_points(content, "t.parquet", (1, 2)).values, np.stack([x, -x], axis=1))


def test_a_column_named_twice_is_refused() -> None:
    table = pyarrow.table([np.zeros(30), np.ones(30)], names=["x", "x"])
    target = io.BytesIO()
    parquet.write_table(table, target)
    refused(target.getvalue(), "t.parquet", "occurs twice")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("points.csv", "points.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\points.parquet", "points.parquet"),
        ("a" * 5_000 + ".parquet", "a" * 72 + ".parquet"),
        ("/", "file"),
    ],
)
def test_a_file_name_is_a_label_alone(sent: str, kept: str) -> None:
    assert uploads.short_name(sent) == kept


def test_a_table_for_the_command_line_is_counted_before_it_is_parsed(tmp_path: Path) -> None:
    wide = ",".join(f"c{k}" for k in range(MOST_COLUMNS + 1)).encode()
    refused(wide + b"\n1,2\n", "t.csv", "10,000 columns", read_table)
    cells = b"a,b,c,d,e,f,g,h,i,j\n" + b"\n" * (MOST_CELLS // 10 + 9)
    with pytest.raises(ConfigError, match="50,000,000 cells at most"):
        read_table(cells, "t.csv")
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(reading.MOST_BYTES + 1)  # a hole: it takes no room
    with pytest.raises(ConfigError, match="may hold 4 GB at most"):
        reading.read_bytes(large)
    with large.open("wb") as file:
        file.truncate(reading.MOST_CONFIG_BYTES + 1)
    with pytest.raises(ConfigError, match="may hold 10 MB at most"):
        reading.read_config(large)


def test_a_header_that_claims_too_much_is_refused() -> None:
    sound = pack({"a": np.zeros(3)}, {})
    assert unpack(sound)[0]["a"].shape == (3,)
    for length in (100_000_000_000, 2**63, len(sound), MOST_HEADER_BYTES + 1):
        with pytest.raises(StoreError, match="header claims"):
            unpack(length.to_bytes(8, "little") + sound[8:])
    header = b'{"a":{"dtype":"F64","shape":[12500000000],"data_offsets":[0,100000000000]}}'
    with pytest.raises(StoreError, match="cannot be read"):
        unpack(len(header).to_bytes(8, "little") + header)
    nested = b"[" * 1_000_000
    with pytest.raises(StoreError, match="cannot be read"):
        unpack(len(nested).to_bytes(8, "little") + nested)
