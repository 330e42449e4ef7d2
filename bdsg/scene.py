"""What is known of a run before anything is trained: its random streams, its data and its window."""

from __future__ import annotations

import numpy as np

from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.metrics import window
from bdsg.result import Scene

STREAMS = ("data", "density", "boundary", "evaluation")


def seed_sequences(seed: int) -> dict[str, np.random.SeedSequence]:
    """Independent random streams by use, so that a change in one stage leaves the others as they were."""
    return dict(zip(STREAMS, np.random.SeedSequence(seed).spawn(len(STREAMS)), strict=True))


def make_scene(config: ExperimentConfig, mixture: GaussianMixture) -> tuple[Scene, np.ndarray]:
    """The training samples in their window, and the mode that each came from, (M,)."""
    generator = np.random.default_rng(seed_sequences(config.seed)["data"])
    data, modes = mixture.sample_with_modes(config.data.samples, generator)
    return Scene(data, *window(data)), modes
