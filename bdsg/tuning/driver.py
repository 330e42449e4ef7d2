"""Run a study: ask for trials, send them out in batches, tell what came back; each trial once, whoever dies."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Protocol

from bdsg import __version__
from bdsg.config import ExperimentConfig
from bdsg.runs.result import Progress, StepClock
from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.plan import BEST
from bdsg.tuning.pruning import REMEMBERED
from bdsg.tuning.space import Value, applied
from bdsg.tuning.study import Study, best, refusals_told
from bdsg.tuning.trial_result import Outcome, Task

POLL_SECONDS = 0.5
AHEAD = 1
"""Batches that wait beside those in work: a worker then never waits for the driver."""


class Workers(Protocol):
    """What the driver asks of a pool."""

    @property
    def workers(self) -> int:
        """How many there are, at least 1."""

    @property
    def under_way(self) -> int:
        """Batches not back yet."""

    def submit(self, task: Task) -> None:
        """Send a batch."""

    def finished(self, timeout: float) -> list[Outcome]:
        """What came back."""

    def close(self) -> None:
        """Let them go."""


def drive(folder: StudyFolder, hire: Callable[[], Workers]) -> Generator[Progress, None, None]:
    """Run a study to its end, yielding after each batch, and often in between.

    The stages are ``trials`` and ``seeds``, runs of the seed bands; the term ``best`` is the best value of the first
    goal, once there is one.

    Trials that an earlier driver left unfinished keep their numbers and their values, and run first.

    Args:
        hire: gets the workers, once it is sure that nobody else runs the study; they are let go at the end.

    Raises:
        BDSGError: another process runs the study, the storage fails, or the workers do.
    """
    with folder.driven(), refusals_told(folder):
        pool = hire()  # first: without workers nothing is to be left in the storage
        try:
            study = Study(folder, create=True)
            yield from _trials(folder, study, pool)
            yield from _seeds(folder, study, pool)
        finally:
            pool.close()


def _trials(folder: StudyFolder, study: Study, pool: Workers) -> Iterator[Progress]:
    plan, box, clock = study.plan, study.plan.box(), StepClock()
    waiting, done = study.unfinished(), study.finished()
    asked, terms = done + len(waiting), dict[str, float]()

    def more(count: int) -> list[tuple[int, dict[str, Value]]]:
        nonlocal asked
        old = [waiting.pop(0) for _ in range(min(count, len(waiting)))]
        fresh = study.ask(max(0, min(count - len(old), study.target - asked)))
        asked += len(fresh)
        return [*old, *fresh]

    while done < study.target or waiting or pool.under_way:
        while pool.under_way < pool.workers + AHEAD and (trials := more(plan.batch)):
            history = study.history(REMEMBERED) if plan.pruner != "none" else []
            configs = [(number, applied(plan.config, values).to_json()) for number, values in trials]
            pool.submit(Task(__version__, tuple(configs), box, plan.pruner, tuple(history)))
        outcomes = pool.finished(POLL_SECONDS)
        if outcomes:
            # Points first: a trial that is known to be finished then has its picture.
            folder.add_clouds({one.number: one.cloud for one in outcomes if one.cloud is not None})
            done += sum(study.tell(outcome) for outcome in outcomes)
            if leaders := best(study.trials(), plan.goals, 1):
                terms = {"best": float(leaders[0].values[0])}
        yield Progress("trials", done, study.target, clock.read(), terms)


def _seeds(folder: StudyFolder, study: Study, pool: Workers) -> Iterator[Progress]:
    """The best settings over seeds 1, 2, ..., those of one seed together: they share their data and level set."""
    plan, box, clock = study.plan, study.plan.box(), StepClock()
    leaders = best(study.trials(), plan.goals, BEST)
    known = {(row["trial"], row["seed"]) for row in folder.bands()}
    seeds = [plan.config.seed + k for k in range(1, plan.seeds + 1)]
    due = [(trial.number, seed) for seed in seeds for trial in leaders if (trial.number, seed) not in known]
    settings = {trial.number: applied(plan.config, trial.params) for trial in leaders}
    target, number = len(leaders) * len(seeds), dict(enumerate(due))
    for start in range(0, len(due), len(leaders)):
        part = list(number.items())[start : start + len(leaders)]
        configs = [(key, seeded(settings[trial], seed).to_json()) for key, (trial, seed) in part]
        pool.submit(Task(__version__, tuple(configs), box))
    while due and pool.under_way:
        outcomes = pool.finished(POLL_SECONDS)
        rows = [(number[one.number], one) for one in outcomes]
        folder.add_bands([{"trial": t, "seed": s, "scores": o.scores, "error": o.error} for (t, s), o in rows])
        yield Progress("seeds", len(folder.bands()) if pool.under_way else target, target, clock.read())


def seeded(config: ExperimentConfig, seed: int) -> ExperimentConfig:
    """The config with another seed."""
    return ExperimentConfig.from_dict({**config.to_dict(), "seed": seed})
