"""The sections of a config: data, density and boundary, each a frozen, validated dataclass with defaults and limits.

Each field's metadata (limits, unit, help) serves validation, the command line's messages and the app's controls alike.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from bdsg.config.fields import check_nested, known_keys, setting, validate
from bdsg.config.presets import PRESETS
from bdsg.config.schedule import STEERED, Change, Weights, checked, with_change
from bdsg.errors import ConfigError

LONGEST_NAME = 40
"""Characters of a coordinate's name."""

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class MixtureConfig:
    """A Gaussian mixture as plain numbers: weights (K), means (K x d), covariances (K x d x d)."""

    weights: Numbers
    means: tuple[Numbers, ...]
    covariances: tuple[tuple[Numbers, ...], ...]


@dataclass(frozen=True)
class UnitsConfig:
    """The units in which coordinates are shown and saved: shift + scale · x.  No number of a run depends on them.

    Attributes:
        names: of the two coordinates.
        shift, scale: in these units, one for each coordinate.
    """

    names: tuple[str, ...]
    shift: Numbers
    scale: Numbers

    def __post_init__(self) -> None:
        for name in self.names:
            if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
                raise ConfigError("data.units.names", name, f"must be text of 1 to {LONGEST_NAME} characters.")
        parts = (self.names, self.shift, self.scale)
        if any(len(part) != 2 for part in parts) or not all(size > 0 for size in self.scale):
            raise ConfigError("data.units", parts, "must hold two names, two shifts and two scales above 0.")

    def of(self, points: np.ndarray) -> np.ndarray:
        """Points of the plane, (n, 2), in these units."""
        shown: np.ndarray = np.asarray(self.shift) + np.asarray(self.scale) * points
        return shown


@dataclass(frozen=True)
class DataConfig:
    """Where the samples come from: a preset's mixture, or one of your own."""

    preset: str | None = setting(None, "A named distribution.", choices=tuple(PRESETS))
    mixture: MixtureConfig | None = None
    units: UnitsConfig | None = None
    samples: int = setting(
        1024, "Training samples in the distance term.", 16, 20_000, symbol="M", unit="points", log=True
    )

    def __post_init__(self) -> None:
        validate(self, "data")
        if (self.preset is None) == (self.mixture is None):
            raise ConfigError(
                "data", self.preset, "needs exactly one of 'preset' (a name) and 'mixture' (numbers): give one."
            )

    def mixture_numbers(self) -> MixtureConfig:
        """The mixture in numbers, whether it was named or written out."""
        if self.mixture is not None:
            return self.mixture
        return read_mixture(PRESETS[str(self.preset)].mixture)


@dataclass(frozen=True)
class DensityConfig:
    """The model of the data's density p_g."""

    kind: str = setting("closed_form", "How p_g is had.", choices=("closed_form", "iresnet", "resflow"))
    blocks: int = setting(16, "Invertible residual blocks.", 1, 32, unit="blocks")
    hidden: tuple[int, ...] = setting((16, 16), "Width of each hidden layer in a block.", 1, 512, unit="units")
    activation: str = setting("lipswish", "Nonlinearity, 1-Lipschitz.", choices=("elu", "lipswish"))
    coefficient: float = setting(0.97, "Upper bound on each block's Lipschitz constant.", 0.1, 0.995)
    log_determinant: str = setting(
        "exact",
        "How training gets the log-determinant: exactly, by a truncated series, or unbiased.",
        choices=("exact", "truncated", "roulette"),
    )
    series_terms: int = setting(10, "Terms of the truncated series.", 1, 100, unit="terms")
    steps: int = setting(
        3000, "Most training steps; fewer if it has learned enough.", 1, 50_000, unit="steps", log=True
    )
    patience: int = setting(
        1000, "Steps without a better held-out likelihood that end it early.", 100, 50_000, unit="steps", log=True
    )
    batch_size: int = setting(256, "Fresh samples a step.", 8, 8192, unit="points", log=True)
    learning_rate: float = setting(0.01, "Highest Adam step size, one cycle.", 1e-6, 1.0, log=True)

    def __post_init__(self) -> None:
        validate(self, "density")

    def relevant(self) -> dict[str, Any]:
        """The settings that this kind of density depends on: the closed form has none."""
        return {"kind": self.kind} if self.kind == "closed_form" else dataclasses.asdict(self)


@dataclass(frozen=True)
class BoundaryConfig:
    """The boundary generator B(z) and its objective (eqs. 2-4)."""

    objective: str = setting(
        "ours", "The loss: the paper's eq. 4, or ours, aimed at a level.", choices=("ours", "paper")
    )
    hidden: tuple[int, ...] = setting((128, 64), "Width of each hidden layer of B(z).", 1, 512, unit="units")
    steps: int = setting(800, "Training steps.", 1, 50_000, unit="steps", log=True)
    batch_size: int = setting(256, "Latent samples a step.", 8, 4096, symbol="N", unit="points", log=True)
    learning_rate: float = setting(0.01, "Highest Adam step size, one cycle.", 1e-6, 1.0, log=True)
    lambda1: float = setting(50.0, "Weight of the distance to the data.", 0.0, 100.0, symbol="λ1")
    lambda2: float = setting(0.1, "Weight of dispersion: spreads the points.", 0.0, 100.0, symbol="λ2")
    levels: int = setting(1, "Levels of ours: 1 keeps ε; 16 or so give B(z, ε).", 1, 64)
    snapshots: int = setting(120, "Frames kept for the animation.", 2, 400, unit="frames")
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        validate(self, "boundary")
        limits = {f.name: (f.metadata["low"], f.metadata["high"]) for f in fields(self) if f.name in STEERED}
        object.__setattr__(self, "changes", checked(self.changes, self.steps, limits))

    @property
    def last_weights(self) -> Weights:
        """Values at the end: what the run was steered to, if it was."""
        return self.weights_at(self.steps)

    def weights_at(self, step: int) -> Weights:
        """λ1, λ2 and the highest learning rate at a step."""
        found = Weights(self.lambda1, self.lambda2, self.learning_rate)
        for change in self.changes:
            if change.step <= step:
                found = found._replace(**change.given())
        return found

    def steered(self, change: Change) -> BoundaryConfig:
        """This config with a change made by hand, which drops those planned for later.

        Raises:
            ConfigError: a value is out of its limits, or there are too many changes.
        """
        if change.step == 0:  # then these are what the run starts from
            started = {**self.weights_at(0)._asdict(), **change.given()}
            return dataclasses.replace(self, **started, changes=())
        return dataclasses.replace(self, changes=with_change(self.changes, change))


def without_norm(written: object) -> object:
    """A written density without the ``norm`` that older ones name; raises ConfigError if it is not the one left."""
    if not isinstance(written, dict):
        return written
    if written.get("norm", "spectral") != "spectral":
        remedy = (
            "norms of learned orders gained nothing measurable and were removed: leave it out for the spectral norm."
        )
        raise ConfigError("density.norm", written["norm"], remedy)
    return {name: value for name, value in written.items() if name != "norm"}


def read_mixture(raw: object) -> MixtureConfig:
    """A mixture as a person writes it: an object of three nested lists; raises ConfigError if it is none."""
    names = ("weights", "means", "covariances")
    written = known_keys(raw, "data.mixture", names)
    for depth, name in enumerate(names, start=1):
        if name not in written:
            raise ConfigError(f"data.mixture.{name}", None, "is missing: add it as lists of numbers.")
        check_nested(f"data.mixture.{name}", written[name], depth)
    return MixtureConfig(*(frozen(written[name]) for name in names))


def frozen(value: Any) -> Any:
    """Nested lists of numbers as nested tuples of floats."""
    return tuple(frozen(item) for item in value) if isinstance(value, list | tuple) else float(value)
