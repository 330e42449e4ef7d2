"""What tests need that is no part of the project: the files that git knows, Node.js, and programs of the system."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import playwright
import pytest

ROOT = Path(__file__).resolve().parents[1]
SYSTEM = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
"""Where programs are looked for: some are on the path of the system's user alone."""


def tracked(*suffixes: str) -> list[Path]:
    """The project's files: those that git knows, and nothing else that lies in the folder."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name.endswith(suffixes)]
    return [path for path in paths if path.is_file()]


def node() -> str:
    """Node.js: Playwright brings one, so it is wherever the tests are."""
    folder = Path(playwright.__file__).parent / "driver"
    return str(next(path for path in (folder / "node", folder / "node.exe") if path.exists()))


def program(names: Sequence[str], package: str) -> str:
    """The path of the first program that is there; without one the test fails in CI, and elsewhere it is skipped."""
    for name in names:
        if (path := shutil.which(name, path=SYSTEM)) is not None:
            return path
    raise absent(f"No {names[0]} on the PATH: install Debian's package {package} to run this test.")


def absent(reason: str) -> Exception:
    """What to raise where something is missing that could be installed."""
    outcome = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    return outcome.Exception(reason)
