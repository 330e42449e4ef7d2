"""Whether what the tour teaches comes true, whatever the seed and the processor: ``python -m tests.bench.lessons``.

Each target is a process with machine code of its own.  For each lesson and target: the number that its sentence is
about, least, median and most of all seeds, and for how many of the seeds the sentence is true.  A second table says how
far each score lies, at most, from that of the same config and seed on this processor.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from bdsg.app.pages.tour.lessons import FAILURES, STEPS, Judge
from bdsg.app.visit.links import Choices
from bdsg.config import ExperimentConfig
from bdsg.experiments.run_experiment import run
from bdsg.runs.result import Result
from tests.bench.reports import Row, machine, table, write
from tests.targets import TARGETS, environment

LESSONS: dict[str, tuple[Choices, Judge]] = {
    **{f"tour: {step.title}": (step.choices, step.finding) for step in STEPS},
    **{name: (failure.choices, failure.finding) for name, failure in FAILURES.items()},
}
SHARES = ("bp1", "boundary_recall", "bf1")


def observe(seed: int) -> dict[str, Row]:
    """Every lesson with this seed: its number, whether it holds, and the scores."""
    results: dict[str, Result] = {}
    found = {}
    for name, (choices, finding) in LESSONS.items():
        config = ExperimentConfig.from_dict({**choices, "seed": seed})
        if config.key() not in results:
            *_, last = run(config)
            assert isinstance(last, Result)
            results[config.key()] = last
        result = results[config.key()]
        seen = finding(result)
        scores = {share: result.summary["scores"][share] for share in SHARES}
        found[name] = {"holds": bool(seen.holds), "number": float(seen.number), **scores}
    return found


def on_target(target: str, seeds: int, folder: Path) -> list[dict[str, Any]]:
    """What :func:`observe` says of each seed in a process that computes as on the target."""
    command = [sys.executable, "-m", "tests.bench.lessons", "--only", str(seeds)]
    cache = folder.resolve() / f"numba-{target}"
    done = subprocess.run(command, env=environment(target, cache), stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def lesson_rows(seen: dict[str, list[dict[str, Any]]]) -> list[Row]:
    """The first table."""
    rows = []
    for name in LESSONS:
        for target, seeds in seen.items():
            numbers = [one[name]["number"] for one in seeds]
            true = sum(one[name]["holds"] for one in seeds)
            spread = {"least": min(numbers), "median": median(numbers), "most": max(numbers)}
            rows.append({"lesson": name, "target": target, **spread, "true": f"{true} of {len(seeds)}"})
    return rows


def difference_rows(seen: dict[str, list[dict[str, Any]]]) -> list[Row]:
    """The second table: the largest difference of any score from this processor's, over the seeds."""
    rows = []
    for name in LESSONS:
        for target, seeds in seen.items():
            if target == "this":
                continue
            pairs = list(zip(seeds, seen["this"], strict=True))
            apart = {share: max(abs(a[name][share] - b[name][share]) for a, b in pairs) for share in SHARES}
            rows.append({"lesson": name, "target": target, **apart})
    return rows


def main() -> None:
    """Run every lesson on every target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--target", nargs="*", default=list(TARGETS), choices=list(TARGETS))
    parser.add_argument("--only", type=int, help="print what so many seeds say on this process's own target")
    parser.add_argument("--out", type=Path, default=Path("build/lessons"))
    chosen = parser.parse_args()
    if chosen.only:
        for seed in range(chosen.only):
            print(json.dumps(observe(seed)), flush=True)
        return
    seen = {}
    for target in chosen.target:
        seen[target] = on_target(target, chosen.seeds, chosen.out)
        print(table(lesson_rows({target: seen[target]})), flush=True)
    sections = {"lessons": lesson_rows(seen)}
    if "this" in seen and len(seen) > 1:
        sections["differences"] = difference_rows(seen)
    print(write(chosen.out, "lessons", sections, {**machine(), "seeds": chosen.seeds}))


if __name__ == "__main__":
    main()
