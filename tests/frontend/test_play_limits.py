"""What Play's links may hold is what a config may hold."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from bdsg.config import ExperimentConfig
from bdsg.config.fields import MOST_LAYERS
from bdsg.config.sections import BoundaryConfig, DataConfig
from tests.frontend.scripts import node

FIELDS = {
    "epsilon": (ExperimentConfig, "epsilon"),
    "lambda1": (BoundaryConfig, "lambda1"),
    "lambda2": (BoundaryConfig, "lambda2"),
    "learningRate": (BoundaryConfig, "learning_rate"),
    "samples": (DataConfig, "samples"),
    "batch": (BoundaryConfig, "batch_size"),
}


def limits(kind: Any, name: str) -> list[float]:
    metadata = next(field.metadata for field in dataclasses.fields(kind) if field.name == name)
    return [metadata["low"], metadata["high"]]


def test_links_take_what_configs_take(tmp_path: Path) -> None:
    driver = """
    const allowed = Object.fromEntries(DIALS.map(({ name, allowed }) => [name, allowed]));
    print([allowed, MOST_STEPS, MOST_SEED, LAYERS.most]);
    """
    allowed, steps, seed, layers = node(("play/dials", "play/link_text"), driver, folder=tmp_path)
    assert allowed == {name: limits(*field) for name, field in FIELDS.items()}
    assert steps == limits(BoundaryConfig, "steps")[1]
    assert seed == limits(ExperimentConfig, "seed")[1]
    assert layers == MOST_LAYERS
