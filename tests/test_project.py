"""What the project says of itself agrees with what it does."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests import needs
from tests.needs import tracked

ROOT = Path(__file__).parents[1]


def commands(text: str) -> list[str]:
    """Shell lines that install something, as written."""
    return [
        line.strip().replace("pip install -q ", "pip install ") for line in text.splitlines() if "pip install" in line
    ]


def test_ci_runs_the_test_command_of_the_readme() -> None:
    readme = commands((ROOT / "README.md").read_text(encoding="utf-8"))
    (test,) = commands((ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    assert test in readme
    assert test.endswith("&& pytest")
    assert any(command.endswith("&& streamlit run app.py") for command in readme)


def test_every_requirement_is_pinned_and_has_a_reason() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    for line in filter(lambda line: not line.startswith("#"), lines):
        assert re.fullmatch(r"[a-z-]+==[\d.]+ +# .{10,}", line), line


def pins() -> dict[str, str]:
    """The version of each package in requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split()[0].split("==") for line in lines if "==" in line)


def test_ranges_hold_what_is_pinned_and_tests_run_on_the_pins() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    ranges = [*project["dependencies"], *(one for name in ("app", "tune", "images", "parquet") for one in extras[name])]
    found = {one.name: one.specifier for one in map(Requirement, ranges) if one.name != "bdsg"}
    assert found.keys() == pins().keys()
    for name, version in pins().items():
        assert version in found[name], name
        assert any(one.operator == ">=" for one in found[name]), name
        assert not any(one.operator == "==" for one in found[name]), name
    assert {f"{name}=={version}" for name, version in pins().items()} <= set(extras["test"])


def test_the_page_on_installing_has_every_range() -> None:
    lowest = (ROOT / "tests" / "lowest.txt").read_text(encoding="utf-8").splitlines()
    constraints = dict(line.split("==") for line in lowest if "==" in line)
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    rows = dict(re.findall(r"^\| ([a-z-]+) \| [a-z]+ \| ([\d.]+) \|", page, re.MULTILINE))
    extras = project["optional-dependencies"]
    ranges = [*project["dependencies"], *(one for name in ("app", "tune", "images", "parquet") for one in extras[name])]
    for one in filter(lambda one: one.name != "bdsg", map(Requirement, ranges)):
        (least,) = (spec.version for spec in one.specifier if spec.operator == ">=")
        assert Version(rows[one.name]) == Version(constraints[one.name]) == Version(least), one.name


def test_nothing_names_a_machine() -> None:
    suffixes = {".py", ".md", ".toml", ".js", ".mjs", ".ts", ".css", ".html", ".json", ".txt"}
    paths = tracked(*suffixes)
    assert Path(__file__).resolve() in paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(home|Users|root|work)/\w", text), path


def test_what_merely_lies_in_the_folder_is_no_part_of_the_project() -> None:
    stray = ROOT / "tests" / "stray-environment.md"
    stray.write_text("/home" + "/me")
    try:
        assert stray not in tracked(".md")
    finally:
        stray.unlink()


def test_node_comes_with_the_tests() -> None:
    said = subprocess.run([needs.node(), "--version"], capture_output=True, text=True, check=True).stdout
    assert int(said.removeprefix("v").partition(".")[0]) >= 24  # it reads TypeScript


def test_a_missing_program_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Debian's package nothing"):
        needs.program(["bdsg-no-such-program"], "nothing")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="Debian's package nothing"):
        needs.program(["bdsg-no-such-program"], "nothing")


def test_ci_brings_every_program_that_a_test_needs() -> None:
    """Where one is missing in CI a test fails: so the script that CI runs installs it."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    needed = {"chromium", "nginx-light", "postgresql", "gcc"}
    assert needed <= set(script.split())
