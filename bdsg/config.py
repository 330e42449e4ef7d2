"""The whole truth of a run: frozen, validated dataclasses that hold every default once.

A config is made from what a person would write (:meth:`ExperimentConfig.from_dict`).  What is left
out comes from the preset, then from the defaults below.  Each field's metadata (limits, unit, help)
serves validation, the command line's messages and the app's controls alike.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import numpy as np

from bdsg.changes import STEERED, Change, Weights, checked, read_changes, with_change
from bdsg.errors import ConfigError
from bdsg.presets import PRESETS
from bdsg.validation import check_nested, known_keys, number, parse_json, setting, validate

FORMAT = 5
"""Version of what a config means; it is part of every key, so raising it retires stored results."""

PAPER_BOUNDARY: dict[str, Any] = {
    "hidden": (8, 8, 8),
    "steps": 3000,
    "batch_size": 256,
    "learning_rate": 0.01,
    "lambda1": 0.05,
    "lambda2": 0.02,
}
"""What the objective ``paper`` (eq. 4) starts from instead of the defaults of ``ours``: found by tuning on the plain
presets (docs/tuning.md).  The set-ups of the paper's figures have weights of their own, in presets.py."""

LEVELS_BOUNDARY: dict[str, Any] = {"steps": 4000}
"""What B(z, ε) starts from instead: it has a whole range of levels to learn."""

RESFLOW_DENSITY: dict[str, Any] = {"log_determinant": "roulette"}
"""What ``resflow`` starts from instead of the defaults of ``iresnet``."""


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
        return _mixture(PRESETS[str(self.preset)].mixture)


@dataclass(frozen=True)
class DensityConfig:
    """The model of the data's density p_g."""

    kind: str = setting("closed_form", "How p_g is had.", choices=("closed_form", "iresnet", "resflow"))
    blocks: int = setting(16, "Invertible residual blocks.", 1, 32, unit="blocks")
    hidden: tuple[int, ...] = setting((16, 16), "Width of each hidden layer in a block.", 1, 512, unit="units")
    activation: str = setting("lipswish", "Nonlinearity, 1-Lipschitz.", choices=("elu", "lipswish"))
    coefficient: float = setting(0.97, "Upper bound on each block's Lipschitz constant.", 0.1, 0.995)
    norm: str = setting(
        "spectral",
        "In which norm blocks contract: spectral, or mixed norms of learned orders.",
        choices=("spectral", "mixed"),
    )
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


@dataclass(frozen=True)
class ExperimentConfig:
    """Everything that a run depends on; equal configs give bit-identical results on one machine's CPU.

    On a CUDA device the draws are the same, but sums are not always taken in the same order.
    """

    data: DataConfig
    density: DensityConfig = field(default_factory=DensityConfig)
    boundary: BoundaryConfig = field(default_factory=BoundaryConfig)
    epsilon: float = setting(
        0.01,
        "Density threshold: at or above it a point is normal.",
        1e-12,
        1e6,
        symbol="ε",
        unit="per unit area",
        log=True,
    )
    delta: float = setting(0.001, "Lower edge of the boundary band.", 1e-13, 1e6, symbol="δ", unit="per unit area")
    seed: int = setting(0, "Seed of all randomness.", 0, 2**31 - 1)
    device: str = setting("cpu", "Where to train and evaluate.", choices=("cpu", "cuda"))

    def __post_init__(self) -> None:
        validate(self, "")
        if not self.delta < self.epsilon:
            raise ConfigError(
                "delta", self.delta, f"must be below epsilon, {self.epsilon:g}: try {self.epsilon / 10:g}."
            )

    @classmethod
    def from_dict(cls, raw: object) -> ExperimentConfig:
        """Read what a person would write; only ``data`` is required.

        Raises:
            ConfigError: an unknown key, a wrong type, or a value outside its limits.
        """
        raw = known_keys(raw, "config", tuple(f.name for f in fields(cls)))
        if "data" not in raw:
            raise ConfigError("data", None, 'every run needs data: add "data": {"preset": "bimodal"}.')
        data = _data(raw["data"])
        preset = PRESETS[data.preset] if data.preset else None
        density = _section(DensityConfig, "density", raw.get("density", {}), preset.density if preset else {})
        boundary = _section(BoundaryConfig, "boundary", raw.get("boundary", {}), preset.boundary if preset else {})
        epsilon = number("epsilon", raw.get("epsilon", preset.epsilon if preset else cls.epsilon))
        delta = raw.get("delta")
        return cls(
            data=data,
            density=density,
            boundary=boundary,
            epsilon=epsilon,
            delta=epsilon / 10 if delta is None else number("delta", delta),
            seed=raw.get("seed", cls.seed),
            device=raw.get("device", cls.device),
        )

    @classmethod
    def from_json(cls, text: str) -> ExperimentConfig:
        """Like :meth:`from_dict`, from JSON text."""
        return cls.from_dict(parse_json("config", text))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-able form; ``from_dict`` of it equals this config."""
        raw = dataclasses.asdict(self)
        raw["data"] = {name: value for name, value in raw["data"].items() if value is not None}
        raw["boundary"]["changes"] = [change.to_dict() for change in self.boundary.changes]
        if not self.boundary.changes:  # as it was before there were any, and so is the key
            del raw["boundary"]["changes"]
        return raw

    def to_json(self) -> str:
        """Indented JSON of :meth:`to_dict`."""
        return json.dumps(self.to_dict(), indent=2)

    def key(self) -> str:
        """Content key, 32 hex digits: equal for equal runs, whether the mixture was named or written."""
        raw = self.to_dict()
        raw["data"] = {"mixture": dataclasses.asdict(self.data.mixture_numbers()), "samples": self.data.samples}
        raw["density"] = self.density.relevant()
        if self.device == "cpu":  # another device rounds otherwise: its results are kept apart
            del raw["device"]
        return _digest(raw)

    def density_key(self) -> str:
        """Content key of the data and the fitted density alone: runs that differ in B(z) share it."""
        mixture = dataclasses.asdict(self.data.mixture_numbers())
        parts = [mixture, self.data.samples, self.density.relevant(), self.seed]
        return _digest(parts if self.device == "cpu" else [*parts, self.device])


def _digest(raw: object) -> str:
    text = json.dumps([FORMAT, raw], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


Section = TypeVar("Section", DensityConfig, BoundaryConfig)


def _section(kind: type[Section], key: str, raw: object, preset: dict[str, Any]) -> Section:
    """One section: what is written, over the preset's, over the defaults of the chosen variant."""
    variant = "objective" if kind is BoundaryConfig else "kind"
    written = known_keys(raw, key, tuple(f.name for f in fields(kind)))
    chosen = written.get(variant, preset.get(variant))
    inherited = preset if chosen == preset.get(variant) else {}
    base = {"paper": PAPER_BOUNDARY, "resflow": RESFLOW_DENSITY}.get(chosen, {}) if isinstance(chosen, str) else {}
    merged = {**base, **inherited, **written}
    if merged.get("levels", 1) != 1:
        merged = {**LEVELS_BOUNDARY, **merged}
    if isinstance(merged.get("hidden"), list):
        merged["hidden"] = tuple(merged["hidden"])
    if "changes" in merged:
        merged["changes"] = read_changes(merged["changes"])
    return kind(**merged)


def _data(raw: object) -> DataConfig:
    written = dict(known_keys(raw, "data", ("preset", "mixture", "units", "samples")))
    if written.get("mixture") is not None:
        written["mixture"] = _mixture(written["mixture"])
    if written.get("units") is not None:
        written["units"] = _units(written["units"])
    return DataConfig(**written)


def _units(raw: object) -> UnitsConfig:
    names = ("names", "shift", "scale")
    written = known_keys(raw, "data.units", names)
    for name in names:
        if not isinstance(written.get(name), list | tuple):
            raise ConfigError(f"data.units.{name}", written.get(name), "must be a list of two: one a coordinate.")
    for name in names[1:]:
        check_nested(f"data.units.{name}", written[name], 1)
    return UnitsConfig(tuple(written["names"]), *(_frozen(written[name]) for name in names[1:]))


def _mixture(raw: object) -> MixtureConfig:
    names = ("weights", "means", "covariances")
    written = known_keys(raw, "data.mixture", names)
    for depth, name in enumerate(names, start=1):
        if name not in written:
            raise ConfigError(f"data.mixture.{name}", None, "is missing: add it as lists of numbers.")
        check_nested(f"data.mixture.{name}", written[name], depth)
    return MixtureConfig(*(_frozen(written[name]) for name in names))


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list | tuple) else float(value)
