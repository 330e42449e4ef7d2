"""Many boundary generators trained at once, on a few threads: what a sweep calls."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import torch
from torch import Tensor

from bdsg.boundary.objectives import Objective, find_tree, objective_on
from bdsg.config import BoundaryConfig
from bdsg.density import DensityModel
from bdsg.errors import ConfigError, DivergenceError
from bdsg.experiments.train import Stop, train_boundary
from bdsg.numerics.threads import limited_threads
from bdsg.runs.result import BoundarySnapshot

THREADS = 2
"""Kernels leave the interpreter to others while they run, so threads share the cores."""


class Run(NamedTuple):
    """What ``train_boundary`` takes.

    Attributes:
        objective: with a generator of its own; the density and the data may be shared.
        latent: the z (n, 2) whose images the snapshots show.
        random: a generator of its own.
    """

    objective: Objective
    config: BoundaryConfig
    latent: Tensor
    random: torch.Generator


class Trained(NamedTuple):
    """How one run ended.

    Attributes:
        snapshots: the last of them shows B(z) as trained, or as it was at the stop.
        error: a divergence, which ends its own run alone.
        seconds: of its thread's processor time.
    """

    snapshots: list[BoundarySnapshot]
    error: DivergenceError | None
    seconds: float


class Start(NamedTuple):
    """What one run of a sweep begins with: its settings, its training samples (M, d), and its randomness."""

    config: BoundaryConfig
    data: Tensor
    random: torch.Generator


def make_objectives(
    starts: Sequence[Start], density: DensityModel, samples: Tensor, epsilon: float, delta: float
) -> list[Objective]:
    """What ``make_objective`` makes for each, but level sets, which all of ours share, are traced once.

    Args:
        samples: samples of G, (n, d), that are pushed to the level set.
    """
    tree = functools.cache(lambda levels: find_tree(levels, density, samples, epsilon, delta))
    return [objective_on(tree, config, density, data, random, epsilon, delta) for config, data, random in starts]


Keep = Callable[[int, BoundarySnapshot], bool]
"""Whether the run of an index goes on after a snapshot; asked from any of the threads."""


def always(index: int, snapshot: BoundarySnapshot) -> bool:
    """No run ends before its time."""
    return True


def train_together(runs: Sequence[Run], stop: Stop, *, threads: int = THREADS, keep: Keep = always) -> list[Trained]:
    """Train all runs; each gets the numbers of ``train_boundary``, bit for bit, whatever the number of threads.

    A run whose config asks for few snapshots is cheapest; no progress is reported.

    Args:
        stop: asked as in ``train_boundary``, from any of the threads.
        keep: asked after each snapshot; a run that it ends costs nothing from there on.

    Raises:
        ConfigError: two runs share an objective or a generator of random numbers.
    """
    for name in ("objective", "random"):
        if len({id(getattr(run, name)) for run in runs}) < len(runs):
            raise ConfigError(f"runs.{name}", f"shared by two of {len(runs)} runs", "make one for each run.")
    with limited_threads(), ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda index: _train(runs[index], index, stop, keep), range(len(runs))))


@limited_threads()
def _train(run: Run, index: int, stop: Stop, keep: Keep) -> Trained:
    snapshots: list[BoundarySnapshot] = []
    begun = time.thread_time()
    try:
        for event in train_boundary(*run, stop, progress=False):
            if isinstance(event, BoundarySnapshot):
                snapshots.append(event)
                if not keep(index, event):
                    break
    except DivergenceError as error:
        return Trained(snapshots, error, time.thread_time() - begun)
    return Trained(snapshots, None, time.thread_time() - begun)
