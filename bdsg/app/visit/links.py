"""What a link says and back: of a config only what was chosen, so that links stay short."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bdsg.baselines.registry import known
from bdsg.config import ExperimentConfig
from bdsg.errors import ConfigError
from bdsg.number_text import grouped

SECTIONS = ("data", "density", "boundary")
PLAIN = ("epsilon", "delta", "seed", "device")
MOST_CHARACTERS = 20_000
"""Of one parameter."""
MOST_PARAMETERS = 100
MOST_LINK_CHARACTERS = 100_000
"""Of all parameters together: an address of this length no browser sends."""

NAMED = ("objective", "density")
"""Second runs whose name says what they are; of others a link holds the settings."""

LEAST_METHODS, MOST_METHODS = 2, 3
"""Methods that are shown side by side."""

Choices = dict[str, Any]
"""What a person chose of a config: the argument of ``ExperimentConfig.from_dict``."""


def to_parameters(choices: Choices, prefix: str = "") -> dict[str, str]:
    """Flat parameters such as ``boundary.objective=paper``; numbers and lists as JSON."""
    parameters = {prefix + name: json.dumps(choices[name]) for name in PLAIN if choices.get(name) is not None}
    for section in SECTIONS:
        for name, value in choices.get(section, {}).items():
            text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
            parameters[f"{prefix}{section}.{name}"] = text
    return parameters


def from_parameters(parameters: Mapping[str, str], prefix: str = "") -> Choices | None:
    """What a link chose, or None if it chose nothing; parameters of other kinds are left alone.

    Raises:
        ConfigError: a value cannot be read, is out of its limits, or the link is too long.
    """
    choices: Choices = {}
    _check_size(parameters)
    for key, text in parameters.items():
        section, _, name = key.removeprefix(prefix).partition(".")
        if not key.startswith(prefix):
            continue
        if section in SECTIONS and name:
            choices.setdefault(section, {})[name] = _value(text)
        elif section in PLAIN and not name:
            choices[section] = _value(text)
    if not choices:
        return None
    choices.setdefault("data", {"preset": "bimodal"})
    ExperimentConfig.from_dict(choices)
    return choices


def to_methods(names: tuple[str, ...]) -> str:
    """The parameter that names methods, by commas; empty for fewer than are shown."""
    return ",".join(names) if len(names) >= LEAST_METHODS else ""


def from_methods(text: str) -> tuple[str, ...]:
    """Inverse of :func:`to_methods`.

    Raises:
        ConfigError: one is unknown, or they are too few or too many.
    """
    names = known([name.strip() for name in text.split(",")])
    if not LEAST_METHODS <= len(names) <= MOST_METHODS:
        raise ConfigError("methods", text, f"must name {LEAST_METHODS} or {MOST_METHODS} of them: drop or add some.")
    return names


def _check_size(parameters: Mapping[str, str]) -> None:
    """Before anything is parsed."""
    if len(parameters) > MOST_PARAMETERS:
        raise ConfigError(
            "link", f"{grouped(len(parameters))} parameters", f"may have {MOST_PARAMETERS} at most: drop some."
        )
    whole = sum(len(key) + len(text) for key, text in parameters.items())
    if whole > MOST_LINK_CHARACTERS:
        limit = f"may hold {grouped(MOST_LINK_CHARACTERS)} at most: use a file."
        raise ConfigError("link", f"{grouped(whole)} characters", limit)
    for key, text in parameters.items():
        if len(text) > MOST_CHARACTERS:
            remedy = f"has {grouped(len(text))} characters; a link holds {grouped(MOST_CHARACTERS)}: use a file."
            raise ConfigError(key[:40], text, remedy)


def _value(text: str) -> Any:
    """JSON where it is JSON, else the text itself (a name)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
