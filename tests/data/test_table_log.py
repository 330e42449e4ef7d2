"""docs/tables.md is true: each row of its log is read in the app and on the command line, and gives what it says."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from bdsg.cli import table_options as command_line
from bdsg.data import uploads
from bdsg.data.tables import Options, Table
from bdsg.errors import ConfigError

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
SIGNS = str.maketrans({"⏎": "\n", "⇥": "\t", "⍽": "\u00a0", "␃": "\x03", "␄": "\x04"})


class Row(NamedTuple):
    """One row of the log."""

    what: str
    content: bytes
    options: list[str]
    columns: dict[str, list[float]]
    said: list[str]


def log() -> list[Row]:
    found = []
    for line in PAGE.partition("## The log")[2].splitlines():
        cells = [cell.strip() for cell in line.split("|")][1:-1]
        if len(cells) == 5 and cells[1].startswith("`"):
            read = re.findall(r"`([^`]+)` ([^;]+)", cells[3])
            columns = {name: [float(value) for value in values.split(",")] for name, values in read}
            content = cells[1].strip("`").translate(SIGNS).encode()
            said = re.findall(r"\*([^*]+)\*", cells[4])
            found.append(Row(cells[0], content, cells[2].strip("`").split(), columns, said))
    return found


LOG = log()


def parsed(options: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command_line.add_options(parser)
    return parser.parse_args(options)


def by_the_app(content: bytes, given: argparse.Namespace) -> Table:
    marks = command_line.MARKS
    options = Options(given.header, marks.get(given.decimal), marks.get(given.thousands), given.skip_rows)
    shown = uploads.preview(content, "t.csv", options)
    table = shown.read(shown.numeric, skip=options.skip)
    assert [shown.names[k] for k in shown.numeric] == table.names
    return table._replace(notes=shown.notes + table.notes)


def test_the_log_is_read() -> None:
    lines = [line for line in PAGE.partition("## The log")[2].splitlines() if line.startswith("|")]
    assert len(LOG) == len(lines) - 2 >= 60
    assert sum(not row.columns for row in LOG) >= 20
    assert all(row.said for row in LOG)


@pytest.mark.parametrize("row", LOG, ids=lambda row: f"{row.what} {' '.join(row.options)}")
def test_each_row_of_the_log_is_true(row: Row, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(row.content)
    given = parsed(row.options)
    if not row.columns:
        with pytest.raises(ConfigError) as one:
            command_line.read(path, given)
        with pytest.raises(ConfigError) as other:
            by_the_app(row.content, given)
        said = str(one.value)
        assert said.replace(str(path), "t.csv") == str(other.value)
    else:
        table = command_line.read(path, given)
        command_line.say(table)
        said = capsys.readouterr().err
        assert table.names == list(row.columns)
        np.testing.assert_array_equal(table.values.T, list(row.columns.values()))
        same = by_the_app(row.content, given)
        np.testing.assert_array_equal(same.values, table.values)
        assert (same.names, same.left_out, same.notes) == (table.names, table.left_out, table.notes)
        assert said.splitlines() == table.notes
    for words in row.said:
        assert words in said
