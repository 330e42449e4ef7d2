"""The whole truth of a run as one frozen, validated dataclass; its sections, with every default, are in sections.py.

A config is made from what a person would write (:meth:`ExperimentConfig.from_dict`).  What is left
out comes from the preset, then from the defaults of the section.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from bdsg.config import constants
from bdsg.config.fields import check_nested, known_keys, number, parse_json, setting, validate
from bdsg.config.presets import PRESETS
from bdsg.config.schedule import read_changes
from bdsg.config.sections import (
    BoundaryConfig,
    DataConfig,
    DensityConfig,
    UnitsConfig,
    frozen,
    read_mixture,
    without_norm,
)
from bdsg.errors import ConfigError

FORMAT = 6
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
        written = without_norm(raw.get("density", {}))
        density = _section(DensityConfig, "density", written, preset.density if preset else {})
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

    def shared(self) -> ExperimentConfig:
        """This config without units, in which the run is shown and nothing more: all that equal runs may share."""
        return dataclasses.replace(self, data=dataclasses.replace(self.data, units=None))

    def density_key(self) -> str:
        """Content key of the data and the fitted density alone: runs that differ in B(z) share it."""
        mixture = dataclasses.asdict(self.data.mixture_numbers())
        parts = [mixture, self.data.samples, self.density.relevant(), self.seed]
        return _digest(parts if self.device == "cpu" else [*parts, self.device])


def _digest(raw: object) -> str:
    text = json.dumps([FORMAT, constants.BLOCK, raw], sort_keys=True)
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
        written["mixture"] = read_mixture(written["mixture"])
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
    return UnitsConfig(tuple(written["names"]), *(frozen(written[name]) for name in names[1:]))
