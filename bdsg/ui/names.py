"""What settings and their values are called on the pages."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from bdsg.config import BoundaryConfig, DataConfig, DensityConfig, ExperimentConfig
from bdsg.presets import PRESETS

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
    "spectral": "Spectral",
    "mixed": "Mixed, learned",
}
LABELS = {
    "units": "Columns",
    "hidden": "Hidden layers",
    "lambda1": "Distance weight",
    "lambda2": "Dispersion weight",
    "batch_size": "Batch",
    "samples": "Samples",
    "log_determinant": "Log-determinant",
    "coefficient": "Lipschitz bound",
    "steps": "Steps",
}
SECTIONS = {"data": DataConfig, "density": DensityConfig, "boundary": BoundaryConfig, "": ExperimentConfig}
PLACES = {"data": "", "density": "p_g: ", "boundary": "B(z): ", "": ""}


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
    return " · ".join((*parts, f"ε = {config.epsilon:g}", f"seed {config.seed}"))


def label(field: dataclasses.Field[Any]) -> str:
    """A control's label: name, symbol, unit."""
    unit = field.metadata["unit"]
    return _named(field) + (f" ({unit})" if unit else "")


def _named(field: dataclasses.Field[Any]) -> str:
    """Name and symbol."""
    name, symbol = LABELS.get(field.name, field.name.replace("_", " ").capitalize()), field.metadata.get("symbol")
    return f"{name} {symbol}" if symbol else name


def setting_label(dotted: str) -> str:
    """What ``boundary.lambda2`` or ``epsilon`` is called in a table, with the network it belongs to."""
    if dotted == "data":
        return "Distribution"
    section, _, name = dotted.rpartition(".")
    fields = {field.name: field for field in dataclasses.fields(SECTIONS[section])}
    return PLACES[section] + _named(fields[name])


def brief_label(dotted: str) -> str:
    """The symbol where there is one, else the name in small letters: ``λ1``, ``learning rate``."""
    section, _, name = dotted.rpartition(".")
    field = next(field for field in dataclasses.fields(SECTIONS[section]) if field.name == name)
    brief = field.metadata.get("symbol") or LABELS.get(name, name.replace("_", " ")).lower()
    return f"p_g: {brief}" if section == "density" else brief


def axis_label(dotted: str) -> str:
    """Name and symbol without the network that it belongs to."""
    return setting_label(dotted).removeprefix(PLACES["boundary"])


SYMBOLS = {"lambda1": "λ1", "lambda2": "λ2", "learning_rate": "learning rate"}


def change_words(change: dict[str, Any]) -> str:
    """``from step 400 λ2 = 0``."""
    values = [f"{SYMBOLS[name]} = {value:g}" for name, value in change.items() if name in SYMBOLS]
    return f"from step {change['step']:,} {', '.join(values)}"


def setting_words(value: Any) -> str:
    """A setting's value in words."""
    if value is None:
        return "–"
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
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
