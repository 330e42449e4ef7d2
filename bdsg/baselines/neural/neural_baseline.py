"""What the neural baselines share: settings, units and the loop."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.baselines.contract import Baseline, BaselineSettings, BaselineSnapshot, Draw, Stop, Watch
from bdsg.config.fields import setting
from bdsg.errors import DivergenceError
from bdsg.numerics.device import to_numpy
from bdsg.runs.result import Progress, StepClock

SHOWN_POINTS = 500
UNIT_POINTS = 4096
"""Points that the units, mean and standard deviation of each coordinate, are taken from."""

DRAWN_TOGETHER = 16
CHUNK = 2048
"""Points scored at once: a layer's values then stay in cache."""


@dataclass(frozen=True)
class NeuralSettings(BaselineSettings):
    """What every neural baseline is told."""

    steps: int = setting(2000, "Training steps.", 1, 50_000, unit="steps", log=True)
    batch_size: int = setting(256, "Fresh points a step.", 8, 8192, unit="points", log=True)
    learning_rate: float = setting(0.001, "Adam step size.", 1e-6, 1.0, log=True)
    hidden: tuple[int, ...] = setting((64, 64), "Width of each hidden layer.", 1, 512, unit="units")
    latent: int = setting(2, "Coordinates of z.", 1, 512)


class NeuralBaseline(Baseline):
    """Trains on batches in units of the data's own mean and spread.

    A method gives ``Settings``, ``dense_networks``, ``prepare``, ``step`` and ``scores``; one that generates gives
    ``generate`` and ``sample``, too.

    Attributes:
        networks: a named tuple of modules; by default dense ones.
        units: mean and spread of its coordinates where they are known beforehand, as for pixels; else None, and
            training takes those of the data.
    """

    networks: Any
    units: tuple[Tensor, Tensor] | None = None
    betas = (0.5, 0.999)
    """Of Adam, as is usual for adversarial training (Radford et al., 2016)."""

    def __init__(
        self, dim: int, random: torch.Generator, settings: NeuralSettings | None = None, networks: Any = None
    ) -> None:
        super().__init__(dim, random, settings)
        self.networks = networks or self.dense_networks()
        self._units: tuple[Tensor, Tensor] | None = None
        self.prepare()

    @abstractmethod
    def dense_networks(self) -> Any:
        """Its default networks, for vectors."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the optimisers of the networks, and draw what stays the same all through."""

    @property
    def points_per_step(self) -> int:
        """Fresh points that one step takes."""
        return int(self.settings.batch_size)

    def modules(self) -> Iterable[nn.Module]:
        """All that has weights."""
        modules: Iterable[nn.Module] = self.networks
        return modules

    @abstractmethod
    def step(self, x: Tensor) -> dict[str, float]:
        """Descend once on fresh points, (n, d) in units of the data; the loss terms before."""

    @abstractmethod
    def scores(self, x: Tensor) -> Tensor:
        """Anomaly scores, (n, d) in units of the data -> (n,)."""

    def generate(self, z: Tensor) -> Tensor | None:
        """Points for latents, (n, latent) -> (n, d), in units of the data; None if the method generates none."""
        return None

    def before_step(self, step: int) -> None:
        """Called before each step, and once after the last."""
        return

    def train(self, draw: Draw, watch: Watch, stop: Stop) -> Iterator[Progress | BaselineSnapshot]:
        """See :meth:`bdsg.baselines.contract.Baseline.train`."""
        self._units = self.units or self._measured(draw)
        shown = torch.randn(SHOWN_POINTS, self.settings.latent, generator=self.random)
        batches, clock, terms = self._batches(draw), StepClock(), dict[str, float]()
        for step in range(self.settings.steps + 1):
            last = step == self.settings.steps or stop()
            self.before_step(step)
            if last or step in watch.due:
                self._check_weights(step)
                yield self._snapshot_of(step, terms, self._in_data_units(self.generate(shown)), watch)
            if last:
                return
            terms = self.step(next(batches))
            self._check(terms, step)
            yield Progress(type(self).__name__, step + 1, self.settings.steps, clock.read(), terms)

    @staticmethod
    def _measured(draw: Draw) -> tuple[Tensor, Tensor]:
        first = torch.from_numpy(draw(UNIT_POINTS)).float()
        spread = first.std(0)
        return first.mean(0), torch.where(spread > 0, spread, 1.0)  # a constant coordinate keeps its unit

    def fit(self, x: np.ndarray) -> Self:
        """See :meth:`bdsg.baselines.contract.Baseline.fit`; batches are drawn from ``x`` with replacement."""
        points = np.asarray(x, np.float32)

        def draw(count: int) -> np.ndarray:
            drawn: np.ndarray = points[to_numpy(torch.randint(len(points), (count,), generator=self.random))]
            return drawn

        for _ in self.train(draw, Watch((), points[:0]), lambda: False):
            pass
        return self

    def score_samples(self, x: np.ndarray) -> np.ndarray:
        """See :meth:`bdsg.baselines.contract.Baseline.score_samples`."""
        if self._units is None:
            raise self._untrained()
        mean, spread = self._units
        points = (torch.from_numpy(np.asarray(x, np.float32)) - mean) / spread
        with torch.no_grad():
            parts = [to_numpy(self.scores(part)) for part in torch.split(points, CHUNK)]
        return np.concatenate(parts).astype(float)

    def _in_data_units(self, points: Tensor | None) -> np.ndarray:
        if self._units is None:
            raise self._untrained()
        if points is None:
            return np.empty((0, self.dim), np.float32)
        mean, spread = self._units
        moved: np.ndarray = to_numpy(mean + spread * points)
        return moved

    def _batches(self, draw: Draw) -> Iterator[Tensor]:
        assert self._units is not None
        mean, spread = self._units
        while True:
            block = torch.from_numpy(draw(DRAWN_TOGETHER * self.points_per_step)).float()
            yield from torch.split((block - mean) / spread, self.points_per_step)

    def _check(self, terms: dict[str, float], step: int) -> None:
        for name, value in terms.items():
            if not math.isfinite(value):
                self._diverged(step, f"the {name}")

    def _check_weights(self, step: int) -> None:
        for module in self.modules():
            for parameter in module.parameters():
                if not bool(torch.isfinite(parameter).all()):
                    self._diverged(step, "a weight")

    def _diverged(self, step: int, term: str) -> None:
        remedy = f"Lower {self.settings.section}.learning_rate, now {self.settings.learning_rate:g}."
        raise DivergenceError(type(self).__name__, step, term, remedy)

    def adam(self, *modules: nn.Module) -> torch.optim.Adam:
        """Adam on the weights of some networks."""
        weights = [parameter for module in modules for parameter in module.parameters()]
        return torch.optim.Adam(weights, lr=self.settings.learning_rate, betas=self.betas, fused=True)


def descend(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    """One step; only the optimiser's own weights get a gradient."""
    weights: list[Any] = optimiser.param_groups[0]["params"]
    for weight, gradient in zip(weights, torch.autograd.grad(loss, weights, allow_unused=True), strict=True):
        weight.grad = gradient
    optimiser.step()


def numbers(**losses: Tensor) -> dict[str, float]:
    """Loss terms, scalars each, as plain numbers; an underscore in a name reads as a space."""
    return {name.replace("_", " "): float(loss.detach()) for name, loss in losses.items()}
