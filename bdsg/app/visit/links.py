"""A config as URL parameters and back: only what was chosen, so that links stay short."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

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

SECOND = "b."
"""What the parameters of a second run begin with."""

Choices = dict[str, Any]
"""What a person chose of a config: the argument of ``ExperimentConfig.from_dict``."""


def to_parameters(choices: Choices) -> dict[str, str]:
    """Flat parameters such as ``boundary.objective=paper``; numbers and lists as JSON."""
    parameters = {name: json.dumps(choices[name]) for name in PLAIN if choices.get(name) is not None}
    for section in SECTIONS:
        for name, value in choices.get(section, {}).items():
            text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
            parameters[f"{section}.{name}"] = text
    return parameters


def from_parameters(parameters: Mapping[str, str]) -> Choices | None:
    """What a link chose, or None if it chose nothing; parameters of other kinds are left alone.

    Raises:
        ConfigError: a value cannot be read, is out of its limits, or the link is too long.
    """
    choices: Choices = {}
    _check_size(parameters)
    for key, text in parameters.items():
        section, _, name = key.partition(".")
        if section in SECTIONS and name:
            choices.setdefault(section, {})[name] = _value(text)
        elif key in PLAIN:
            choices[key] = _value(text)
    if not choices:
        return None
    choices.setdefault("data", {"preset": "bimodal"})
    ExperimentConfig.from_dict(choices)
    return choices


def to_second(choices: Choices) -> dict[str, str]:
    """The parameters of a second run beside the first."""
    return {SECOND + name: text for name, text in to_parameters(choices).items()}


def from_second(parameters: Mapping[str, str]) -> Choices | None:
    """What a link chose of a second run; None and errors as of :func:`from_parameters`."""
    _check_size(parameters)
    return from_parameters({n.removeprefix(SECOND): text for n, text in parameters.items() if n.startswith(SECOND)})


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
