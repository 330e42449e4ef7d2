"""What trials on equal data and an equal density share: the fit, the level set, the contour that they are scored on."""

from __future__ import annotations

import dataclasses
import functools
import json
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.generator import BoundaryGenerator
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.device import to_numpy, torch_device
from bdsg.errors import BDSGError
from bdsg.experiment import BOUNDARY_POINTS, GRID, LEVEL_SAMPLES, SHOWN_POINTS, generators, never
from bdsg.fitting import Fitted, fit
from bdsg.metrics import Band, boundary, truth_field
from bdsg.metrics.boundary import Contour, probe_contour, recall_of
from bdsg.metrics.grid import confusion
from bdsg.quality import log_prob_in_chunks, mesh
from bdsg.result import Scene
from bdsg.scene import make_scene
from bdsg.scoring import plane_mixture
from bdsg.store import Store

KEPT = 12
"""Grounds that a worker remembers: the seeds of a seed band, and some."""


class Drawn(NamedTuple):
    """Samples of G to trace the level set from, and the state of B's generator after they were drawn."""

    samples: Tensor
    state: Tensor


class Ground:
    """Shared by trials whose configs differ in B(z) alone, or, with the closed form, in M too.

    Attributes:
        fitted: p_g, from the store where it was fitted before.
        latent: z of the snapshots, (1500, 2).
        fresh: z of the scored points, (10000, 2).
        grid_f1: of the density on the window's grid.
    """

    def __init__(self, config: ExperimentConfig) -> None:
        self._config, self._device = config, torch_device(config.device)
        self.mixture, random = plane_mixture(config), generators(config.seed)
        self.band = Band(config.epsilon, config.delta)
        self.contour: Contour = probe_contour(truth_field(self.mixture, config.delta), self.band)
        scene = self.scene(config)
        self.fitted = _fitted(config, self.mixture, scene, random["density"])
        self.grid_f1 = _grid_f1(self.mixture, self.fitted, scene, config.epsilon)
        evaluation = random["evaluation"]
        self.latent = torch.randn(SHOWN_POINTS, 2, generator=evaluation).to(self._device)
        self.fresh = torch.randn(BOUNDARY_POINTS, 2, generator=evaluation).to(self._device)
        self._drawn: dict[int, Drawn] = {}

    def scene(self, config: ExperimentConfig) -> Scene:
        """The training samples in their window."""
        return make_scene(config, self.mixture)[0]

    def data(self, config: ExperimentConfig) -> Tensor:
        """The training samples, (M, 2), as B's objective takes them."""
        return torch.from_numpy(self.scene(config).data).float().to(self._device)

    def draw(self, config: ExperimentConfig) -> tuple[Tensor, torch.Generator]:
        """Samples of G, (4096, 2), and the generator that the rest of B's randomness comes from."""
        count = max(LEVEL_SAMPLES, config.data.samples)
        if count not in self._drawn:
            random = generators(config.seed)["boundary"]
            samples = self.fitted.exact.sample(count, random)[:LEVEL_SAMPLES].float()
            self._drawn[count] = Drawn(samples, random.get_state())
        random = torch.Generator()
        random.set_state(self._drawn[count].state)
        return self._drawn[count].samples, random

    @torch.no_grad()
    def scores(self, generator: BoundaryGenerator) -> tuple[dict[str, float | None], np.ndarray]:
        """The scores of B(z) as it is now, and the 10,000 points that they are of."""
        points = to_numpy(generator(self.fresh).double())
        log_p_x = self.mixture.log_prob(points)
        precision = boundary.bp1(log_p_x, self.band)
        recall = recall_of(self.contour, self.band, points, log_p_x)
        return {
            "bf1": boundary.boundary_f1(precision, recall.overall),
            "bp1": precision,
            "boundary_recall": recall.overall,
            "grid_f1": self.grid_f1,
            "level_error": float(np.abs(log_p_x - self.band.log_middle).mean()),
            "components": float(len(recall.components)),
            "components_covered": float(recall.components_covered),
        }, points

    def bf1(self, points: np.ndarray) -> float:
        """BF1 of some points, (n, 2): 0 without a contour."""
        points = points.astype(np.float64)
        log_p_x = self.mixture.log_prob(points)
        recall = recall_of(self.contour, self.band, points, log_p_x).overall
        return boundary.boundary_f1(boundary.bp1(log_p_x, self.band), recall) or 0.0


def _fitted(config: ExperimentConfig, mixture: GaussianMixture, scene: Scene, random: torch.Generator) -> Fitted:
    """Fit p_g to the end, or fetch it."""
    steps = fit(config, mixture, scene, random, never, Store())
    while True:
        try:
            next(steps)
        except StopIteration as end:
            if end.value is None:
                raise BDSGError("The density's fit ended early: run the study again.") from None
            fitted: Fitted = end.value
            return fitted


def _grid_f1(mixture: GaussianMixture, fitted: Fitted, scene: Scene, epsilon: float) -> float | None:
    nodes = mesh(*(np.linspace(scene.low[i], scene.high[i], GRID) for i in (0, 1)))
    return confusion(mixture.log_prob(nodes), log_prob_in_chunks(fitted.exact, nodes), epsilon).f1


def ground_key(config: ExperimentConfig) -> str:
    """Trials with the same key stand on the same ground."""
    alone = dataclasses.replace(config, boundary=type(config.boundary)(), delta=config.delta)
    if config.density.kind == "closed_form":  # the window of the samples shapes a learned density's table alone
        alone = dataclasses.replace(alone, data=dataclasses.replace(config.data, samples=1024, units=None))
    return json.dumps(alone.to_dict(), sort_keys=True)


@functools.lru_cache(maxsize=KEPT)
def ground_of(key: str) -> Ground:
    """The ground of a key, made once a process."""
    return Ground(ExperimentConfig.from_json(key))
