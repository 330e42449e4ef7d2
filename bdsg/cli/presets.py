"""``python -m bdsg presets``: the prepared distributions."""

from __future__ import annotations

import argparse
from typing import Any

from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.errors import ConfigError
from bdsg.number_text import setting


def add_parser(commands: Any) -> None:
    """Add the command."""
    presets = commands.add_parser("presets", help="list the prepared distributions")
    presets.add_argument("--show", metavar="NAME", help="print this one's whole config as JSON")
    presets.set_defaults(command=_presets)


def _presets(chosen: argparse.Namespace) -> int:
    if chosen.show is not None:
        if chosen.show not in PRESETS:
            raise ConfigError("preset", chosen.show, f"must be one of {', '.join(PRESETS)}.")
        print(ExperimentConfig.from_dict({"data": {"preset": chosen.show}}).to_json())
        return 0
    width = max(map(len, PRESETS))
    for name, preset in PRESETS.items():
        print(f"{name:<{width}}  ε = {setting(preset.epsilon)}  {preset.title}\n{'':<{width}}  {preset.teaches}")
    return 0
