"""What the caller's number of threads costs: ``python -m tests.bench.threads [--out DIR]``.

Each entry point is called in turn with PyTorch's and BLAS's default threads and with one.  They set one thread
themselves, so the ratio is near 1; "unguarded" is the training of B(z) as it would be without that.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from bdsg import BDSGDetector
from bdsg.boundary.generators.star import train_star
from tests.bench.reports import Row, machine, write
from tests.entry_points import entry_points

ROWS = np.random.default_rng(0).normal(size=(300, 3))


def seconds(call: Callable[[], Any], threads: int) -> float:
    """Of a call whose caller has set this many threads."""
    torch.set_num_threads(threads)
    with threadpool_limits(threads):
        begun = time.perf_counter()
        call()
        return time.perf_counter() - begun


def unguarded() -> None:
    """The training of B(z) of 300 × 3 rows, without the guard of ``boundary_samples``."""
    detector = BDSGDetector(random_state=0).fit(ROWS)
    train_star(detector.mixture_, detector.offset_, torch.Generator().manual_seed(0))


def measure(cores: int) -> list[Row]:
    """A row for each entry point; each is called once before, to load and compile."""
    rows = []
    names = [*_calls(), "unguarded"]
    for name in names:
        spent = {}
        for threads in (1, cores, 1, cores):  # the first two load and compile
            call = unguarded if name == "unguarded" else _calls()[name]
            spent[threads] = seconds(call, threads)
        rows.append({"entry point": name, "default (s)": spent[cores], "one (s)": spent[1]})
        rows[-1]["ratio"] = rows[-1]["default (s)"] / rows[-1]["one (s)"]
        print(rows[-1], flush=True)
    return rows


def _calls() -> dict[str, Callable[[], Any]]:
    return entry_points(Path(tempfile.mkdtemp(prefix="bdsg-threads-")))


def main() -> None:
    """Run and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/threads"))
    chosen = parser.parse_args()
    print(write(chosen.out, "threads", {"Entry points": measure(os.cpu_count() or 1)}, machine()))


if __name__ == "__main__":
    main()
