"""Flows that were really trained: with last layers near zero, every log-determinant is right."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bdsg.config import DensityConfig
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, ResidualFlow
from bdsg.experiments.train import train_density


def two_modes(dim: int) -> GaussianMixture:
    """Two unlike modes, apart in the first coordinate."""
    means = np.zeros((2, dim))
    means[:, 0] = -1.5, 1.5
    covariances = np.stack([np.eye(dim), 0.4 * np.eye(dim) + 0.1])
    return GaussianMixture([0.6, 0.4], means, covariances)


def train_flow(dim: int, activation: str, steps: int) -> ResidualFlow:
    """A flow of 3 blocks fitted to ``two_modes``, settled, in double precision."""
    random = torch.Generator().manual_seed(dim)
    flow = ResidualFlow(dim, 3, (16, 16), 0.97, activation, random)
    truth = ClosedForm(two_modes(dim))
    config = DensityConfig(kind="iresnet", steps=steps, batch_size=128, learning_rate=0.02)
    preview = torch.zeros(1, dim)
    for _ in train_density(flow, config, lambda n: truth.sample(n, random).float(), preview, random, lambda: False):
        pass
    flow.settle()
    return flow.double()


@pytest.fixture(scope="session")
def flows() -> dict[int, ResidualFlow]:
    """Trained flows by dimension."""
    return {2: train_flow(2, "lipswish", 800), 3: train_flow(3, "elu", 150), 5: train_flow(5, "lipswish", 150)}


@pytest.fixture(scope="session")
def flow(flows: dict[int, ResidualFlow]) -> ResidualFlow:
    """The trained flow of the plane."""
    return flows[2]
