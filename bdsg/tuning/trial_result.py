"""What goes to a worker, and what comes back: plain numbers that any process can read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Task:
    """Trials that are trained together.

    Attributes:
        version: of this package, which the worker must have too.
        trials: number and config (JSON) of each.
        box: window of the clouds, (2, 2).
        pruner: how to end hopeless trials.
        history: BF1 by snapshot of trials that are done, for the pruner.
    """

    version: str
    trials: tuple[tuple[int, str], ...]
    box: np.ndarray
    pruner: str = "none"
    history: tuple[dict[int, float], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Attributes:
        state: ``complete``, ``pruned`` or ``failed``.
        scores: by the names of ``GOALS``, and ``components`` and ``components_covered``; None where undefined.
        legs: BF1 at snapshots on the way.
        cloud: some B(z), (n, 2) int16, as ``Window.quantised`` gives them.
        error: the sentence of a failed one.
    """

    number: int
    state: str
    scores: dict[str, float | None] = field(default_factory=dict)
    legs: dict[int, float] = field(default_factory=dict)
    cloud: np.ndarray | None = None
    error: str = ""
