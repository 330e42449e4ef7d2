"""Every preset, run end to end: ``python -m tests.bench.presets [--kind KIND ...] [--preset NAME ...] [--out DIR]``.

Writes a Markdown table and the same numbers as JSON, with seeds and versions.
"""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path
from typing import Any

import numpy
import torch

from bdsg import __version__
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.experiments.run_experiment import run
from bdsg.runs.result import Result

COLUMNS = ("preset", "density", "objective", "BP1", "BR", "BF1", "covered", "BP2", "grid F1", "KL (nats)", "seconds")


def row(name: str, kind: str, objective: str, seed: int) -> dict[str, Any]:
    """Run one config and keep what the table shows."""
    raw = {"data": {"preset": name}, "density": {"kind": kind}, "boundary": {"objective": objective}, "seed": seed}
    *_, result = run(ExperimentConfig.from_dict(raw))
    assert isinstance(result, Result)
    scores, summary = result.summary["scores"], result.summary
    return {
        "preset": name,
        "density": kind,
        "objective": objective,
        "seed": seed,
        "BP1": scores["bp1"],
        "BR": scores["boundary_recall"],
        "BF1": scores["bf1"],
        "covered": f"{scores['components_covered']} of {scores['components']}",
        "BP2": scores["bp2"],
        "grid F1": scores["f1"],
        "KL (nats)": summary["density"].get("kl", 0.0),
        "seconds": summary["seconds"]["total"],
    }


def cell(name: str, value: Any) -> str:
    """A number with the digits that its column deserves."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.1f}" if name == "seconds" else f"{value:.4f}" if name == "KL (nats)" else f"{value:.3f}"


def markdown(rows: list[dict[str, Any]]) -> str:
    """The rows as a table."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "| " + " | ".join("---" for _ in COLUMNS) + " |"]
    return "\n".join(lines + ["| " + " | ".join(cell(name, row[name]) for name in COLUMNS) + " |" for row in rows])


def main() -> None:
    """Run what was asked for, printing each row as it comes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", nargs="*", default=list(PRESETS)[:6])
    parser.add_argument("--kind", nargs="*", default=["closed_form", "iresnet"])
    parser.add_argument("--objective", nargs="*", default=["paper", "ours"])
    parser.add_argument("--seed", type=int, nargs="*", default=[0])
    parser.add_argument("--out", type=Path, default=Path("build/presets"))
    chosen = parser.parse_args()
    rows = []
    for name in chosen.preset:
        for kind in chosen.kind:
            for objective in chosen.objective:
                for seed in chosen.seed:
                    rows.append(row(name, kind, objective, seed))
                    print(markdown(rows[-1:]).splitlines()[-1], flush=True)
    versions = {
        "bdsg": __version__,
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
    }
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "presets.json").write_text(json.dumps({"versions": versions, "rows": rows}, indent=2))
    (chosen.out / "presets.md").write_text(f"{markdown(rows)}\n\nSeeds {chosen.seed}; {versions}\n")


if __name__ == "__main__":
    main()
