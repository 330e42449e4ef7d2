"""What a run is about before anything is fitted: its mixture, data and window, and all that is drawn at random."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bdsg.config import ExperimentConfig
from bdsg.config.constants import BOUNDARY_POINTS, GRID, LEVEL_SAMPLES, SHOWN_POINTS
from bdsg.data import GaussianMixture
from bdsg.data.window import Grid, Window
from bdsg.experiments.score import plane_mixture
from bdsg.metrics import Band, BoundaryScores, boundary_scores, truth_field
from bdsg.metrics.boundary import Contour, probe_contour
from bdsg.runs.result import Scene

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from bdsg.density import DensityModel

PREVIEW = 64
"""Nodes a side of the coarse grid that the snapshots of a fit show."""

STREAMS = ("data", "density", "boundary", "evaluation")


class LevelSamples(NamedTuple):
    """Samples of G, (max(4096, M), 2), and the state in which drawing them left B's generator of random numbers."""

    points: Tensor
    state: Tensor

    @property
    def first(self) -> Tensor:
        """Those that the level set is found from, (4096, 2), in single precision."""
        return self.points[:LEVEL_SAMPLES].float()

    def random(self) -> torch.Generator:
        """The generator that the rest of B's randomness comes from."""
        import torch

        generator = torch.Generator()
        generator.set_state(self.state)
        return generator


class Problem:
    """All that follows from a config alone; what is random is drawn by name.

    A run, a trial of a study and a comparison on equal configs share every number of it, in whatever order they ask.
    It needs PyTorch for ``device`` and for what training draws alone.

    Raises:
        ConfigError: the config's mixture is not in the plane, or nowhere as dense as ε.
    """

    def __init__(self, config: ExperimentConfig) -> None:
        self.config = config
        self.mixture: GaussianMixture = plane_mixture(config)

    @cached_property
    def _sample(self) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng(self._sequence("data"))
        return self.mixture.sample_with_modes(self.config.data.samples, random)

    @property
    def data(self) -> np.ndarray:
        """The training samples, (M, 2)."""
        return self._sample[0]

    @property
    def modes(self) -> np.ndarray:
        """The mode that each training sample came from, (M,)."""
        return self._sample[1]

    @cached_property
    def scene(self) -> Scene:
        """The training samples in their window."""
        return Scene(self.data, self.window.low, self.window.high)

    @cached_property
    def window(self) -> Window:
        """What every picture shows: the bounding box of the data and a margin."""
        return Window.around(self.data)

    @cached_property
    def grid(self) -> Grid:
        """The classification grid, 200 × 200."""
        return self.window.grid(GRID)

    @cached_property
    def preview(self) -> Grid:
        """The coarse grid of a fit's snapshots, 64 × 64."""
        return self.window.grid(PREVIEW)

    @cached_property
    def log_p_x(self) -> np.ndarray:
        """The truth on the grid's nodes, (200·200,)."""
        return self.mixture.log_prob(self.grid.nodes)

    @cached_property
    def band(self) -> Band:
        """Where B(z) is to be: from ε down to δ."""
        return Band(self.config.epsilon, self.config.delta)

    @cached_property
    def contour(self) -> Contour:
        """The true boundary, {p_x = ε}, which recall is measured on."""
        return probe_contour(truth_field(self.mixture, self.config.delta), self.band)

    def boundary_scores(self, points: np.ndarray) -> BoundaryScores:
        """BP1, boundary recall and BF1 of points, (n, 2)."""
        return boundary_scores(self.contour, self.band, points, self.mixture.log_prob(points))

    @cached_property
    def device(self) -> torch.device:
        """Where models train and are evaluated."""
        from bdsg.numerics.device import torch_device

        return torch_device(self.config.device)

    @cached_property
    def training_data(self) -> Tensor:
        """The training samples as B's objective takes them: (M, 2), single precision, on the device."""
        import torch

        return torch.from_numpy(self.data).float().to(self.device)

    def density_random(self) -> torch.Generator:
        """A fresh generator of the random numbers that a fit takes."""
        return self._generator("density")

    def level_samples(self, model: DensityModel) -> LevelSamples:
        """Samples of a density model (in double precision), which B's training begins with."""
        random = self._generator("boundary")
        points = model.sample(max(LEVEL_SAMPLES, self.config.data.samples), random)
        return LevelSamples(points, random.get_state())

    @property
    def latent(self) -> Tensor:
        """The z of all snapshots, (1500, 2)."""
        return self._latents[0]

    @property
    def fresh(self) -> Tensor:
        """The z of the points that are scored, (10000, 2)."""
        return self._latents[1]

    @cached_property
    def _latents(self) -> tuple[Tensor, Tensor]:
        import torch

        random = self._generator("evaluation")
        shown, scored = (torch.randn(count, 2, generator=random) for count in (SHOWN_POINTS, BOUNDARY_POINTS))
        return shown.to(self.device), scored.to(self.device)

    def _generator(self, stream: str) -> torch.Generator:
        import torch

        state = int(self._sequence(stream).generate_state(1, np.uint64)[0] >> 1)
        return torch.Generator().manual_seed(state)

    def _sequence(self, stream: str) -> np.random.SeedSequence:
        """Independent streams by use, so that a change in one stage leaves the others as they were."""
        return np.random.SeedSequence(self.config.seed).spawn(len(STREAMS))[STREAMS.index(stream)]
