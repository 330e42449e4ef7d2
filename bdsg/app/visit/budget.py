"""How much one request may cost, so that no visitor keeps the workers from the others.

The limits belong to the server: the library and the command line have none, for they run on their user's own machine.
``BDSG_MOST_MINUTES`` and ``BDSG_MOST_GIGABYTES`` set others; 0 lifts one.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

from bdsg.baselines.registry import OURS
from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError, ConfigError
from bdsg.experiments import cost
from bdsg.number_text import grouped, measured, setting
from bdsg.tuning.plan import BEST, Plan
from bdsg.tuning.space import Value, applied

MOST_MINUTES = 10.0
"""Of one core, for a run, or for the methods of a contest together."""

STUDY_RUNS = 6
"""A study may take as long as so many of the longest runs; there is one at a time, and it yields to runs."""

MOST_GIGABYTES = 2.0
"""Of the largest arrays of one training."""

BASELINE_SECONDS = 10.0
"""Of any other method with its defaults, which a contest trains: the slowest takes 6 (docs/rivals.md)."""


def check_run(config: ExperimentConfig) -> None:
    """Raises BDSGError for a run that needs more time or memory than the server gives to one."""
    _check_memory(config)
    remedy = "take fewer steps, smaller layers or a smaller batch, or use `python -m bdsg run` on a machine of your own"
    _check_minutes("This run", cost.seconds(config), _most_minutes(), remedy)


def check_contest(config: ExperimentConfig, methods: Sequence[str]) -> None:
    """The same for the methods of a contest together: each has its defaults, BDSG's own learn the density too."""
    learned = ExperimentConfig.from_dict({**config.to_dict(), "density": {"kind": "iresnet"}})
    seconds = sum(cost.seconds(learned) if method in OURS else BASELINE_SECONDS for method in methods)
    _check_minutes("This contest", seconds, _most_minutes(), "choose fewer methods")


def check_study(plan: Plan) -> None:
    """The same for a study: its trials, and its best settings over other seeds, at what the dearest of them costs."""
    dearest = dearest_trial(plan)
    _check_memory(dearest)
    seconds = (plan.trials + BEST * plan.seeds) * cost.seconds(dearest)
    remedy = "take fewer trials, fewer steps or smaller layers, or use `python -m bdsg tune` on a machine of your own"
    _check_minutes("This study", seconds, STUDY_RUNS * _most_minutes(), remedy)


def dearest_trial(plan: Plan) -> ExperimentConfig:
    """The trial of a plan that costs most: costs rise with each setting, so each is taken where it is dearest."""
    values: dict[str, Value] = {}
    for dimension in plan.dimensions:
        options = [{**values, dimension.name: value} for value in dimension.spaced(2)]
        values = max(options, key=lambda one: cost.seconds(applied(plan.config, one)))
    return applied(plan.config, values)


def _check_minutes(what: str, seconds: float, most: float, remedy: str) -> None:
    if seconds > 60 * most:
        limit = f"{setting(most)} minutes are allowed here"
        raise BDSGError(f"{what} needs about {_duration(seconds)} of a core, but {limit}: {remedy}.")


def _duration(seconds: float) -> str:
    """In minutes, or in hours where there are many."""
    count, unit = (seconds / 60, "minute") if seconds < 2 * 3600 else (seconds / 3600, "hour")
    return f"{grouped(math.ceil(count))} {unit}{'s' if math.ceil(count) > 1 else ''}"


def _check_memory(config: ExperimentConfig) -> None:
    needed, most = cost.memory_bytes(config) / 1e9, _limit("BDSG_MOST_GIGABYTES", MOST_GIGABYTES)
    if needed > most:
        remedy = "take a smaller batch, fewer blocks or smaller layers"
        raise BDSGError(
            f"This training needs about {measured(needed)} GB, but {setting(most)} are allowed here: {remedy}."
        )


def _most_minutes() -> float:
    return _limit("BDSG_MOST_MINUTES", MOST_MINUTES)


def _limit(name: str, default: float) -> float:
    """What the environment says, or the default; 0 for no limit."""
    text = os.environ.get(name, "")
    try:
        value = float(text) if text else default
    except ValueError:
        value = math.nan
    if not value >= 0:
        raise ConfigError(name, text, "must be a number, 0 or more: 0 lifts the limit.")
    return value or math.inf
