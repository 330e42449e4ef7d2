"""Where this package keeps what it need not make twice."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def default_root() -> Path:
    """``$BDSG_CACHE``, else the platform's cache directory for this package."""
    if chosen := os.environ.get("BDSG_CACHE"):
        return Path(chosen)
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home, as in some containers
        return Path(tempfile.gettempdir()) / "bdsg"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "bdsg"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "bdsg"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "bdsg"
