"""No data is ever run as code, and nothing that a visitor sends becomes a path: read from the sources, and tried."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bdsg.errors import StoreError
from bdsg.tuning.folder import StudyFolder

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for place in ("app.py", "bdsg/**/*.py", "pages/**/*.py") for path in ROOT.glob(place))
SOURCES = [path for path in SOURCES if "node_modules" not in path.parts]
SCRIPTS = sorted((ROOT / "bdsg" / "frontend" / "src").glob("*/*.ts"))

MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "yaml", "xml", "pty"}
CALLS = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.execvp", "tempfile.mktemp"),
    *("torch.load", "torch.save", "torch.hub.load", "torch.jit.load", "numpy.fromfile", "pandas.read_pickle"),
}
METHODS = {"extractall", "read_pickle", "to_pickle"}
ASSURED = {"np.load": "allow_pickle", "numpy.load": "allow_pickle"}
"""Allowed only with this argument said to be False."""
REFUSED = {"shell", "unsafe_allow_html", "unsafe_allow_javascript", "allow_dangerous_deserialization"}
"""Arguments that must not be True."""
OWN = {
    "runpy.run_path": {"bdsg/app/visit/session.py"},  # app.py itself
    "importlib.import_module": {"bdsg/__init__.py", "bdsg/baselines/registry.py", "bdsg/data/tables/parquet.py"},
}
"""Calls that load code by a name: in these files the name is ours."""


def called(node: ast.expr) -> str:
    """``a.b.c`` of the expression that is called, as far as it is one of names."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{called(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def is_true(node: ast.expr) -> bool:
    """Whether an argument may be True: anything but a literal False is."""
    return not (isinstance(node, ast.Constant) and node.value is False)


def complaints(tree: ast.AST, place: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (f"imports {name}" for name in names if name.partition(".")[0] in MODULES)
        if not isinstance(node, ast.Call):
            continue
        name, given = called(node.func), {one.arg: one.value for one in node.keywords}
        if name in CALLS or name.rpartition(".")[2] in METHODS or place not in OWN.get(name, {place}):
            yield f"calls {name}"
        if name in ASSURED and (ASSURED[name] not in given or is_true(given[ASSURED[name]])):
            yield f"calls {name} without {ASSURED[name]}=False"
        yield from (f"{name}: {argument}" for argument in REFUSED & set(given) if is_true(given[argument]))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_runs_data(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    assert list(complaints(ast.parse(path.read_text(encoding="utf-8")), place)) == []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from joblib import load",
        "def f():\n    import yaml.cyaml",
        "eval('1')",
        "torch.load(path)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=kind)",
        "subprocess.run(command, shell=True)",
        "st.markdown(text, unsafe_allow_html=True)",
        "tarfile.open(p).extractall()",
        "importlib.import_module(name)",
        "runpy.run_path(name)",
    ],
)
def test_the_reader_sees_what_is_forbidden(text: str) -> None:
    assert len(list(complaints(ast.parse(text), "bdsg/some.py"))) == 1


def test_the_reader_lets_pass_what_is_sound() -> None:
    sound = "import json\nnp.load(p, allow_pickle=False)\nsubprocess.run(c, shell=False)\nmodel.eval()\nre.compile(x)\n"
    assert list(complaints(ast.parse(sound), "bdsg/some.py")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_ours_runs_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function\(|document\.write|setTimeout\(\s*[\"'`]|javascript:", text)
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)  # nothing from elsewhere; that one names the SVG format


CLIMBS = ["..", "../x", "/etc", "a/b", "a\\b", "", ".", "..a/..", "\0", "a\0", "C:x", "a\n", ".hidden", "a" * 100]
anything = st.one_of(st.sampled_from(CLIMBS), st.text(max_size=40), st.text("./\\a", max_size=12))


@given(anything)
def test_a_name_of_a_study_is_one_folder_in_its_place(name: str) -> None:
    root = Path("/some/where")
    try:
        path = StudyFolder.named(name, root).path
    except StoreError:
        return
    assert path.parent == root
    assert path.name == name
    assert re.fullmatch(r"[^\W][\w.-]*", name)


@pytest.mark.parametrize("name", CLIMBS)
def test_a_name_that_climbs_is_no_study(name: str) -> None:
    with pytest.raises(StoreError, match="cannot be called"):
        StudyFolder.named(name)
