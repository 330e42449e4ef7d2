"""A batch of trials, trained together: what a Dask worker is sent to do."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from bdsg import __version__
from bdsg.config import ExperimentConfig
from bdsg.data.window import Window
from bdsg.errors import BDSGError
from bdsg.experiments.batch import Keep, Run, Start, Trained, always, make_objectives, train_together
from bdsg.experiments.problem import Problem
from bdsg.experiments.run_experiment import never
from bdsg.numerics.threads import limited_threads
from bdsg.runs.result import BoundarySnapshot
from bdsg.tuning.plan import CLOUD_POINTS
from bdsg.tuning.trial_context import TrialContext, context_key, context_of
from bdsg.tuning.trial_result import Outcome, Task

if TYPE_CHECKING:
    from bdsg.tuning.pruning import BatchPruner

SHOWN_ALONE = 2
"""Snapshots of a trial that nobody prunes: the first and the last."""

_one_at_a_time = threading.Lock()
"""The number of threads is the process's, so batches in one process take turns."""


class Entry(NamedTuple):
    """A trial in its context."""

    number: int
    problem: Problem
    context: TrialContext

    @property
    def config(self) -> ExperimentConfig:
        """What is to be tried."""
        return self.problem.config


def run_batch(task: Task, threads: int = 1) -> list[Outcome]:
    """Train and score all trials of a task; each has the numbers of ``experiment.run`` on its config, bit for bit.

    A trial that fails does so alone: its outcome holds the sentence.

    Args:
        threads: trials that train at a time.

    Raises:
        BDSGError: the driver is another version of this package.
    """
    if task.version != __version__:
        raise BDSGError(
            f"This worker has version {__version__} of bdsg, but the study is run by {task.version}: "
            "install the same on both."
        )
    with _one_at_a_time, limited_threads():
        return _run_batch(task, threads)


def _run_batch(task: Task, threads: int) -> list[Outcome]:
    outcomes: list[Outcome] = []
    entries: list[Entry] = []
    for number, text in task.trials:
        try:
            config = ExperimentConfig.from_json(text)
            entry = Entry(number, Problem(config), context_of(context_key(config)))
        except BDSGError as error:
            outcomes.append(Outcome(number, "failed", error=str(error)))
            continue
        entries.append(entry)
    runs, entries, failed = _made(entries, task.pruner != "none")
    pruner = _pruner(task)
    keep = _keeper(entries, pruner) if pruner else always
    trained = train_together(runs, never, threads=threads, keep=keep)
    with ThreadPoolExecutor(threads) as pool:
        ended = pool.map(lambda k: _outcome(task, entries[k], runs[k], trained[k], pruner, k), range(len(runs)))
        return [*outcomes, *failed, *ended]


def _pruner(task: Task) -> BatchPruner | None:
    if task.pruner == "none":
        return None
    from bdsg.tuning.pruning import BatchPruner

    return BatchPruner(task.pruner, task.history)


def _made(entries: Sequence[Entry], pruned: bool) -> tuple[list[Run], list[Entry], list[Outcome]]:
    """The runs, and those entries that they are of; the level set is traced once for all that share it."""
    from bdsg.tuning.pruning import SNAPSHOTS

    groups: dict[tuple[int, int], list[tuple[Entry, Start]]] = {}
    for entry in entries:
        samples, random = entry.context.draw(entry.problem)
        boundary = dataclasses.replace(entry.config.boundary, snapshots=SNAPSHOTS if pruned else SHOWN_ALONE)
        start = Start(boundary, entry.problem.training_data, random)
        groups.setdefault((id(entry.context), id(samples)), []).append((entry, start))
    runs, made, failed = [], [], []
    for members in groups.values():
        context, config = members[0][0].context, members[0][0].config
        samples, _ = context.draw(members[0][0].problem)
        try:
            levels = (config.epsilon, config.delta)
            objectives = make_objectives([start for _, start in members], context.fitted.training, samples, *levels)
        except BDSGError as error:
            failed += [Outcome(entry.number, "failed", error=str(error)) for entry, _ in members]
            continue
        latent = context.problem.latent if pruned else context.problem.latent[:1]
        for (entry, start), objective in zip(members, objectives, strict=True):
            runs.append(Run(objective, start.config, latent, start.random))
            made.append(entry)
    return runs, made, failed


def _keeper(entries: Sequence[Entry], pruner: BatchPruner) -> Keep:
    """Scores the snapshots between the first and the last, and asks the pruner."""

    def keep(index: int, snapshot: BoundarySnapshot) -> bool:
        entry = entries[index]
        if not 0 < snapshot.step < entry.config.boundary.steps:
            return True
        return pruner.keep(index, entry.context.bf1(snapshot.points))

    return keep


@limited_threads()
def _outcome(task: Task, entry: Entry, run: Run, trained: Trained, pruner: BatchPruner | None, index: int) -> Outcome:
    legs = pruner.legs[index] if pruner else {}
    if trained.error is not None:
        return Outcome(entry.number, "failed", legs=legs, error=str(trained.error))
    scores, points = entry.context.scores(run.objective.generator)
    scores["seconds"] = trained.seconds
    complete = trained.snapshots[-1].step >= entry.config.boundary.steps
    bf1 = scores["bf1"]
    if pruner and complete and bf1 is not None:
        pruner.finish(index, bf1)
    cloud = Window(*task.box).quantised(points[:CLOUD_POINTS])
    return Outcome(entry.number, "complete" if complete else "pruned", scores, legs, cloud)
