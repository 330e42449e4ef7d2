"""Who imports whom, read from the sources; and what a fresh interpreter loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

LEVELS = (
    (
        "errors",
        "formats",
        "presets",
        "validation",
        "changes",
        "sections",
        "config",
        "cost",
        "codec",
        "result",
        "compiled",
        "threads",
        "folders",
        "extras",
        "device",
        "image_config",
    ),
    (
        "data",
        "metrics",
        "density",
        "boundary",
        "rivals",
        "level_boundary",
        "runfiles",
        "export",
        "checkpoint",
    ),
    ("train", "store", "scoring", "problem", "quality"),
    ("fitting", "batch"),
    ("experiment", "contest", "images"),
    ("sweep", "detector", "saved_detector", "events", "worker", "nursery", "plots", "commands", "__main__"),
    ("ui",),
    ("pages", "app"),
)
"""A module imports from its own level or from those before it."""

LEVEL = {name: level for level, names in enumerate(LEVELS) for name in names}

ALLOWED = {
    "streamlit": {"app", "pages", "ui"},
    "plotly": {"app", "pages", "ui", "plots"},
    "numba": {"compiled"},
    "optuna": {"sweep", "ui"},
    "dask": {"sweep"},
    "distributed": {"sweep"},
    "torch": {
        "problem",
        "device",
        "checkpoint",
        "images",
        "commands",
        "density",
        "boundary",
        "rivals",
        "train",
        "batch",
        "quality",
        "fitting",
        "experiment",
        "contest",
        "worker",
        "detector",
        "sweep",
    },
}
"""The rooms that may import a heavy package."""


def room(path: Path) -> str:
    """The part of the house that a file belongs to: ``ui`` for bdsg/serving/run_queue.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "bdsg" else parts[0]


def imported(path: Path) -> Iterator[str]:
    """Dotted names that a file imports, anywhere in it, except for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


SOURCES = sorted(
    path
    for place in ("app.py", "bdsg/**/*.py", "pages/**/*.py")
    for path in ROOT.glob(place)
    if path != ROOT / "bdsg" / "__init__.py"
)


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_reader_sees_every_form_of_import(tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text(
        "import a, b.c\nfrom d.e import f as g\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import unseen\ndef h():\n    from i import j\n"
    )
    assert set(imported(source)) == {"a", "b.c", "d.e.f", "typing.TYPE_CHECKING", "i.j"}


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_nothing_imports_upward(path: Path) -> None:
    assert room(path) in LEVEL, f"{room(path)} has no level: add it to LEVELS"
    for name in imported(path):
        top, _, rest = name.partition(".")
        target = rest.partition(".")[0] if top == "bdsg" else top
        if (top == "bdsg" and target and not target.startswith("__version__")) or top in ("pages", "app"):
            assert target in LEVEL, f"{names(path)} imports {name}, which has no level"
            assert LEVEL[target] <= LEVEL[room(path)], f"{names(path)} imports {name} from above"


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_heavy_packages_stay_in_their_rooms(path: Path) -> None:
    for name in imported(path):
        rooms = ALLOWED.get(name.partition(".")[0])
        assert rooms is None or room(path) in rooms, f"{names(path)} imports {name}"


def loaded_by(modules: list[str]) -> set[str]:
    """The heavy packages in a fresh interpreter after these imports."""
    code = f"import sys, {', '.join(modules)}\nprint(*({set(ALLOWED)!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return set(done.stdout.split())


def modules_of(rooms: set[str]) -> list[str]:
    paths = [path for path in SOURCES if path.is_relative_to(ROOT / "bdsg") and room(path) in rooms]
    return [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths]


def test_the_package_itself_loads_nothing_heavy() -> None:
    assert loaded_by(["bdsg"]) == set()


def test_the_light_half_loads_nothing_heavy() -> None:
    light = set(LEVEL) - ALLOWED["torch"] - ALLOWED["plotly"] - ALLOWED["numba"]
    modules = modules_of(light)
    assert {"bdsg.config", "bdsg.runs.cache", "bdsg.data", "bdsg.metrics", "bdsg.__main__"} <= set(modules)
    assert loaded_by(modules) == set()


def test_the_web_process_loads_no_torch() -> None:
    modules = modules_of({"plots", "ui"})
    assert "bdsg.serving.run_queue" in modules
    assert {"torch", "optuna", "dask", "distributed"}.isdisjoint(loaded_by(modules))


def test_the_queue_of_runs_needs_no_screen() -> None:
    assert loaded_by(["bdsg.serving.run_queue"]) == set()
