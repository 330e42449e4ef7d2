"""What every report says of itself, and how its tables are written."""

from __future__ import annotations

import json
import math
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from bdsg import __version__

Row = dict[str, Any]


def machine() -> Row:
    """Cores, threads, platform and versions, without the name of the host."""
    versions = {"bdsg": __version__, "python": platform.python_version()}
    for package in ("torch", "numpy", "scikit-learn", "numba", "normflows"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "absent"
    system = f"{platform.system()} {platform.machine()}, {torch.backends.cpu.get_cpu_capability()}"
    return {"platform": system, "cores": os.cpu_count(), "threads": torch.get_num_threads(), "versions": versions}


def table(rows: list[Row]) -> str:
    """Rows of the same keys as a Markdown table."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([cell(row[name]) for name in names] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cell(value: Any) -> str:
    """A number with four digits that count."""
    if not isinstance(value, float):
        return str(value)
    if value == 0 or not math.isfinite(value) or not 1e-4 <= abs(value) < 1e5:
        return f"{value:.2g}"
    return f"{value:.{max(0, 3 - math.floor(math.log10(abs(value))))}f}" if abs(value) >= 1 else f"{value:.4f}"


def write(folder: Path, name: str, sections: dict[str, list[Row]], facts: Row) -> str:
    """Write ``name``.md and ``name``.json; returns the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    body = "\n\n".join(f"## {title}\n\n{table(rows)}" for title, rows in sections.items() if rows)
    text = f"# {name.capitalize()}\n\n{body}\n\nSettings: `{json.dumps(facts)}`\n"
    (folder / f"{name}.md").write_text(text)
    (folder / f"{name}.json").write_text(json.dumps({"facts": facts, "sections": sections}, indent=2, default=str))
    return text
