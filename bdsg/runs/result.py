"""What a run yields on its way and leaves behind: plain NumPy, no PyTorch, no screen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, get_type_hints

import numpy as np

from bdsg.config import ExperimentConfig
from bdsg.config.schedule import Change

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


Arrays = dict[str, np.ndarray]
LEVEL = "level_"
"""Begins the names of B(z, ε)'s own arrays among a run's."""


@dataclass(frozen=True)
class Snapshots:
    """B(z) as it was trained, for S steps and the same n latent points at each."""

    steps: Annotated[np.ndarray, "S"]
    terms: Annotated[np.ndarray, "S", 4]  # columns as in TERMS
    points: Annotated[np.ndarray, "S", "n", 2]
    forces: Annotated[np.ndarray | None, "S", 3, "m", 2] = None  # the terms' pulls on the first m points

    @classmethod
    def of(cls, told: Sequence[BoundarySnapshot]) -> Snapshots:
        """Those that a run has told so far."""
        told = list(told)  # those of a run under way grow meanwhile
        forces = [snapshot.forces for snapshot in told if snapshot.forces is not None]
        return cls(
            steps=np.array([snapshot.step for snapshot in told], np.int64),
            terms=np.array([[snapshot.terms[name] for name in TERMS] for snapshot in told]).reshape(-1, len(TERMS)),
            points=np.stack([snapshot.points for snapshot in told]) if told else np.empty((0, 0, 2), np.float32),
            forces=np.stack(forces) if told and len(forces) == len(told) else None,
        )

    def __iter__(self) -> Iterator[BoundarySnapshot]:
        for k, (step, terms, points) in enumerate(zip(self.steps, self.terms, self.points, strict=True)):
            forces = None if self.forces is None else self.forces[k]
            yield BoundarySnapshot(int(step), dict(zip(TERMS, terms.tolist(), strict=True)), points, forces)


@dataclass(frozen=True)
class RunArrays:
    """All numbers of a finished run, under the names that its file has.

    S snapshots of n points, T snapshots of the fit, L = 10,000 boundary points; densities are natural logarithms.
    """

    data: Annotated[np.ndarray, "M", 2]  # training samples
    data_modes: Annotated[np.ndarray, "M"]  # the mode that each came from
    model_samples: Annotated[np.ndarray, "M", 2]  # samples of G
    warp: Annotated[np.ndarray, "W", "Q", 2]  # lines of a square grid in latent space, carried by G
    grid_x: Annotated[np.ndarray, "X"]  # coordinates of the classification grid, 200 each
    grid_y: Annotated[np.ndarray, "Y"]
    log_p_x: Annotated[np.ndarray, "Y", "X"]
    log_p_g: Annotated[np.ndarray, "Y", "X"]
    boundary: Annotated[np.ndarray, "L", 2]  # B(z), none rejected
    boundary_log_p_x: Annotated[np.ndarray, "L"]
    boundary_log_p_g: Annotated[np.ndarray, "L"]
    latent: Annotated[np.ndarray, "n", "k"]  # the fixed z of the snapshots
    snapshot_steps: Annotated[np.ndarray, "S"]
    snapshot_terms: Annotated[np.ndarray, "S", 4]
    snapshot_points: Annotated[np.ndarray, "S", "n", 2]
    ray_index: Annotated[np.ndarray, "R"]  # points G(r u) along rays of latent space: the ray of each
    ray_points: Annotated[np.ndarray, "R", 2]
    ray_log_p_g: Annotated[np.ndarray, "R"]
    density_steps: Annotated[np.ndarray, "T"]  # steps of the fit; none of the closed form
    density_held_out: Annotated[np.ndarray, "T"]  # held-out negative log-likelihood, nats
    density_frames: Annotated[np.ndarray, "T", "P", "P"]  # log p_g on a coarse grid
    snapshot_forces: Annotated[np.ndarray | None, "S", 3, "m", 2] = None  # not in older results
    boundary_latent: Annotated[np.ndarray | None, "L", "k"] = None  # z of ``boundary``, where B is B(z, ε)
    # B(z, ε) itself, where there is one: bdsg.boundary.generators.levels says what it holds.
    level: Arrays = field(default_factory=dict)

    @classmethod
    def from_dict(cls, named: Arrays) -> RunArrays:
        """The arrays of a file; raises KeyError if one is missing, and leaves out what has no place here."""
        found: dict[str, Any] = {name: named[name] for name in SHAPES if name in named or required(name)}
        level = {name.removeprefix(LEVEL): array for name, array in named.items() if name.startswith(LEVEL)}
        return cls(**found, level=level)

    def to_dict(self) -> Arrays:
        """Inverse of :meth:`from_dict`."""
        own = {name: getattr(self, name) for name in SHAPES}
        level = {LEVEL + name: array for name, array in self.level.items()}
        return {**{name: array for name, array in own.items() if array is not None}, **level}

    @property
    def snapshots(self) -> Snapshots:
        """B(z) as it was trained."""
        return Snapshots(self.snapshot_steps, self.snapshot_terms, self.snapshot_points, self.snapshot_forces)

    @property
    def corners(self) -> tuple[np.ndarray, np.ndarray]:
        """The window's low and high corner, (2,) each."""
        return np.array([self.grid_x[0], self.grid_y[0]]), np.array([self.grid_x[-1], self.grid_y[-1]])


SHAPES: dict[str, tuple[str | int, ...]] = {
    name: hint.__metadata__
    for name, hint in get_type_hints(RunArrays, include_extras=True).items()
    if hasattr(hint, "__metadata__")
}
"""The shape of each of a run's arrays; a letter stands for the same number wherever it occurs."""


def required(name: str) -> bool:
    """Whether every run has the array of this name."""
    return not hasattr(RunArrays, name)  # what may be missing has None for a default


@dataclass(frozen=True)
class Result:
    """A finished run.

    Attributes:
        summary: the contents of result.json: scores at the config's ε, loss terms at the end, steps,
            seconds for each stage, and the checks of the density model.
        parameters: the density model's weights by name.
    """

    config: ExperimentConfig
    arrays: RunArrays
    summary: dict[str, Any]
    parameters: Arrays = field(default_factory=dict)
