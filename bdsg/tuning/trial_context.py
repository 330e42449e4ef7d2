"""What trials on equal data and an equal density share: the fit, the level set, the contour that they are scored on."""

from __future__ import annotations

import dataclasses
import functools
import json

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.generators.dense import BoundaryGenerator
from bdsg.config import ExperimentConfig
from bdsg.config.constants import LEVEL_SAMPLES
from bdsg.density.diagnostics import log_prob_in_chunks
from bdsg.errors import BDSGError
from bdsg.experiments.fit_density import Fitted, fit
from bdsg.experiments.problem import LevelSamples, Problem
from bdsg.experiments.run_experiment import never
from bdsg.experiments.score import TRIPLE
from bdsg.metrics.grid import confusion
from bdsg.numerics.device import to_numpy
from bdsg.runs.cache import Store

KEPT = 12
"""Contexts that a worker remembers: the seeds of a seed band, and some."""


class TrialContext:
    """Shared by trials whose configs differ in B(z) alone, or, with the closed form, in M too.

    Attributes:
        problem: of one of the configs; the z of snapshots and scores are those of all.
        fitted: p_g, from the store where it was fitted before.
        grid_f1: of the density on the window's grid.
    """

    def __init__(self, config: ExperimentConfig) -> None:
        self.problem = problem = Problem(config)
        self.fitted = _fitted(problem)
        log_p_g = log_prob_in_chunks(self.fitted.exact, problem.grid.nodes)
        self.grid_f1 = confusion(problem.log_p_x, log_p_g, config.epsilon).f1
        self._drawn: dict[int, tuple[Tensor, LevelSamples]] = {}

    def draw(self, problem: Problem) -> tuple[Tensor, torch.Generator]:
        """Samples of G, (4096, 2), the same tensor for equal counts, and what the rest of B's randomness comes from."""
        count = max(LEVEL_SAMPLES, problem.config.data.samples)
        if count not in self._drawn:
            samples = problem.level_samples(self.fitted.exact)
            self._drawn[count] = samples.first, samples
        first, samples = self._drawn[count]
        return first, samples.random()

    @torch.no_grad()
    def scores(self, generator: BoundaryGenerator) -> tuple[dict[str, float | None], np.ndarray]:
        """The scores of B(z) as it is now, and the 10,000 points that they are of."""
        points = to_numpy(generator(self.problem.fresh).double())
        found, log_p_x = self.problem.boundary_scores(points), self.problem.mixture.log_prob(points)
        return {
            **{name: getattr(found, name) for name in TRIPLE},
            "grid_f1": self.grid_f1,
            "level_error": float(np.abs(log_p_x - self.problem.band.log_middle).mean()),
            "components": float(found.components),
            "components_covered": float(found.components_covered),
        }, points

    def bf1(self, points: np.ndarray) -> float:
        """BF1 of some points, (n, 2): 0 without a contour."""
        return self.problem.boundary_scores(points.astype(np.float64)).bf1 or 0.0


def _fitted(problem: Problem) -> Fitted:
    """Fit p_g to the end, or fetch it."""
    steps = fit(problem.config, problem.mixture, problem.scene, problem.density_random(), never, Store())
    while True:
        try:
            next(steps)
        except StopIteration as end:
            if end.value is None:
                raise BDSGError("The density's fit ended early: run the study again.") from None
            fitted: Fitted = end.value
            return fitted


def context_key(config: ExperimentConfig) -> str:
    """Trials with the same key share their context."""
    alone = dataclasses.replace(config, boundary=type(config.boundary)(), delta=config.delta)
    if config.density.kind == "closed_form":  # the window of the samples shapes a learned density's table alone
        alone = dataclasses.replace(alone, data=dataclasses.replace(config.data, samples=1024, units=None))
    return json.dumps(alone.to_dict(), sort_keys=True)


@functools.lru_cache(maxsize=KEPT)
def context_of(key: str) -> TrialContext:
    """The context of a key, made once a process."""
    return TrialContext(ExperimentConfig.from_json(key))
