"""From a trial to the choices that make its very config, as few of them as can be: links stay short."""

from __future__ import annotations

from typing import Any

from bdsg.app.visit.links import Choices
from bdsg.config import ExperimentConfig


def choices_of(config: ExperimentConfig) -> Choices:
    """The shortest choices that ``ExperimentConfig.from_dict`` makes this config of."""
    whole = config.to_dict()
    data = {name: value for name, value in whole["data"].items() if name != "samples"}
    wanted: Choices = {
        "data": data,
        "density": {"kind": config.density.kind},
        "boundary": {"objective": config.boundary.objective},
    }
    if config.boundary.levels > 1:
        wanted["boundary"]["levels"] = config.boundary.levels
    plain = ExperimentConfig.from_dict(wanted).to_dict()
    for section in ("data", "density", "boundary"):
        wanted[section] |= _differing(whole[section], plain[section])
    # δ follows ε where it is not chosen, so the two are compared last.
    wanted |= _differing({name: whole[name] for name in ("epsilon", "seed", "device")}, plain)
    if ExperimentConfig.from_dict(wanted).delta != config.delta:
        wanted["delta"] = config.delta
    return wanted


def _differing(values: dict[str, Any], plain: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in values.items() if value != plain.get(name)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}
