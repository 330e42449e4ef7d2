"""What is changed while B(z) trains: the weights of its loss and the learning rate, each from a step on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bdsg.config.fields import known_keys, number
from bdsg.errors import ConfigError

STEERED = ("lambda1", "lambda2", "learning_rate")
"""The settings that may change on the way."""

MOST_CHANGES = 100

KEY = "boundary.changes"


class Weights(NamedTuple):
    """The settings that may change, as they are at one step."""

    lambda1: float
    lambda2: float
    learning_rate: float


@dataclass(frozen=True)
class Change:
    """New values from a step on; one that is None stays as it was."""

    step: int
    lambda1: float | None = None
    lambda2: float | None = None
    learning_rate: float | None = None

    def given(self) -> dict[str, float]:
        """The new values by name."""
        values = {name: getattr(self, name) for name in STEERED}
        return {name: value for name, value in values.items() if value is not None}

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-able form, without what stays."""
        return {"step": self.step, **self.given()}


def read_changes(raw: object) -> tuple[Change, ...]:
    """Changes as a person would write them: a list of objects; raises ConfigError for any other form."""
    if not isinstance(raw, list | tuple):
        raise ConfigError(KEY, raw, 'must be a list such as [{"step": 400, "lambda2": 0}].')
    return tuple(one if isinstance(one, Change) else _read(f"{KEY}[{i}]", one) for i, one in enumerate(raw))


def _read(key: str, raw: object) -> Change:
    written = known_keys(raw, key, ("step", *STEERED))
    if "step" not in written:
        raise ConfigError(f"{key}.step", None, "is missing: say from which step on the new values hold.")
    return Change(**written)


def checked(changes: tuple[Change, ...], steps: int, limits: Mapping[str, tuple[float, float]]) -> tuple[Change, ...]:
    """The changes with their values as floats.

    Args:
        steps: of the training.
        limits: lowest and highest value of each setting that may change.

    Raises:
        ConfigError: there are too many, their steps do not ascend within [0, steps], one changes nothing, or a
            value is out of its limits.
    """
    if len(changes) > MOST_CHANGES:
        raise ConfigError(KEY, f"{len(changes)} changes", f"may hold {MOST_CHANGES} at most: leave some out.")
    before = -1
    for i, change in enumerate(changes):
        _check_step(f"{KEY}[{i}].step", change.step, before, steps)
        before = change.step
        if not change.given():
            raise ConfigError(f"{KEY}[{i}]", change.to_dict(), f"changes nothing: give one of {', '.join(STEERED)}.")
    return tuple(
        Change(change.step, **_numbers(f"{KEY}[{i}]", change.given(), limits)) for i, change in enumerate(changes)
    )


def _check_step(key: str, step: object, before: int, steps: int) -> None:
    if isinstance(step, bool) or not isinstance(step, int):
        raise ConfigError(key, step, f"must be a whole number from 0 to {steps:,}.")
    if not 0 <= step <= steps:
        raise ConfigError(key, step, f"must lie between 0 and {steps:,}, the training's steps: drop this change.")
    if step <= before:
        raise ConfigError(key, step, f"must be above the step before it, {before:,}: write changes in order.")


def _numbers(key: str, given: dict[str, float], limits: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    found = {}
    for name, value in given.items():
        low, high = limits[name]
        found[name] = number(f"{key}.{name}", value)
        if not low <= found[name] <= high:
            raise ConfigError(f"{key}.{name}", value, f"must lie between {low:,} and {high:,}.")
    return found


def with_change(changes: tuple[Change, ...], change: Change) -> tuple[Change, ...]:
    """Changes up to the step of a new one, and that: who steers drops what was planned for later."""
    kept = [one for one in changes if one.step < change.step]
    same = [one.given() for one in changes if one.step == change.step]
    merged: dict[str, float] = {name: value for part in [*same, change.given()] for name, value in part.items()}
    return (*kept, Change(change.step, **merged))
