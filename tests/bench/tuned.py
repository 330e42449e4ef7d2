"""Settings that tuning found beside the defaults: the six presets, closed form, ten seeds that no study has seen.

``python -m tests.bench.tuned [--objective ours paper] [--seeds N] [--out DIR]``; writes tuned.md and tuned.json.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from bdsg import __version__
from bdsg.config import ExperimentConfig
from bdsg.tuning.plan import Plan
from bdsg.tuning.space import Value, applied, parse_dimension
from bdsg.tuning.task import run_batch
from bdsg.tuning.trial_result import Task
from tests.bench.reports import Row, machine, table, write

PRESETS = ("unimodal", "bimodal", "bimodal_separate", "three_modes", "ring", "grid")
Settings = Mapping[str, Value]


def _settings(lambda1: float, lambda2: float, learning_rate: float, **more: Value) -> dict[str, Value]:
    found = {"boundary.lambda1": lambda1, "boundary.lambda2": lambda2, "boundary.learning_rate": learning_rate}
    return {**found, **more}


CANDIDATES: dict[str, dict[str, Settings]] = {
    "ours": {
        "default": {},
        "λ1 10, λ2 0.1, rate 0.01": _settings(10.0, 0.1, 0.01),
        "λ1 6, λ2 0.05, rate 0.01": _settings(6.0, 0.05, 0.01),
        "λ1 6, λ2 0.05, rate 0.007": _settings(6.0, 0.05, 0.007),
        "λ1 10, λ2 0.1, rate 0.02": _settings(10.0, 0.1, 0.02),
        "λ1 50, λ2 0.05, rate 0.02": _settings(50.0, 0.05, 0.02),
    },
    "paper": {
        "default": {},
        "M 4096": {"data.samples": 4096},
        "λ1 0.06, λ2 0.005, rate 0.0015": _settings(0.06, 0.005, 0.0015),
        "λ1 0.05, λ2 0.01": _settings(0.05, 0.01, 0.005),
        "λ1 0.04, λ2 0.03, rate 0.04": _settings(0.04, 0.03, 0.04),
        "λ1 0.05, λ2 0.02, rate 0.01": _settings(0.05, 0.02, 0.01),
        "λ1 0.05 alone": _settings(0.05, 0.025, 0.005),
        "rate 0.01 alone": _settings(0.3, 0.025, 0.01),
        "λ1 0.05, rate 0.01": _settings(0.05, 0.025, 0.01),
    },
}


def runs(objective: str, preset: str, seeds: int) -> dict[str, list[dict[str, float | None]]]:
    """Scores of every candidate over the seeds."""
    base = ExperimentConfig.from_dict({"data": {"preset": preset}, "boundary": {"objective": objective}})
    box = Plan(base, (parse_dimension(base, "lambda1"),)).box()
    found: dict[str, list[dict[str, float | None]]] = {name: [] for name in CANDIDATES[objective]}
    for seed in range(1, seeds + 1):
        trials = []
        for number, settings in enumerate(CANDIDATES[objective].values()):
            config = ExperimentConfig.from_dict({**applied(base, settings).to_dict(), "seed": seed})
            trials.append((number, config.to_json()))
        outcomes = {one.number: one.scores for one in run_batch(Task(__version__, tuple(trials), box))}
        for number, name in enumerate(found):
            found[name].append(outcomes[number])
    return found


def compare(objective: str, seeds: int) -> list[Row]:
    """A row for each candidate: mean [least] over seeds of what discriminates, by preset, and over all."""
    key, digits = ("level_error", 5) if objective == "ours" else ("bf1", 3)
    by_preset = {preset: runs(objective, preset, seeds) for preset in PRESETS}
    rows = []
    for name in CANDIDATES[objective]:
        row: Row = {"settings": name}
        means = []
        for preset, found in by_preset.items():
            values = np.array([scores[key] for scores in found[name]], float)
            worst = values.max() if objective == "ours" else values.min()
            row[preset] = f"{values.mean():.{digits}f} [{worst:.{digits}f}]"
            means.append(values.mean())
        everything = [scores for found in by_preset.values() for scores in found[name]]
        row["mean of all"] = f"{np.mean(means):.{digits}f}"
        for title, score, pick in (("BP1", "bp1", np.mean), ("boundary recall", "boundary_recall", np.mean)):
            row[title] = f"{pick([scores[score] for scores in everything]):.3f}"
        row["least BF1"] = f"{min(float(scores['bf1'] or 0) for scores in everything):.3f}"
        rows.append(row)
    return rows


def main() -> None:
    """Run all and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objective", nargs="+", choices=CANDIDATES, default=list(CANDIDATES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path("build/tuned"))
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    report = {}
    for objective in chosen.objective:
        what = "level error (nats), mean [most]" if objective == "ours" else "BF1, mean [least]"
        report[f"{objective}: {what}, {chosen.seeds} seeds"] = compare(objective, chosen.seeds)
        print(table(list(report.values())[-1]), end="\n\n", flush=True)
    write(chosen.out, "tuned", report, machine())


if __name__ == "__main__":
    main()
