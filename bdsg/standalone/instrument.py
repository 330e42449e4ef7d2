"""What *Play* is told, and the page of one HTML file that holds it."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from bdsg.config import PAPER_BOUNDARY, BoundaryConfig, DataConfig, ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.data.mixture_rows import LIMITS, MOST_MODES, to_rows
from bdsg.errors import ConfigError
from bdsg.experiments.score import plane_mixture
from bdsg.runs.tensor_file import pack
from bdsg.standalone.page import page

PRESET_NAMES = ("bimodal_separate", "bimodal", "unimodal", "three_modes", "ring", "grid")
"""In the order in which they are shown: those of the paper's figures are the same at other scales."""

EQ_4: dict[str, Any] = {**PAPER_BOUNDARY, "steps": 4000, "lambda1": 0.1, "lambda2": 0.1}
"""Settings of eq. 4 on data of this scale: without λ1 B(z) flies off, without λ2 it misses a mode."""

START: dict[str, Any] = {
    "data": {"preset": PRESET_NAMES[0]},
    "boundary": {"objective": "paper", **EQ_4},
    "seed": 1,
}
OBJECTIVE_FIELDS = tuple(EQ_4)


def one_file(config: ExperimentConfig, title: str) -> str:
    """The instrument at these settings as an HTML page that needs no server.

    Raises:
        ConfigError: the browser cannot train what the config says.
    """
    _check(config)
    return page("play", pack({}, meta(config)), title)


def _check(config: ExperimentConfig) -> None:
    density, boundary, delta = config.density.kind, config.boundary, config.epsilon / 10
    if density != "closed_form":
        raise ConfigError("density.kind", density, "a demo has no server to fit it: set density.kind to closed_form.")
    if not fits(config):
        numbers = config.data.mixture_numbers()
        size = f"{len(numbers.weights)} Gaussians in {len(numbers.means[0])} dimensions"
        raise ConfigError(
            "data", size, f"a demo shows {MOST_MODES} Gaussians at most, in 2 dimensions: leave some out."
        )
    if boundary.levels > 1:
        raise ConfigError("boundary.levels", boundary.levels, "a demo trains for ε alone: set it to 1.")
    if boundary.changes:
        raise ConfigError(
            "boundary.changes", len(boundary.changes), "changes are the visitor's in a demo: leave them out."
        )
    if not math.isclose(config.delta, delta):
        raise ConfigError("delta", config.delta, f"must be epsilon / 10 in a demo, {delta:g}: leave it out.")
    plane_mixture(config)


def fits(config: ExperimentConfig) -> bool:
    """Whether its Gaussians lie in the plane, and are as few as can be dragged there."""
    numbers = config.data.mixture_numbers()
    return len(numbers.means[0]) == 2 and len(numbers.weights) <= MOST_MODES


def meta(config: ExperimentConfig) -> dict[str, Any]:
    """All that the browser is told, as ``payload_shapes.PlayMeta`` says, to open with a config."""
    ours = {name: getattr(BoundaryConfig(), name) for name in OBJECTIVE_FIELDS}
    return {
        "presets": [_preset(name) for name in PRESET_NAMES],
        "objectives": {"paper": EQ_4, "ours": ours},
        "start": _start(config),
        "units": None if config.data.units is None else dataclasses.asdict(config.data.units),
        "limits": LIMITS,
    }


def _preset(name: str) -> dict[str, Any]:
    preset = PRESETS[name]
    return {
        "name": name,
        "title": preset.title,
        "teaches": preset.teaches,
        "epsilon": preset.epsilon,
        "modes": to_rows(GaussianMixture.from_config(DataConfig(preset=name))),
    }


def _start(config: ExperimentConfig) -> dict[str, Any]:
    preset = config.data.preset
    return {
        **{name: getattr(config.boundary, name) for name in (*OBJECTIVE_FIELDS, "objective")},
        "preset": preset if preset in PRESET_NAMES else None,
        "modes": to_rows(GaussianMixture.from_config(config.data)),
        "epsilon": config.epsilon,
        "samples": config.data.samples,
        "seed": config.seed,
    }
