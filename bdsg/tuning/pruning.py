"""Trials without prospects end early, by Optuna's own pruners on BF1 at the snapshots."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence

import optuna
from optuna.pruners import BasePruner, MedianPruner, SuccessiveHalvingPruner
from optuna.trial import Trial, TrialState, create_trial

SNAPSHOTS = 4
"""Of a trial that may be pruned: at the start, after 19 % and 54 % of the steps, and at the end."""

REMEMBERED = 200
"""Finished trials that a task takes along for its pruner."""


class BatchPruner:
    """Whether trials are worth going on with; safe to ask from any thread.

    The pruner works on a study in memory: workers need no way to the storage.

    Attributes:
        legs: BF1 of each trial by snapshot (1, 2, ...).
    """

    def __init__(self, pruner: str, history: Sequence[dict[int, float]]) -> None:
        self._lock = threading.Lock()
        self._study = optuna.create_study(direction="maximize", pruner=_pruner(pruner))
        for legs in history:
            if legs:
                final = legs[max(legs)]
                done = create_trial(state=TrialState.COMPLETE, value=final, intermediate_values=dict(legs))
                self._study.add_trial(done)
        self._trials: dict[int, Trial] = {}
        self.legs: defaultdict[int, dict[int, float]] = defaultdict(dict)

    def keep(self, index: int, bf1: float) -> bool:
        """Note a trial's BF1 at its next snapshot, and whether it goes on."""
        with self._lock:
            leg = self._note(index, bf1)
            trial = self._trials[index] = self._trials.get(index) or self._study.ask()
            trial.report(bf1, leg)
            if not trial.should_prune():
                return True
            self._study.tell(trial, state=TrialState.PRUNED)
            return False

    def finish(self, index: int, bf1: float) -> None:
        """A trial that came to its end."""
        with self._lock:
            self._note(index, bf1)
            if index in self._trials:
                self._study.tell(self._trials[index], bf1)

    def _note(self, index: int, bf1: float) -> int:
        legs = self.legs[index]
        legs[len(legs) + 1] = bf1
        return len(legs)


def _pruner(name: str) -> BasePruner:
    if name == "median":
        return MedianPruner(n_startup_trials=8, n_warmup_steps=0)
    return SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
