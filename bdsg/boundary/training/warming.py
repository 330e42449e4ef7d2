"""Loads, or compiles, the machine code of training B(z) before it is needed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from bdsg.boundary.objectives import make_objective
from bdsg.boundary.training.compiled_objective import compiled_stepper
from bdsg.config import BoundaryConfig
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm

OBJECTIVES = ("ours", "paper")
"""In the order in which they are likely to be needed."""

_BATCH = 8


def warm_up(objectives: Sequence[str] = OBJECTIVES) -> None:
    """Take a step of compiled objectives on a toy problem; the same code serves every other."""
    random = torch.Generator().manual_seed(0)
    density = ClosedForm(GaussianMixture([1.0], [[0.0, 0.0]], [[[1.0, 0.0], [0.0, 1.0]]]))
    samples = density.sample(256, random).float()
    for name in objectives:
        config = BoundaryConfig(objective=name, hidden=(4,), batch_size=_BATCH)
        objective = make_objective(config, density, samples, samples, 0.05, 0.01, random)
        stepper = compiled_stepper(objective, config)
        assert stepper is not None
        stepper.steps(stepper.draw(1, random), np.zeros(1), 0)
