"""Trials without prospects end early, by Optuna's own pruners on BF1 at the snapshots."""

from __future__ import annotations

import threading
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

    def keep(self, index: int, leg: int, bf1: float) -> bool:
        """Note a trial's BF1 at its leg (1, 2, ...), and whether it goes on."""
        with self._lock:
            trial = self._trials[index] = self._trials.get(index) or self._study.ask()
            trial.report(bf1, leg)
            if not trial.should_prune():
                return True
            self._study.tell(trial, state=TrialState.PRUNED)
            return False

    def finish(self, index: int, bf1: float) -> None:
        """A trial that came to its end."""
        with self._lock:
            if index in self._trials:
                self._study.tell(self._trials[index], bf1)


def _pruner(name: str) -> BasePruner:
    if name == "median":
        return MedianPruner(n_startup_trials=8, n_warmup_steps=0)
    return SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
