"""What the project says of itself agrees with what it does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

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
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if path.suffix in suffixes and not any(part.startswith(".venv") or part == ".git" for part in parts):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"/(home|Users|root|work)/\w", text), path
