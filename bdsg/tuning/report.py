"""A study in words: its best trials, what matters, and how the best hold over seeds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.goals import GOALS
from bdsg.tuning.plan import BEST, Plan
from bdsg.tuning.study import SCORES, Study, best, importances, refusals_told

COLUMNS = ("bf1", "bp1", "boundary_recall", "level_error", "grid_f1", "seconds")
SHOWN = 10


def facts(folder: StudyFolder) -> dict[str, Any]:
    """A study as plain JSON-able numbers: ``counts``, ``best``, ``importances`` by goal, and ``seeds``.

    Raises:
        StoreError: the storage cannot be read.
    """
    with refusals_told(folder):
        return _facts(folder, Study(folder))


def _facts(folder: StudyFolder, study: Study) -> dict[str, Any]:
    trials = study.trials()
    leaders = best(trials, study.plan.goals, SHOWN)
    return {
        "study": folder.name,
        "goals": list(study.plan.goals),
        "counts": dict(Counter(trial.state.name.lower() for trial in trials)),
        "best": [
            {"trial": trial.number, "settings": trial.params, "scores": trial.user_attrs.get(SCORES, {})}
            for trial in leaders
        ],
        "importances": {name: importances(study.optuna, k) for k, name in enumerate(study.plan.goals)},
        "seeds": spreads(folder, study.plan),
    }


def spreads(folder: StudyFolder, plan: Plan) -> list[dict[str, Any]]:
    """Of the best settings, each over its seeds: least, mean and most of every score, and how many seeds failed."""
    rows = folder.bands()
    found = []
    for trial in dict.fromkeys(row["trial"] for row in rows):
        mine = [row["scores"] for row in rows if row["trial"] == trial]
        spread: dict[str, Any] = {"trial": trial, "seeds": len(mine), "failed": sum(not scores for scores in mine)}
        for name in COLUMNS:
            values = [scores[name] for scores in mine if scores.get(name) is not None]
            if values:
                spread[name] = {"least": min(values), "mean": float(np.mean(values)), "most": max(values)}
        found.append(spread)
    first = plan.goals[0]
    sign = -1.0 if GOALS[first].larger else 1.0
    return sorted(found, key=lambda one: sign * one[first]["mean"] if first in one else np.inf)[: 2 * BEST]


def text(told: dict[str, Any]) -> str:
    """The facts as tables."""
    counts = ", ".join(f"{count} {state}" for state, count in told["counts"].items()) or "no trial yet"
    lines = [f"{told['study']}: {counts}", ""]
    if told["best"]:
        names = list(told["best"][0]["settings"])
        head = ["trial", *(GOALS[name].title for name in COLUMNS), *names]
        rows = [
            [str(one["trial"]), *(_number(one["scores"].get(name)) for name in COLUMNS)]
            + [_number(one["settings"][name]) for name in names]
            for one in told["best"]
        ]
        lines += [f"Best by {', '.join(GOALS[name].title for name in told['goals'])}", *_table(head, rows), ""]
    for goal, shares in told["importances"].items():
        if shares:
            lines.append(f"Importance for {GOALS[goal].title}")
            lines += [f"  {name:<28}{share:6.1%}  {'█' * round(30 * share)}" for name, share in shares.items()]
            lines.append("")
    if told["seeds"]:
        head = ["trial", "seeds", *(f"{GOALS[name].title}: mean [least, most]" for name in COLUMNS[:4])]
        rows = [
            [str(one["trial"]), str(one["seeds"]), *(_spread(one.get(name)) for name in COLUMNS[:4])]
            for one in told["seeds"]
        ]
        lines += ["The best settings over other seeds", *_table(head, rows), ""]
    return "\n".join(lines)


def _spread(spread: dict[str, float] | None) -> str:
    if spread is None:
        return "–"
    return f"{spread['mean']:.4f} [{spread['least']:.4f}, {spread['most']:.4f}]"


def _number(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else f"{value:.4g}"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]]
