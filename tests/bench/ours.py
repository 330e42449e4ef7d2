"""The objective ``ours`` on presets and hard cases: ``python -m tests.bench.ours [--kind KIND ...] [--case NAME ...]``.

Every row is a whole run, 10,000 points of B(z), none rejected, scored against the closed form.  A density is fitted
once for each case and seed, and serves both deltas.  ``--ablation`` shows what each part of the objective buys;
``--levels`` trains B(z, ε), one generator for a whole range, and scores it at ten levels of it.
"""

from __future__ import annotations

import argparse
import math
import time
from itertools import product
from pathlib import Path
from typing import Any

from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.experiments.run_experiment import run
from bdsg.runs.cache import Store
from bdsg.runs.result import Result
from tests.bench.ablation import PARTS, ablated
from tests.bench.hard_cases import HARD_CASES
from tests.bench.reports import Row, machine, table, write

CASES = [*list(PRESETS)[:6], *HARD_CASES]
RATIOS = (10, 2)
LEVEL_SCORES = {"least BP1": "bp1", "least BR": "boundary_recall", "least BF1": "bf1"}
EVERY_LEVEL = 16


class Densities(Store):
    """Keeps the fitted densities alone: every B is trained anew."""

    def get(self, config: ExperimentConfig) -> None:
        """Nothing."""

    def put(self, result: Result) -> None:
        """Forget it."""


def config_of(case: str, kind: str, ratio: float, seed: int) -> ExperimentConfig:
    """The run of a case by name, with δ = ε / ratio."""
    preset, hard = PRESETS.get(case), HARD_CASES.get(case)
    epsilon = preset.epsilon if preset else hard.epsilon if hard else math.nan
    raw: dict[str, Any] = {
        "data": {"preset": case} if preset else {"mixture": hard.mixture if hard else None},
        "density": {"kind": kind},
        "boundary": {"objective": "ours", "snapshots": 2},
        "epsilon": epsilon,
        "delta": epsilon / ratio,
        "seed": seed,
    }
    return ExperimentConfig.from_dict(raw)


def scores_row(case: str, kind: str, ratio: float, seed: int, scores: dict[str, Any], seconds: float) -> Row:
    """What the tables show of a run."""
    return {
        "case": case,
        "density": kind,
        "delta": f"ε/{ratio:g}",
        "seed": seed,
        "BP1": scores["bp1"],
        "BR": scores["boundary_recall"],
        "BF1": scores["bf1"],
        "covered": f"{scores['components_covered']} of {scores['components']}",
        "seconds for B": seconds,
    }


def whole_run(case: str, kind: str, ratio: float, seed: int, store: Store) -> Row:
    """Run a case; a density that the store has is not fitted again."""
    *_, result = run(config_of(case, kind, ratio, seed), store=store)
    assert isinstance(result, Result)
    return scores_row(case, kind, ratio, seed, result.summary["scores"], result.summary["seconds"]["boundary"])


def levels_row(case: str, kind: str, ratio: float, seed: int, store: Store) -> Row:
    """Train B(z, ε) and score it at ten levels of its range."""
    plain = config_of(case, kind, ratio, seed).to_dict()
    boundary = {"objective": "ours", "snapshots": 2, "levels": EVERY_LEVEL}
    *_, result = run(ExperimentConfig.from_dict({**plain, "boundary": boundary}), store=store)
    assert isinstance(result, Result)
    levels = result.summary["levels"]
    lowest = {name: min(row[key] or 0.0 for row in levels) for name, key in LEVEL_SCORES.items()}
    return {
        "case": case,
        "density": kind,
        "delta": f"ε/{ratio:g}",
        "seed": seed,
        **lowest,
        "at ε": min(levels, key=lambda row: row["bf1"] or 0.0)["epsilon"],
        "range": f"{levels[0]['epsilon']:.2g} to {levels[-1]['epsilon']:.2g}",
        "seconds for B": result.summary["seconds"]["boundary"],
    }


def ablation_row(case: str, part: str, ratio: float, seed: int) -> Row:
    """Train and score with one part changed, on the closed form."""
    begun = time.monotonic()
    scores = ablated(config_of(case, "closed_form", ratio, seed), part)
    row = scores_row(case, "closed_form", ratio, seed, scores, time.monotonic() - begun)
    return {"changed": part, **{name: row[name] for name in ("case", "delta", "seed", "BP1", "BR", "BF1", "covered")}}


def worst(rows: list[Row], by: tuple[str, ...]) -> list[Row]:
    """For each group of rows the least of every score over the seeds."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in by), []).append(row)
    return [
        {
            **dict(zip(by, key, strict=True)),
            "seeds": len(group),
            **{name: min(row[name] for row in group) for name in ("BP1", "BR", "BF1")},
            "covered": min((row["covered"] for row in group), key=lambda text: int(text.split()[0])),
        }
        for key, group in groups.items()
    ]


def means(rows: list[Row]) -> list[Row]:
    """For each part and delta the mean scores over cases and seeds, and how many runs covered every component."""
    found = []
    for part in dict.fromkeys(row["changed"] for row in rows):
        for delta in dict.fromkeys(row["delta"] for row in rows):
            group = [row for row in rows if (row["changed"], row["delta"]) == (part, delta)]
            means = {name: sum(row[name] for row in group) / len(group) for name in ("BP1", "BR", "BF1")}
            whole = sum(row["covered"].split()[0] == row["covered"].split()[-1] for row in group)
            lowest = min(row["BF1"] for row in group)
            covered = f"{whole} of {len(group)}"
            found.append({"changed": part, "delta": delta, **means, "least BF1": lowest, "all covered": covered})
    return found


def main() -> None:
    """Run what was asked for, printing each row as it comes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", nargs="*", default=CASES, choices=CASES)
    parser.add_argument("--kind", nargs="*", default=["closed_form", "iresnet"])
    parser.add_argument("--ratio", nargs="*", type=float, default=list(RATIOS), help="ε/δ")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--ablation", action="store_true", help="one part changed at a time, on the closed form")
    parser.add_argument("--levels", action="store_true", help="B(z, ε), scored at ten levels of its range")
    parser.add_argument("--part", nargs="*", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--name", default="ours", help="of the report's two files")
    parser.add_argument("--out", type=Path, default=Path("build/ours"))
    chosen = parser.parse_args()
    rows: list[Row] = []

    def keep(row: Row) -> None:
        rows.append(row)
        print(table(rows[-1:]).splitlines()[-1], flush=True)

    facts = {**machine(), "points": 10_000}
    if chosen.ablation:
        for part, case, ratio, seed in product(chosen.part, chosen.case, chosen.ratio, range(chosen.seeds)):
            keep(ablation_row(case, part, ratio, seed))
        sections = {"Means": means(rows), "Least of all seeds": worst(rows, ("changed", "case", "delta")), "Runs": rows}
    elif chosen.levels:
        store = Densities(chosen.out / "densities")
        for kind, case, seed, ratio in product(chosen.kind, chosen.case, range(chosen.seeds), chosen.ratio):
            keep(levels_row(case, kind, ratio, seed, store))
        sections = {"Runs": rows}
    else:
        store = Densities(chosen.out / "densities")
        for kind, case, seed, ratio in product(chosen.kind, chosen.case, range(chosen.seeds), chosen.ratio):
            keep(whole_run(case, kind, ratio, seed, store))
        sections = {"Least of all seeds": worst(rows, ("case", "density", "delta")), "Runs": rows}
    print(write(chosen.out, chosen.name, sections, facts))


if __name__ == "__main__":
    main()
