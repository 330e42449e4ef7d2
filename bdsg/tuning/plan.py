"""What a study is to do: all of it as one frozen record, which its folder keeps."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from bdsg.config import ExperimentConfig
from bdsg.errors import ConfigError
from bdsg.experiments.score import plane_mixture
from bdsg.tuning.goals import known_goals
from bdsg.tuning.space import Dimension, applied

SAMPLERS = ("tpe", "cmaes", "random", "grid")
PRUNERS = ("none", "median", "halving")
MOST_TRIALS = 10_000_000
BATCH = 16
SEEDS, BEST = 10, 5
"""At its end a study runs its best five settings over ten seeds."""

CLOUD_POINTS = 300
CLOUD_MARGIN = 0.3


@dataclass(frozen=True)
class Plan:
    """A study before its first trial.

    Attributes:
        config: what every trial has but for what varies.
        dimensions: what varies.
        goals: names from ``GOALS``, the first of which orders the trials.
        trials: how many are to be finished.
        sampler, pruner: one of ``SAMPLERS`` and of ``PRUNERS``.
        batch: trials of one task.
        seed: of the sampler.
        seeds: over how many seeds the best settings are run at the end; 0 for none.
    """

    config: ExperimentConfig
    dimensions: tuple[Dimension, ...]
    goals: tuple[str, ...] = ("bf1",)
    trials: int = 200
    sampler: str = "tpe"
    pruner: str = "none"
    batch: int = BATCH
    seed: int = 0
    seeds: int = SEEDS

    def __post_init__(self) -> None:
        object.__setattr__(self, "goals", known_goals(self.goals))
        if not self.dimensions:
            raise ConfigError("vary", [], "must name at least one setting: --vary lambda1=1:100:log.")
        names = [dimension.name for dimension in self.dimensions]
        if len(set(names)) < len(names):
            raise ConfigError("vary", names, "must name each setting once.")
        whole = {"trials": (1, MOST_TRIALS), "batch": (1, 4096), "seeds": (0, 1000), "seed": (-(2**63), 2**63 - 1)}
        for name, (least, most) in whole.items():
            value = getattr(self, name)
            if not isinstance(value, int) or not least <= value <= most:
                raise ConfigError(name, value, f"must lie between {least:,} and {most:,}.")
        for name, options in {"sampler": SAMPLERS, "pruner": PRUNERS}.items():
            if getattr(self, name) not in options:
                raise ConfigError(name, getattr(self, name), f"must be one of {', '.join(options)}.")
        if self.sampler == "cmaes" and (len(self.goals) > 1 or any(one.choices for one in self.dimensions)):
            raise ConfigError("sampler", "cmaes", "takes one goal and ranges of numbers only: choose tpe.")
        for end in (0, -1):  # the corners of the space must be configs
            applied(self.config, {one.name: one.spaced(2)[end] for one in self.dimensions})
        plane_mixture(self.config)

    def box(self) -> np.ndarray:
        """Low and high corner, (2, 2), of the window that every trial's points are kept in."""
        low, high = plane_mixture(self.config).box(self.config.delta)
        edge = CLOUD_MARGIN * (high - low)
        return np.stack([low - edge, high + edge])

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        raw = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        dimensions = [dimension.to_dict() for dimension in self.dimensions]
        return raw | {"config": self.config.to_dict(), "dimensions": dimensions, "goals": list(self.goals)}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Plan:
        """Inverse of :meth:`to_dict`."""
        config = ExperimentConfig.from_dict(raw["config"])
        dimensions = tuple(Dimension.from_dict(one) for one in raw["dimensions"])
        return cls(**{**raw, "config": config, "dimensions": dimensions, "goals": tuple(raw["goals"])})

    def name(self) -> str:
        """A study's name by its contents: the same plan, but for its size, has the same one."""
        raw = {key: value for key, value in self.to_dict().items() if key not in ("trials", "batch", "seeds")}
        digest = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()[:8]
        return f"{self.config.data.preset or 'own'}-{self.config.boundary.objective}-{digest}"
