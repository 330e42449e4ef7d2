"""What the project says of itself agrees with what it does."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

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


def test_dependencies_are_read_from_the_requirements() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "dependencies" in project["project"]["dynamic"]
    assert project["tool"]["setuptools"]["dynamic"]["dependencies"] == {"file": ["requirements.txt"]}


def test_nothing_names_a_machine() -> None:
    suffixes = {".py", ".md", ".toml", ".js", ".css", ".html", ".json", ".txt"}
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
    assert int(said.removeprefix("v").partition(".")[0]) >= 18


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
