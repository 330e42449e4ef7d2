"""What every baseline is, and what its training yields on its way: no PyTorch needed to read it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np

from bdsg.config.fields import validate
from bdsg.errors import BDSGError
from bdsg.runs.result import Progress

if TYPE_CHECKING:
    import torch

NEAR = 10.0
"""A node is near the boundary if p_x is within this factor of ε."""

Stop = Callable[[], bool]
Draw = Callable[[int], np.ndarray]
"""Gives that many fresh training points, (n, d)."""


@dataclass(frozen=True)
class BaselineSnapshot:
    """A baseline while it trains.

    Attributes:
        method: its name in the registry (set by who knows it).
        step: training steps done.
        terms: the latest value of each loss term by name.
        points: what it generates for latents that stay the same all through, (n, d) float32; (0, d) if it does not.
        scores: anomaly scores on the watched grid, in its order; float32.
    """

    method: str
    step: int
    terms: dict[str, float]
    points: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class BaselineRanks:
    """How a trained method orders the nodes of the grid.

    Attributes:
        method: its name in the registry.
        ranks: the share of the nodes that it finds less anomalous, (ny, nx) float32, rows along y.
    """

    method: str
    ranks: np.ndarray


class Watch(NamedTuple):
    """What snapshots show, and when.

    Attributes:
        due: the steps before which one is taken; one more always comes last.
        preview: the points, (P, d), whose scores it holds.
    """

    due: Collection[int]
    preview: np.ndarray


@dataclass(frozen=True)
class BaselineSettings:
    """What a baseline is told; ``section``, its name in the registry, names it in messages."""

    section: ClassVar[str]

    def __init_subclass__(cls, section: str | None = None) -> None:
        if section is not None:
            cls.section = section

    def __post_init__(self) -> None:
        validate(self, f"rivals.{self.section}")


class Baseline(ABC):
    """A detector of anomalies; one that generates has ``sample``, too, which draws points of the data or the boundary.

    Args:
        dim: coordinates of a point.
        random: its only source of chance.
        settings: by default ``Settings()``.
    """

    Settings: ClassVar[type[BaselineSettings]]
    settings: Any

    def __init__(self, dim: int, random: torch.Generator, settings: BaselineSettings | None = None) -> None:
        self.dim, self.random, self.settings = dim, random, settings or self.Settings()

    @abstractmethod
    def train(self, draw: Draw, watch: Watch, stop: Stop) -> Iterator[Progress | BaselineSnapshot]:
        """Train on fresh points, or on one sample of them where the algorithm takes no batches.

        Args:
            stop: asked between steps; the last item is a snapshot, also after a stop.

        Raises:
            DivergenceError: a term of the loss, or a weight, is no longer a finite number.
        """

    @abstractmethod
    def fit(self, x: np.ndarray) -> Self:
        """Train on (n, d) points to the end."""

    @abstractmethod
    def score_samples(self, x: np.ndarray) -> np.ndarray:
        """How anomalous (n, d) points are, (n,) float64: the higher the more.

        Raises:
            BDSGError: it has not been trained.
        """

    def _untrained(self) -> BDSGError:
        return BDSGError(f"{type(self).__name__} has not been trained yet: call fit or train first.")

    def _snapshot_of(self, step: int, terms: dict[str, float], points: np.ndarray, watch: Watch) -> BaselineSnapshot:
        """With the scores of the watched points, if there are any."""
        scores = self.score_samples(watch.preview) if len(watch.preview) else np.empty(0)
        return BaselineSnapshot(type(self).__name__, step, terms, points, scores.astype(np.float32))


@dataclass(frozen=True)
class BaselineScores:
    """One row of the table; a score that does not apply, or has only one class, is None.

    Attributes:
        method, title: name in the registry, and what a person reads.
        auroc: of separating normal, p_x >= ε, from anomalous nodes of the grid.
        auprc_anomalous, auprc_normal: with either class as the positive one.
        near_auroc, near_auprc_anomalous, near_auprc_normal: the same for nodes within a factor 10 of ε.
        bp1, boundary_recall, bf1: of the generated points, none rejected.
        components: boundary recall of each component of {p_x >= ε}.
        covered: how many of these are covered.
        seconds: of the processor, for training alone.
        error: the sentence with which its training ended, in place of all scores.
    """

    method: str
    title: str
    seconds: float
    auroc: float | None = None
    auprc_anomalous: float | None = None
    auprc_normal: float | None = None
    near_auroc: float | None = None
    near_auprc_anomalous: float | None = None
    near_auprc_normal: float | None = None
    bp1: float | None = None
    boundary_recall: float | None = None
    bf1: float | None = None
    components: tuple[float | None, ...] = field(default=())
    covered: int | None = None
    error: str | None = None
