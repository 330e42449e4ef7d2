"""What a study varies, and over which range; limits and scales come from the config's own fields."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bdsg.config import BoundaryConfig, DataConfig, DensityConfig, ExperimentConfig
from bdsg.errors import ConfigError

SECTIONS: dict[str, Any] = {"boundary": BoundaryConfig, "data": DataConfig, "density": DensityConfig}
"""In the order in which a short name is looked for."""

FIXED = ("data.preset", "boundary.snapshots")
"""What makes no sense to vary: another distribution is another question."""

LAYERS = ("8-8-8", "32-32", "64-64", "128-64", "128-128")
REACH = 10.0
"""By default a range goes from a tenth of the present value to ten times it, within the field's limits."""

Value = float | int | str


@dataclass(frozen=True)
class Dimension:
    """One setting that varies.

    Attributes:
        name: dotted, such as ``boundary.lambda1``.
        low, high: ends of the range, both included; None where there are choices.
        log: whether the range is even in the logarithm.
        whole: whether only whole numbers count.
        choices: instead of a range; hidden layers are written ``64-64``.
    """

    name: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    whole: bool = False
    choices: tuple[Value, ...] = ()

    def __post_init__(self) -> None:
        entry = field_of(self.name)
        if self.choices:
            if len(set(self.choices)) < 2:
                raise ConfigError(f"vary {self.name}", list(self.choices), "needs at least two different choices.")
            return
        low, high = entry.metadata["low"], entry.metadata["high"]
        if self.low is None or self.high is None or low is None or isinstance(entry.default, tuple):
            example = "128-64|64-64" if isinstance(entry.default, tuple) else "|".join(entry.metadata["choices"])
            raise ConfigError(f"vary {self.name}", self.low, f"must be a list of choices: {self.name}={example}.")
        if not low <= self.low < self.high <= high:
            ends = f"{self.low:g} to {self.high:g}"
            raise ConfigError(f"vary {self.name}", ends, f"must rise, and lie between {low:,} and {high:,}.")
        if self.log and self.low <= 0:
            raise ConfigError(f"vary {self.name}", self.low, "must be above 0 on a logarithmic range.")
        object.__setattr__(self, "whole", entry.type == "int")
        if self.whole and (self.low != int(self.low) or self.high != int(self.high)):
            raise ConfigError(f"vary {self.name}", f"{self.low:g} to {self.high:g}", "must have whole ends.")

    @property
    def ends(self) -> tuple[float, float]:
        """Of a range."""
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high

    def spaced(self, count: int) -> list[Value]:
        """Up to ``count`` values evenly over the range, or all choices."""
        if self.choices:
            return list(self.choices)
        low, high = self.ends
        shares = [k / (count - 1) for k in range(count)] if count > 1 else [0.5]
        values = [low * (high / low) ** share if self.log else low + (high - low) * share for share in shares]
        values = [min(max(value, low), high) for value in values]
        return list(dict.fromkeys(round(value) for value in values)) if self.whole else list(values)

    def share(self, value: Value) -> float:
        """Where a value lies on the range, 0 to 1."""
        if self.choices:
            return self.choices.index(value) / max(1, len(self.choices) - 1)
        low, high = self.ends
        if self.log:
            return math.log(float(value) / low) / math.log(high / low)
        return (float(value) - low) / (high - low)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return dataclasses.asdict(self) | {"choices": list(self.choices)}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Dimension:
        """Inverse of :meth:`to_dict`."""
        return cls(**{**raw, "choices": tuple(raw["choices"])})


@functools.cache
def _fields() -> dict[str, dataclasses.Field[Any]]:
    return {
        f"{section}.{entry.name}": entry
        for section, kind in SECTIONS.items()
        for entry in dataclasses.fields(kind)
        if entry.metadata and f"{section}.{entry.name}" not in FIXED
    }


def varied() -> list[str]:
    """Dotted names of every setting that can vary."""
    return list(_fields())


def field_of(name: str) -> dataclasses.Field[Any]:
    """The config's field of a dotted name; raises ConfigError if it cannot vary."""
    if name not in _fields():
        short = ", ".join(known.partition(".")[2] for known in _fields() if known.startswith("boundary."))
        raise ConfigError("vary", name, f"is no setting that can vary: try data.samples, density.blocks or {short}.")
    return _fields()[name]


def full_name(name: str) -> str:
    """``lambda1`` is ``boundary.lambda1``; B's settings are looked for first, then the data's and the density's."""
    candidates = [name] if "." in name else [f"{section}.{name}" for section in SECTIONS]
    return next((full for full in candidates if full in _fields()), name)


def suggested(config: ExperimentConfig, name: str) -> Dimension:
    """A range around the config's present value, or all choices."""
    entry, present = field_of(name), value_of(config, name)
    if entry.metadata["choices"]:
        return Dimension(name, choices=entry.metadata["choices"])
    if isinstance(entry.default, tuple):
        return Dimension(name, choices=tuple(dict.fromkeys([str(present), *LAYERS])))
    least, most = float(entry.metadata["low"]), float(entry.metadata["high"])
    whole = entry.type == "int"
    if not isinstance(present, str) and present > 0 and most / present > 1.5:
        low, high = max(least, present / REACH), min(most, present * REACH)
        low, high = (max(1, round(low)), round(high)) if whole else (float(f"{low:.3g}"), float(f"{high:.3g}"))
        return Dimension(name, low, high, log=True)
    return Dimension(name, least, most)


def value_of(config: ExperimentConfig, name: str) -> Value:
    """A config's present value of a setting; hidden layers as ``64-64``."""
    section, _, inner = name.partition(".")
    value = getattr(getattr(config, section), inner)
    return "-".join(map(str, value)) if isinstance(value, tuple) else value


def parse_dimension(config: ExperimentConfig, text: str) -> Dimension:
    """``lambda1=1:100:log``, ``hidden=64-64|128-64``, or ``lambda1`` alone for the suggested range."""
    name, found, range_text = text.partition("=")
    name = full_name(name.strip())
    field_of(name)
    if not found:
        return suggested(config, name)
    if "|" in range_text:
        return Dimension(name, choices=tuple(_choice(name, part.strip()) for part in range_text.split("|")))
    low, _, rest = range_text.partition(":")
    high, _, scale = rest.partition(":")
    if scale not in ("", "log", "linear"):
        raise ConfigError(f"vary {name}", scale, "must be log or linear.")
    return Dimension(name, _number(name, low), _number(name, high), log=scale == "log")


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(f"vary {name}", text, "must be two numbers: write NAME=LOW:HIGH, NAME=LOW:HIGH:log or NAME.")
    return value


def _choice(name: str, text: str) -> Value:
    entry = field_of(name)
    if entry.metadata["choices"] or isinstance(entry.default, tuple):
        return text
    number = _number(name, text)
    return int(number) if number.is_integer() and entry.type == "int" else number


def applied(config: ExperimentConfig, values: Mapping[str, Value]) -> ExperimentConfig:
    """The config with these settings.

    Raises:
        ConfigError: a value is out of its limits.
    """
    raw = config.to_dict()
    for name, value in values.items():
        section, _, inner = name.partition(".")
        layers = isinstance(field_of(name).default, tuple)
        raw[section][inner] = _layers(name, value) if layers else value
    return ExperimentConfig.from_dict(raw)


def _layers(name: str, value: Value) -> list[int]:
    try:
        return [int(part) for part in str(value).split("-")]
    except ValueError as error:
        raise ConfigError(f"vary {name}", value, "must be whole numbers joined by hyphens, such as 64-64.") from error


def grid(dimensions: Sequence[Dimension], most: int) -> list[dict[str, Value]]:
    """Every combination of evenly spaced values: as many a range as keep the whole at ``most`` or below."""
    ranges = [one for one in dimensions if not one.choices]
    finest = max((int(one.ends[1] - one.ends[0]) + 1 if one.whole else most for one in ranges), default=1)
    count = 1
    while count < finest and math.prod(len(one.spaced(count + 1)) for one in dimensions) <= most:
        count += 1
    names, values = [one.name for one in dimensions], [one.spaced(count) for one in dimensions]
    points = itertools.islice(itertools.product(*values), most)
    return [dict(zip(names, point, strict=True)) for point in points]
