"""Tables that a command is given: the options that decide how they are read, and what is said of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bdsg.cli.reading import read_bytes
from bdsg.data.tables import Options, Table, read_table

MARKS = {"point": ".", ".": ".", "comma": ",", ",": ",", "none": ""}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that decide what is otherwise decided from the table."""
    group = parser.add_argument_group("how the table is read", "by default decided from its cells, and said")
    group.add_argument(
        "--header", action=argparse.BooleanOptionalAction, help="whether the first line holds the columns' names"
    )
    group.add_argument("--decimal", choices=["point", "comma", ".", ","], help="the mark before decimals")
    group.add_argument(
        "--thousands", choices=["point", "comma", "none", ".", ","], help="the mark between thousands, or none"
    )
    group.add_argument(
        "--skip-rows", action="store_true", help="leave out rows with gaps or words; else the first one is named"
    )


def read(path: Path, chosen: argparse.Namespace, columns: Sequence[str] | None = None) -> Table:
    """The table in a file.

    Raises:
        StoreError: the file cannot be read.
        ConfigError: it is no table, or one of its cells no number.
    """
    decimal, thousands = MARKS.get(chosen.decimal), MARKS.get(chosen.thousands)
    options = Options(chosen.header, decimal, thousands, chosen.skip_rows)
    return read_table(read_bytes(path), str(path), columns, options)


def say(table: Table) -> None:
    """How a table was read, on stderr, after the output: who is refused reads why, and nothing else."""
    sys.stdout.flush()
    for note in table.notes:
        print(note, file=sys.stderr)
