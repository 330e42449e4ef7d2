"""What the rivals page shows at once of the plain distributions: trained beforehand, by
``python -m bdsg.app.pages.baselines.prepared_baselines [PRESET ...]``, which trains again only what is no longer of the
present settings.
"""

from __future__ import annotations

import functools
import gzip
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bdsg.app.pages.baselines.baseline_animation import Outcome, contest_config, from_arrays, make_outcome, to_arrays
from bdsg.baselines.contract import BaselineRanks, BaselineScores, BaselineSnapshot
from bdsg.baselines.registry import METHODS
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.runs.tensor_file import Arrays, pack, unpack
from bdsg.serving.job import BASELINE_SNAPSHOTS

FOLDER = Path(__file__).parents[2] / "components" / "assets" / "rivals"
NAMES = tuple(PRESETS)[:6]

Outcomes = Mapping[str, Outcome]


def config_of(preset: str) -> ExperimentConfig:
    """The contest that was held on a preset."""
    return contest_config(ExperimentConfig.from_dict({"data": {"preset": preset}}))


def outcomes_for(config: ExperimentConfig) -> Outcomes:
    """What is prepared for a contest by method; empty if nothing is."""
    return next((prepared(name) for name, key in _keys().items() if key == config.key()), {})


@functools.cache
def _keys() -> dict[str, str]:
    return {name: config_of(name).key() for name in NAMES}


@functools.cache
def prepared(preset: str) -> Outcomes:
    """Every method on a preset, in the registry's order."""
    return {name: outcome for name, (_, outcome) in read(preset).items()}


def read(preset: str) -> dict[str, tuple[str, Outcome]]:
    """The preset's file: each method's key, as ``bdsg.experiments.compare.contest_key`` gives it, and outcome."""
    file = FOLDER / f"{preset}.safetensors.gz"
    if not file.exists():
        return {}
    arrays, meta = unpack(gzip.decompress(file.read_bytes()))
    found = {}
    for name, entry in meta.items():
        own = {key.removeprefix(f"{name}/"): array for key, array in arrays.items() if key.startswith(f"{name}/")}
        found[name] = (entry["key"], from_arrays(own, entry))
    return found


def write(preset: str, outcomes: Mapping[str, tuple[str, Outcome]]) -> None:
    """Inverse of :func:`read`."""
    arrays: Arrays = {}
    meta: dict[str, Any] = {}
    for name in (name for name in METHODS if name in outcomes):
        key, outcome = outcomes[name]
        own, entry = to_arrays(outcome)
        arrays |= {f"{name}/{part}": array for part, array in own.items()}
        meta[name] = {"key": key, **entry}
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{preset}.safetensors.gz").write_bytes(gzip.compress(pack(arrays, meta), 9, mtime=0))


def outcome_of(config: ExperimentConfig, events: Iterable[object]) -> Outcome:
    """The outcome of a contest of one method."""
    kept = list(events)
    snapshots = [event for event in kept if isinstance(event, BaselineSnapshot)]
    ranks = next((event for event in kept if isinstance(event, BaselineRanks)), None)
    (row,) = (event for event in kept if isinstance(event, BaselineScores))
    return make_outcome(config, snapshots, ranks, row)


def main(presets: Iterable[str]) -> None:
    """Train what is missing or out of date; a file is written after each method, so that nothing is lost."""
    from bdsg.experiments.compare import contest, contest_key  # loads PyTorch

    for preset in presets:
        config, found = config_of(preset), read(preset)
        for method in METHODS:
            key = contest_key(config, method, BASELINE_SNAPSHOTS)
            if method in found and found[method][0] == key:
                continue
            found[method] = (key, outcome_of(config, contest(config, [method], snapshots=BASELINE_SNAPSHOTS)))
            write(preset, found)
            print(preset, method)


if __name__ == "__main__":
    main(sys.argv[1:] or NAMES)
