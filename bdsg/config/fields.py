"""Settings with limits, and what is wrong with a value that breaks them, in a sentence."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import field, fields
from typing import Any

from bdsg.errors import ConfigError

MOST_LAYERS = 8
"""Hidden layers of a network."""


def setting(
    default: Any,
    help: str,
    low: float | None = None,
    high: float | None = None,
    *,
    symbol: str = "",
    unit: str = "",
    log: bool = False,
    choices: tuple[str, ...] = (),
) -> Any:
    """A dataclass field with its limits and words; ``log`` asks for a logarithmic control."""
    words = {"help": help, "low": low, "high": high, "symbol": symbol, "unit": unit, "log": log}
    return field(default=default, metadata={**words, "choices": choices})


def parse_json(key: str, text: str) -> Any:
    """What the JSON text ``text`` stands for; raises ConfigError under ``key`` if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
        raise ConfigError(key, text, f"is not valid JSON ({error}): check commas and quotes.") from error


def check_nested(key: str, value: object, depth: int) -> None:
    """Lists of lists of finite numbers, ``depth`` levels deep."""
    if depth == 0:
        number(key, value)
        return
    if not isinstance(value, list | tuple) or not value:
        raise ConfigError(key, value, "must be lists of numbers: weights [..], means [[..]], covariances [[[..]]].")
    for item in value:
        check_nested(key, item, depth - 1)


def known_keys(raw: object, key: str, allowed: tuple[str, ...]) -> dict[str, Any]:
    """A JSON object whose keys are all known."""
    if not isinstance(raw, dict):
        raise ConfigError(key, raw, "must be a JSON object in braces: see `python -m bdsg presets --show bimodal`.")
    for name in raw:
        if name not in allowed:
            raise ConfigError(f"{key}.{name}", raw[name], f"is not a known setting: choose from {', '.join(allowed)}.")
    return raw


def number(key: str, value: object) -> float:
    """A finite number as a float; raises ConfigError under ``key``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(key, value, "must be a number.")
    if not _finite(value):
        raise ConfigError(key, value, "must be a finite number.")
    return float(value)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def validate(section: Any, prefix: str) -> None:
    """Check each field of a dataclass against the limits in its metadata."""
    for entry in fields(section):
        value = getattr(section, entry.name)
        key = f"{prefix}.{entry.name}" if prefix else entry.name
        if entry.metadata.get("choices"):
            _check_choice(key, value, entry.metadata["choices"], optional=entry.default is None)
        elif entry.metadata:
            _check_range(key, value, entry)
            if entry.type == "float":  # 1 and 1.0 are equal settings, so they must give one key
                object.__setattr__(section, entry.name, float(value))


def _check_choice(key: str, value: object, choices: tuple[str, ...], *, optional: bool) -> None:
    if value not in choices and not (optional and value is None):
        raise ConfigError(key, value, f"must be one of {', '.join(choices)}.")


def _check_range(key: str, value: Any, entry: dataclasses.Field[Any]) -> None:
    low, high = entry.metadata["low"], entry.metadata["high"]
    if isinstance(entry.default, tuple):
        if not isinstance(value, tuple) or not 1 <= len(value) <= MOST_LAYERS:
            raise ConfigError(key, value, f"must be a list of 1 to {MOST_LAYERS} whole numbers, for example [64, 64].")
        items, whole = value, True
    else:
        items, whole = (value,), isinstance(entry.default, int) or entry.type == "int"
    for item in items:
        amount = number(key, item)
        if whole and not isinstance(item, int):
            raise ConfigError(key, value, f"must be a whole number from {low:,} to {high:,}.")
        if not low <= amount <= high:
            raise ConfigError(key, value, f"must lie between {low:,} and {high:,}.")
