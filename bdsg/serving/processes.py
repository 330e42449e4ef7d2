"""Starts modules of this package as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bdsg

CLOSE_SECONDS = 5.0
"""How long a process may take to leave before it is killed."""


def start_module(*words: str, environment: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[bytes]:
    """``python -m`` and words; raises OSError where the system refuses another process.

    Args:
        words: the module and its arguments.
        environment: variables beside those of this process.
        options: of :class:`subprocess.Popen`.
    """
    # The package may lie in the current directory only, and its user may have changed that since.
    home = str(Path(bdsg.__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    variables = {**os.environ, "PYTHONPATH": path, **(environment or {})}
    return subprocess.Popen([sys.executable, "-m", *words], env=variables, **options)
