"""Private parts of other libraries are used in bdsg/compat alone: read from the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_imports import SOURCES, among, imported, names, part

INTERNAL = {"numba.core", "streamlit.runtime", "streamlit.elements", "streamlit.components.v2", "distributed.comm"}
"""Modules whose names look public, and of which their libraries promise nothing."""

DOCUMENTED = {"_replace", "_asdict", "_fields", "_exit"}
"""Public for all their underscore: of named tuples, and of os."""

OWN = {"self", "cls"}

ELSEWHERE = [path for path in SOURCES if not among(part(path), {"compat"})]


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def given_here(trees: list[ast.AST]) -> set[str]:
    """Private names that these sources define: functions, variables, and what objects set of themselves."""
    found = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {node.value, f"_{node.value}"}  # of __slots__ and setattr
    return found


def trespasses(tree: ast.AST, own: set[str]) -> Iterator[str]:
    """Private attributes of what is not one's own: an object's must be among the names ``own``, or of this source."""
    here = given_here([tree])
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not private(node.attr) or node.attr in DOCUMENTED:
            continue
        name = node.value.id if isinstance(node.value, ast.Name) else None
        inherited = isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "super"
        known = own if name in OWN or inherited else here if name else set()
        if node.attr not in known:
            yield f"line {node.lineno}: {ast.unparse(node)}"


@pytest.fixture(scope="module")
def own() -> set[str]:
    return given_here([ast.parse(path.read_text(encoding="utf-8")) for path in ELSEWHERE])


def test_the_reader_sees_trespasses() -> None:
    source = "class A:\n def f(self, b):\n  self._own = b._theirs\n  self.b._own\n  self._inherited\n  super()._own()\n"
    tree = ast.parse(source)
    found = [line.partition(": ")[2] for line in trespasses(tree, given_here([tree]))]
    assert sorted(found) == ["b._theirs", "self._inherited", "self.b._own"]


@pytest.mark.parametrize("path", ELSEWHERE, ids=names)
def test_private_parts_of_libraries_are_used_in_compat_alone(path: Path, own: set[str]) -> None:
    assert list(trespasses(ast.parse(path.read_text(encoding="utf-8")), own)) == []
    for name in imported(path):
        inner = any(private(piece) for piece in name.split("."))
        assert name.startswith("bdsg.") or not (inner or among(name, INTERNAL)), f"{names(path)} imports {name}"
