"""What settings and their values are called on the pages."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from bdsg.config import BoundaryConfig, DataConfig, DensityConfig, ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.config.schedule import STEERED
from bdsg.number_text import ABSENT, grouped, setting

NAMES = {
    "closed_form": "Closed form",
    "iresnet": "IResNet",
    "resflow": "ResFlow",
    "ours": "Ours",
    "paper": "Paper, eq. 4",
    "exact": "Exact",
    "truncated": "Truncated series",
    "roulette": "Russian roulette",
    "lipswish": "LipSwish",
    "elu": "ELU",
}
LABELS = {
    "data": "Distribution",
    "data.units": "Columns",
    "density.kind": "Density model",
    "density.hidden": "Hidden layers of p_g",
    "density.steps": "Steps of p_g",
    "density.batch_size": "Batch of p_g",
    "density.learning_rate": "Learning rate of p_g",
    "density.coefficient": "Lipschitz bound",
    "density.log_determinant": "Log-determinant",
    "boundary.hidden": "Hidden layers",
    "boundary.batch_size": "Batch",
    "boundary.lambda1": "Distance weight",
    "boundary.lambda2": "Dispersion weight",
    "epsilon": "Threshold",
    "delta": "Lower threshold",
}
"""Names of settings, where they are not just the field's: no two alike, and each the same on all pages."""
SECTIONS = {"data": DataConfig, "density": DensityConfig, "boundary": BoundaryConfig, "": ExperimentConfig}


def name_of(value: str) -> str:
    """A choice's name on the page."""
    return NAMES.get(value, value)


def plain(text: object) -> str:
    """Text as Markdown that shows it: what came from a link or a file makes no pictures, links or formulas.

    Code between backticks, as in our own sentences, stays code.
    """
    unlinked = re.sub(r"(?i)(https?:|www)(?=//|\.)", "\\1\u2060", " ".join(str(text).split()))  # an invisible sign
    return re.sub(r"([\\*\[<$~]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", unlinked)


def own_words(config: ExperimentConfig) -> str:
    """A mixture of one's own, with its coordinates where they have names."""
    units = config.data.units
    return "Your own mixture" + (f" ({' × '.join(units.names)})" if units else "")


def run_words(config: ExperimentConfig) -> str:
    """Data, models, ε and seed of a run in one line."""
    title = PRESETS[config.data.preset].title if config.data.preset else own_words(config)
    every = ", every ε" if config.boundary.levels > 1 else ""
    steered = ", steered" if config.boundary.changes else ""
    parts = (title, name_of(config.density.kind), name_of(config.boundary.objective) + every + steered)
    return " · ".join((*parts, f"ε = {setting(config.epsilon)}", f"seed {config.seed}"))


def field_of(dotted: str) -> dataclasses.Field[Any]:
    """The config's field behind ``boundary.lambda2`` or ``epsilon``."""
    section, _, name = dotted.rpartition(".")
    return next(field for field in dataclasses.fields(SECTIONS[section]) if field.name == name)


def label(dotted: str) -> str:
    """A control's label: the setting's name, and its unit where the name does not say it."""
    name, unit = setting_label(dotted), field_of(dotted).metadata["unit"]
    return f"{name} ({unit})" if unit and unit not in name.lower() else name


def setting_label(dotted: str) -> str:
    """What ``boundary.lambda2`` or ``epsilon`` is called: name and symbol."""
    name = LABELS.get(dotted) or dotted.rpartition(".")[2].replace("_", " ").capitalize()
    symbol = "" if dotted == "data" else field_of(dotted).metadata.get("symbol")
    return f"{name} {symbol}" if symbol else name


def brief_label(dotted: str) -> str:
    """The symbol where there is one, else the name: ``λ1``, ``Learning rate``."""
    return field_of(dotted).metadata.get("symbol") or setting_label(dotted)


def change_words(change: dict[str, Any]) -> str:
    """``from step 400 λ2 = 0``."""
    values = [f"{brief_label(f'boundary.{name}')} = {setting(change[name])}" for name in STEERED if name in change]
    return f"from step {grouped(change['step'])} {', '.join(values)}"


def setting_words(value: Any) -> str:
    """A setting's value in words."""
    if value is None:
        return ABSENT
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "; ".join(change_words(change) for change in value)
    if isinstance(value, dict) and "names" in value:
        return " × ".join(value["names"])
    if isinstance(value, dict):
        return f"Your own mixture of {len(value['weights'])}"
    if isinstance(value, str):
        return PRESETS[value].title if value in PRESETS else name_of(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return grouped(value) if isinstance(value, int) else setting(value)
