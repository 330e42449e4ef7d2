"""The runs of one visit: what was started or opened, how the settings differ, and which two are compared."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any

from bdsg.app.labels import plain, setting_words
from bdsg.app.visit.links import Choices
from bdsg.app.visit.state import visit
from bdsg.config import ExperimentConfig

MOST_RUNS = 30
LONGEST_NAME = 60

Settings = dict[str, Any]


@dataclass
class Entry:
    """One run of this visit: its key among them, the choices that open it again, and what the visitor calls it."""

    key: str
    choices: Choices
    name: str


def key_of(config: ExperimentConfig) -> str:
    """Tells a run of the list from the others: by its columns too, of which the run's own key knows nothing."""
    units = config.data.units
    return config.key() + (f"-{hashlib.sha256(repr(units).encode()).hexdigest()[:8]}" if units else "")


def note(chosen: Choices) -> None:
    """Remember a run; one that is there already stays where it is, and the oldest makes room."""
    key = key_of(ExperimentConfig.from_dict(chosen))
    known = visit().history
    if any(entry.key == key for entry in known):
        return
    if key in visit().history_removed:
        visit().history_removed.remove(key)
    known.insert(0, Entry(key, chosen, f"Run {_next_number()}"))
    del known[MOST_RUNS:]
    _forget_missing()


def entry(chosen: Choices, name: str) -> Entry:
    """A run by its choices, which make a valid config, under a name."""
    return Entry(key_of(ExperimentConfig.from_dict(chosen)), chosen, name.strip()[:LONGEST_NAME])


def recall(earlier: Entry) -> None:
    """Put a run of an earlier visit below all others, if it is not listed yet."""
    known = visit().history
    if len(known) < MOST_RUNS and all(one.key != earlier.key for one in known):
        taken = {one.name for one in known}
        known.append(earlier if earlier.name not in taken else replace(earlier, name=f"{earlier.name}, earlier"))


def _next_number() -> int:
    """One more than the highest that any run was ever given in this visit, or is listed with."""
    listed = [int(found[1]) for one in visit().history if (found := re.match(r"Run (\d+)", one.name))]
    visit().history_count = max([visit().history_count, *listed]) + 1
    return visit().history_count


def remove(key: str) -> None:
    """Take a run off the list; its result stays in the store."""
    visit().history_removed.append(key)
    visit().history = [entry for entry in visit().history if entry.key != key]
    _forget_missing()


def rename(key: str, name: str) -> None:
    """Call a run something else; an empty name changes nothing."""
    for entry in visit().history:
        if entry.key == key and name.strip():
            entry.name = name.strip()[:LONGEST_NAME]


def choose(key: str) -> None:
    """Choose a run for comparison, or drop it; a third one takes the place of the first."""
    before = visit().picked
    after = tuple(other for other in before if other != key) if key in before else (*before, key)[-2:]
    visit().picked = after


def _forget_missing() -> None:
    """Compare only what is on the list."""
    known = {entry.key for entry in visit().history}
    visit().picked = tuple(key for key in visit().picked if key in known)


def flat(config: ExperimentConfig) -> Settings:
    """Every setting that the run depends on, by its dotted name; a mixture in full."""
    raw = config.to_dict()
    raw["density"] = config.density.relevant()
    found: Settings = {}
    for name, value in raw.items():
        if name == "data":
            found["data"] = value.get("preset") or value["mixture"]
            found["data.units"] = value.get("units")
            found["data.samples"] = value["samples"]
        elif isinstance(value, dict):
            found |= {f"{name}.{inner}": setting for inner, setting in value.items()}
        else:
            found[name] = value
    return found


def differing(configs: list[ExperimentConfig]) -> list[str]:
    """Names of the settings that are not the same in all of these runs."""
    every = [flat(config) for config in configs]
    names = dict.fromkeys(name for settings in every for name in settings)
    return [name for name in names if any(settings.get(name) != every[0].get(name) for settings in every[1:])]


def has(config: ExperimentConfig, name: str) -> bool:
    """Whether a run depends on a setting, and was given a value."""
    return flat(config).get(name) is not None


def shown(config: ExperimentConfig, name: str) -> str:
    """One setting's value in words, as Markdown; a dash where the run has no such setting."""
    words = setting_words(flat(config).get(name))
    return plain(words) if name == "data.units" else words
