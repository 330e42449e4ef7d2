"""What a run yields on its way and leaves behind: plain NumPy, no PyTorch, no screen."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bdsg.changes import Change
from bdsg.config import ExperimentConfig

TERMS = ("loss", "l0", "l1", "l2")
"""Columns of ``snapshot_terms``: the sum and the unweighted terms of eq. 3."""


@dataclass(frozen=True)
class Progress:
    """How far a stage is.

    Attributes:
        stage: ``density``, ``checks`` of a density that was fitted, ``boundary`` or ``scores``.
        step, steps: done and to do.
        seconds: spent on the steps; the first is left out where it may have waited for a compiler.
        terms: the latest value of each loss term by name.
    """

    stage: str
    step: int
    steps: int
    seconds: float
    terms: dict[str, float] = field(default_factory=dict)

    @property
    def seconds_left(self) -> float | None:
        """What the steps to come will take at the rate so far; None before there is a rate."""
        if self.step < 2:
            return None
        return self.seconds / (self.step - 1) * max(0, self.steps - self.step)


class StepClock:
    """Tells the seconds since the first step ended."""

    def __init__(self) -> None:
        self._begun: float | None = None

    def read(self) -> float:
        """To be called after each step."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = now
        return now - self._begun


@dataclass(frozen=True)
class DensitySnapshot:
    """The model while it is fitted: mean held-out negative log-likelihood (nats), and log p_g on a
    coarse grid over the window, (PREVIEW, PREVIEW), rows along y."""

    step: int
    held_out: float
    log_density: np.ndarray


@dataclass(frozen=True)
class DensityFitted:
    """The density when its stage has ended: log p_g on the classification grid (200, 200), samples of G
    (M, 2), the latent grid's lines carried to data space by G, (W, P, 2), and the report of its checks
    (empty but for the kind where it is the closed form)."""

    report: dict[str, Any]
    log_p_g: np.ndarray
    samples: np.ndarray
    warp: np.ndarray


@dataclass(frozen=True)
class BoundarySnapshot:
    """B(z) for a z that stays the same all through: points (n, 2) float32, and the loss terms.

    ``forces`` (3, m, 2) are the pulls of L0, λ1·L1 and λ2·L2 on the first m points, where they are known.
    """

    step: int
    terms: dict[str, float]
    points: np.ndarray
    forces: np.ndarray | None = None


@dataclass(frozen=True)
class Scene:
    """What is known before training: the data, and the window that every picture keeps."""

    data: np.ndarray  # (M, 2)
    low: np.ndarray  # (2,)
    high: np.ndarray  # (2,)


Event = Progress | DensitySnapshot | DensityFitted | BoundarySnapshot | Scene | Change
"""A change is told of when it was made by hand; those that the config plans are not."""


@dataclass(frozen=True)
class Result:
    """A finished run.

    ``arrays`` (shapes; S snapshots of n points, T snapshots of the fit, L boundary samples):

    =====================  ==============  =====================================================
    data, data_modes       (M, 2), (M,)    training samples and the mode that each came from
    model_samples          (M, 2)          samples of G
    warp                   (W, P, 2)       lines of a square grid in latent space, carried by G
    grid_x, grid_y         (200,), (200,)  coordinates of the classification grid
    log_p_x, log_p_g       (200, 200)      log densities on it, rows along y
    boundary               (L, 2)          B(z), L = 10,000, none rejected
    boundary_log_p_x/_g    (L,)            log densities at them
    latent                 (n, 2)          the fixed z of the snapshots
    snapshot_steps         (S,)            training step of each snapshot
    snapshot_terms         (S, 4)          columns as in ``TERMS``
    snapshot_points        (S, n, 2)       B(z) at each
    ray_index, ray_points  (n,), (n, 2)    points G(r u) along rays of latent space, and each one's ray
    ray_log_p_g            (n,)            log density of the model at them
    snapshot_forces        (S, 3, m, 2)    the terms' pulls on the first m of them (not in older results)
    density_steps          (T,)            steps of the fit (empty for the closed form)
    density_held_out       (T,)            held-out negative log-likelihood, nats
    density_frames         (T, P, P)       log p_g on the coarse grid
    =====================  ==============  =====================================================

    Attributes:
        summary: the contents of result.json: scores at the config's ε, loss terms at the end, steps,
            seconds for each stage, and the checks of the density model.
        parameters: the density model's weights by name.
    """

    config: ExperimentConfig
    arrays: dict[str, np.ndarray]
    summary: dict[str, Any]
    parameters: dict[str, np.ndarray] = field(default_factory=dict)
