"""docs/limits.md agrees with the code: each limit in its tables is the named constant, setting or line of a file."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bdsg import config
from bdsg.config import BoundaryConfig, DataConfig, DensityConfig, ExperimentConfig
from tests.needs import tracked

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")


class Row(NamedTuple):
    """One line of a table: what, its limit as written, the file, the name in it, and the words that are quoted."""

    what: str
    limit: str
    file: str
    name: str
    words: str


def rows() -> list[Row]:
    found = []
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        place = re.search(r"`([\w./-]+): ([\w.]+)`", cells[2]) if line.startswith("|") and len(cells) >= 3 else None
        if place:
            words = re.match(r"\*(.*)\*$", cells[3].rstrip(" |")) if len(cells) > 3 else None
            found.append(Row(cells[0], cells[1], place[1], place[2], words[1] if words else ""))
    return found


ROWS = rows()


def numbers(text: str) -> list[float]:
    """The numbers of a cell, and its multiples such as MB apart."""
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def actual(row: Row) -> list[Any]:
    """What the code says: one value, or the two ends of a setting."""
    if row.file.endswith(".toml"):
        section, _, option = row.name.partition(".")
        return [tomllib.loads((ROOT / row.file).read_text(encoding="utf-8"))[section][option]]
    if "." in row.name:
        owner, _, field = row.name.partition(".")
        (found,) = (one for one in dataclasses.fields(getattr(config, owner)) if one.name == field)
        return [found.metadata["low"], found.metadata["high"]]
    value = getattr(importlib.import_module(row.file.removesuffix(".py").replace("/", ".")), row.name)
    return list(value) if isinstance(value, tuple) else [value]


def test_the_tables_are_read() -> None:
    assert len(ROWS) > 55
    assert {row.file for row in ROWS} >= {"bdsg/data/uploads.py", "bdsg/config/sections.py", ".streamlit/config.toml"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.file}: {row.name}")
def test_each_limit_is_the_one_in_the_code(row: Row) -> None:
    found = actual(row)
    if isinstance(found[0], str):
        assert row.limit == ", ".join(found)
    else:
        assert numbers(row.limit) == [float(value) for value in found]


@pytest.mark.parametrize("row", [row for row in ROWS if row.file.endswith(".py")], ids=lambda row: row.name)
def test_each_limit_is_set_in_the_file_that_is_named(row: Row) -> None:
    body = ast.parse((ROOT / row.file).read_text(encoding="utf-8")).body
    targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in body if isinstance(node, ast.AnnAssign)]
    names = {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    names |= {node.name for node in body if isinstance(node, ast.ClassDef)}
    assert row.name.partition(".")[0] in names


@pytest.mark.parametrize("row", [row for row in ROWS if row.words], ids=lambda row: f"{row.name}: {row.words}")
def test_the_words_that_are_quoted_are_those_of_the_code(row: Row) -> None:
    if row.words == "413":  # Streamlit's own; tests/server tries it
        return
    near = [path for path in tracked(".py") if path.is_relative_to((ROOT / row.file).parent)]
    texts = [text for path in near for text in literals(path.read_text(encoding="utf-8"))]
    assert any(row.words in text for text in texts), row.words


def literals(source: str) -> list[str]:
    """The strings of a source, formatted ones without what they fill in."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(part.value for part in node.values if isinstance(part, ast.Constant)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    return found


LIMITED = (
    *("bdsg/data/uploads.py", "bdsg/data/tables/limits.py", "bdsg/runs/tensor_file.py", "bdsg/cli/reading.py"),
    *(
        "bdsg/app/visit/links.py",
        "bdsg/app/visit/browser_storage.py",
        "bdsg/app/visit/budget.py",
        "bdsg/serving/fair_queue.py",
        "bdsg/app/widgets/mixture_editor.py",
        "bdsg/app/visit/history.py",
        "bdsg/app/visit/studies.py",
    ),
    *(
        "bdsg/tuning/plan.py",
        "bdsg/config/schedule.py",
        "bdsg/config/fields.py",
        "bdsg/errors.py",
        "bdsg/data/mixture.py",
        "bdsg/data/mixture_rows.py",
    ),
)


@pytest.mark.parametrize("file", LIMITED)
def test_no_limit_is_left_out(file: str) -> None:
    body = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
    given = [node for line in body if isinstance(line, ast.Assign) for one in line.targets for node in ast.walk(one)]
    names = {node.id for node in given if isinstance(node, ast.Name)}
    named = {name for name in names if re.match("(MOST|LONGEST|MAX)_", name)}
    assert named
    assert named <= {row.name for row in ROWS if row.file == file}


def test_no_setting_is_left_out() -> None:
    for kind in (DataConfig, DensityConfig, BoundaryConfig, ExperimentConfig):
        limited = {field.name for field in dataclasses.fields(kind) if field.metadata.get("low") is not None}
        assert limited == {row.name.partition(".")[2] for row in ROWS if row.name.startswith(f"{kind.__name__}.")}


def test_streamlits_limit_lets_the_largest_file_through_and_little_more() -> None:
    from bdsg.data.uploads import MOST_BYTES

    server = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["server"]
    assert MOST_BYTES <= server["maxUploadSize"] * 1024**2 < 1.1 * MOST_BYTES
    (body,) = re.findall(r"client_max_body_size (\d+)m;", (ROOT / "deploy" / "nginx.conf").read_text())
    assert server["maxUploadSize"] < int(body) <= server["maxUploadSize"] + 1
    assert server["enableXsrfProtection"] is server["enableCORS"] is True
    assert server["address"] == "127.0.0.1"
