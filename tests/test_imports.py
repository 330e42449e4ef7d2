"""Who imports whom, read from the sources; and what a fresh interpreter loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

LEVELS = (
    ("errors", "extras", "folders", "number_text", "compat"),
    ("config", "numerics"),
    ("runs", "data", "metrics"),
    ("density",),
    ("boundary",),
    ("baselines",),
    ("experiments",),
    ("detector", "tuning", "image_experiments"),
    ("serving", "figures", "standalone", "cli", "__main__"),
    ("app",),
    ("pages", "app.py"),
)
"""A module imports from its own level or from those before it."""

LEVEL = {name: level for level, names in enumerate(LEVELS) for name in names}

ALLOWED = {
    "streamlit": {"app.py", "pages", "app", "compat.streamlit_runtime"},
    "plotly": {"app.py", "pages", "app", "figures"},
    "numba": {"numerics.numba_cache", "compat.numba_caching"},
    "optuna": {"tuning", "app.pages.tune"},
    "dask": {"tuning"},
    "distributed": {"tuning"},
    "torch": {
        "numerics.device",
        "runs.checkpoint",
        "density",
        "boundary",
        "baselines",
        "experiments",
        "detector",
        "tuning",
        "image_experiments",
        "serving.worker",
        "cli",
    },
}
"""The rooms and modules that may import a heavy package."""

LIGHT = (
    "boundary.generators.levels_numpy",
    "baselines.contract",
    "baselines.registry",
    "experiments.score",
    "experiments.cost",
    "experiments.export",
    "detector.detector_file",
)
"""Modules of those rooms that load nothing heavy: what the web process and a reader of files need."""


def part(path: Path) -> str:
    """A file's place in the house: ``app.visit.session``; ``app.py`` and ``pages`` stand outside."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] == "bdsg":
        return ".".join(parts[1:])
    return "app.py" if parts == ("app",) else ".".join(parts)


def room(path: Path) -> str:
    """The part of the house that a file belongs to: ``app`` for bdsg/app/visit/session.py."""
    return part(path) if part(path) == "app.py" else part(path).partition(".")[0]


def among(name: str, places: Collection[str]) -> bool:
    """Whether a module is one of these, or stands in one of these rooms."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


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
    if "node_modules" not in path.parts
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
        assert top not in ("app", "pages"), f"{names(path)} imports {name}: the front door is imported by nobody"
        if top == "bdsg" and target and target != "__version__":
            assert target in LEVEL, f"{names(path)} imports {name}, which has no level"
            assert LEVEL[target] <= LEVEL[room(path)], f"{names(path)} imports {name} from above"


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_heavy_packages_stay_in_their_rooms(path: Path) -> None:
    for name in imported(path):
        places = ALLOWED.get(name.partition(".")[0])
        assert places is None or among(part(path), places), f"{names(path)} imports {name}"


def loaded_by(modules: list[str]) -> set[str]:
    """The heavy packages in a fresh interpreter after these imports."""
    code = f"import sys, {', '.join(modules)}\nprint(*({set(ALLOWED)!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return set(done.stdout.split())


def modules_of(places: Collection[str]) -> list[str]:
    """The package's modules in these places."""
    parts = [part(path) for path in SOURCES if path.is_relative_to(ROOT / "bdsg")]
    return [f"bdsg.{name}".removesuffix(".__init__") for name in parts if among(name, places)]


def test_the_package_itself_loads_nothing_heavy() -> None:
    assert loaded_by(["bdsg"]) == set()


def test_the_light_half_loads_nothing_heavy() -> None:
    heavy = set().union(*ALLOWED.values())
    modules = [name for name in modules_of(LEVEL) if not among(name.removeprefix("bdsg."), heavy)] + modules_of(LIGHT)
    assert {"bdsg.config", "bdsg.runs.cache", "bdsg.data", "bdsg.metrics", "bdsg.__main__"} <= set(modules)
    assert len(modules) > 60
    assert loaded_by(modules) == set()


def test_the_web_process_loads_no_torch() -> None:
    modules = modules_of({"figures", "app"})
    assert "bdsg.app.visit.session" in modules
    assert {"torch", "numba", "optuna", "dask", "distributed"}.isdisjoint(loaded_by(modules))


def test_the_queue_of_runs_needs_no_screen() -> None:
    owner = [name for name in modules_of({"serving"}) if name != "bdsg.serving.worker"]
    assert "bdsg.serving.run_queue" in owner
    assert loaded_by(owner) == set()
