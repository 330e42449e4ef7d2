"""What runs cost against what ``bdsg.experiments.cost`` estimates: ``python -m tests.bench.cost``, about six minutes.

Processor seconds of this process, whole runs from config to scores, kernels compiled beforehand; and how much its
memory grew at most, in a fresh process for each (``--memory``).
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np

from bdsg.config import ExperimentConfig
from bdsg.experiments import cost, run_experiment
from tests.bench.reports import Row, table

DATA = {"preset": "bimodal"}


def scattered(modes: int) -> dict[str, Any]:
    """Data of many round Gaussians."""
    means = 8 * np.random.default_rng(0).normal(size=(modes, 2))
    covariance = [[0.1, 0.0], [0.0, 0.1]]
    mixture = {"weights": [1 / modes] * modes, "means": means.tolist(), "covariances": [covariance] * modes}
    return {"data": {"mixture": mixture}, "epsilon": 1e-4}


def flow(kind: str = "iresnet", **settings: Any) -> dict[str, Any]:
    return {"data": DATA, "density": {"kind": kind, **settings}}


def generator(samples: int = 1024, **settings: Any) -> dict[str, Any]:
    return {"data": {**DATA, "samples": samples}, "boundary": settings}


CASES: dict[str, dict[str, Any]] = {
    "closed form, ours": generator(),
    "ours, 4,000 steps": generator(steps=4000),
    "ours, 512-512": generator(hidden=[512, 512], steps=300),
    "ours, N = 4096": generator(batch_size=4096, steps=400),
    "ours, every ε": generator(levels=16),
    "eq. 4": generator(objective="paper"),
    "eq. 4, N = 4096, M = 20,000": generator(20_000, objective="paper", batch_size=4096, steps=500),
    "eq. 4, 512-512-512": generator(objective="paper", hidden=[512, 512, 512], steps=300),
    "100 Gaussians": scattered(100),
    "IResNet": flow(),
    "IResNet, 64-64": flow(hidden=[64, 64], steps=300, patience=50_000),
    "IResNet, 8 blocks of 256-256": flow(hidden=[256, 256], blocks=8, steps=50),
    "IResNet, 2 blocks of 512-512-512": flow(hidden=[512, 512, 512], blocks=2, steps=30),
    "IResNet, batch 4096": flow(batch_size=4096, steps=200),
    "IResNet, truncated series": flow(log_determinant="truncated", steps=100),
    "IResNet, truncated, 8 blocks of 128-128, batch 1024": flow(
        log_determinant="truncated", hidden=[128, 128], blocks=8, batch_size=1024, steps=20
    ),
    "ResFlow": flow("resflow", steps=150),
}

LARGE: dict[str, dict[str, Any]] = {
    "IResNet, 64-64, batch 8192": flow(hidden=[64, 64], batch_size=8192, steps=3),
    "IResNet, truncated, batch 4096": flow(log_determinant="truncated", batch_size=4096, steps=3),
    "ResFlow, batch 4096": flow("resflow", batch_size=4096, steps=3),
    "ours, N = 4096": generator(batch_size=4096, steps=10),
}


def spent(raw: dict[str, Any]) -> float:
    """Processor seconds of a run."""
    begun = time.process_time()
    for _ in run_experiment.run(ExperimentConfig.from_dict(raw)):
        pass
    return time.process_time() - begun


def seconds() -> list[Row]:
    for objective in ("ours", "paper"):  # kernels are compiled
        spent({**flow(steps=20), "boundary": {"objective": objective, "steps": 20}})
    spent(generator(levels=2, steps=20))
    return [_row(name, spent(raw), cost.seconds(ExperimentConfig.from_dict(raw))) for name, raw in CASES.items()]


def _row(name: str, measured: float, estimated: float) -> Row:
    return {"run": name, "measured": measured, "estimated": estimated, "estimated / measured": estimated / measured}


def grown(name: str) -> float:
    """Megabytes by which this process grew over one run of ``LARGE``, after a small one of its kind."""
    raw = LARGE[name]
    small = {**raw, **({"density": {**raw["density"], "batch_size": 64}} if "density" in raw else {})}
    spent(small)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent(raw)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3


def memory() -> list[Row]:
    rows = []
    for name, raw in LARGE.items():
        command = [sys.executable, "-m", "tests.bench.cost", "--one", name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        estimated = cost.memory_bytes(ExperimentConfig.from_dict(raw)) / 1e6
        rows.append(_row(name, float(done.stdout.split()[-1]), estimated))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", action="store_true", help="memory (MB) instead of time (s)")
    parser.add_argument("--one", choices=tuple(LARGE), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(grown(chosen.one))
    else:
        print(table(memory() if chosen.memory else seconds()))


if __name__ == "__main__":
    main()
