"""Samples and short trainings that the tests of single methods share."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from bdsg.baselines.contract import Watch
from bdsg.runs.result import Progress

FAR = np.array([[math.cos(a), math.sin(a)] for a in np.linspace(0, 2 * math.pi, 24, endpoint=False)])
SMALL: dict[str, Any] = {"batch_size": 64, "hidden": (24, 24), "learning_rate": 0.003}


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def gaussian(count: int, seed: int = 0) -> np.ndarray:
    """A standard normal sample."""
    return np.random.default_rng(seed).normal(size=(count, 2))


def two_modes(count: int, numbers: np.random.Generator) -> np.ndarray:
    """Points around (±3, 0), 0.3 wide and 1 high."""
    side = numbers.choice([-3.0, 3.0], count)
    return np.column_stack([side + 0.3 * numbers.normal(size=count), numbers.normal(size=count)])


def terms_of(baseline: Any, name: str, source: Callable[[int, np.random.Generator], np.ndarray]) -> np.ndarray:
    """One loss term over a training on fresh points."""
    numbers, nothing = np.random.default_rng(7), np.empty((0, 2))
    found = baseline.train(lambda count: source(count, numbers), Watch((), nothing), lambda: False)
    return np.array([event.terms[name] for event in found if isinstance(event, Progress)])
