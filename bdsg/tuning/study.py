"""The study in its storage: what to try next, how it went, what was best."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.exceptions import OptunaError
from optuna.importance import get_param_importances
from optuna.samplers import BaseSampler, CmaEsSampler, RandomSampler, TPESampler
from optuna.storages import BaseStorage, RDBStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from bdsg.errors import BDSGError, ConfigError, StoreError
from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.goals import GOALS
from bdsg.tuning.space import Dimension, Value, grid
from bdsg.tuning.trial_result import Outcome

SCORES, LEGS, ERROR = "scores", "legs", "error"
"""User attributes of a trial: each one is a write, so all scores are in one."""

OWNER = "folder"
"""User attribute of a study: the identity of its folder."""

FEWEST = 4
"""Different scores that importances can be told from."""

optuna.logging.set_verbosity(optuna.logging.WARNING)


def open_storage(url: str) -> BaseStorage:
    """An Optuna storage of a database's URL.

    SQLite gets a write-ahead log: readers then do not wait for the writer, and a commit is not a flush of the disk.

    Raises:
        StoreError: the database is not there, or its driver is not installed.
    """
    try:
        storage = RDBStorage(url, engine_kwargs={"connect_args": {"timeout": 60}} if url.startswith("sqlite") else {})
        if url.startswith("sqlite"):
            event.listen(storage.engine, "connect", _quick)
            storage.engine.dispose()
    except ImportError as error:
        raise StoreError(f"The storage's driver is missing ({error}): pip install 'bdsg[postgresql]'.") from error
    except (SQLAlchemyError, OptunaError, ValueError, RuntimeError) as error:  # RuntimeError: of another version
        reason = str(error).splitlines()[0]
        raise StoreError(f"The storage cannot be opened ({reason}): check its URL, and whether it runs.") from error
    return storage


def _quick(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


@contextlib.contextmanager
def refusals_told(folder: StudyFolder) -> Iterator[None]:
    """Turn the refusal of a storage that was open, such as one on a full disk, into a sentence."""
    try:
        yield
    except (SQLAlchemyError, OptunaError) as error:
        cause = error.__cause__ if isinstance(error.__cause__, SQLAlchemyError) else error
        reason = str(getattr(cause, "orig", None) or cause).splitlines()[0]
        raise StoreError(
            f"The storage of the study {folder.name} failed ({reason}): see to its disk or database, then resume the "
            "study. Finished trials are kept."
        ) from error


def distribution(dimension: Dimension) -> BaseDistribution:
    """A dimension as Optuna has it."""
    if dimension.choices:
        return CategoricalDistribution(dimension.choices)
    low, high = dimension.ends
    if dimension.whole:
        return IntDistribution(int(low), int(high), log=dimension.log)
    return FloatDistribution(low, high, log=dimension.log)


class Study:
    """A plan's trials in its storage.

    Attributes:
        plan: what is to be done.
        optuna: Optuna's own study.
    """

    def __init__(self, folder: StudyFolder, *, create: bool = False) -> None:
        """``create``: make it where it is not there yet.

        Raises:
            StoreError: the storage cannot be opened, or does not have the study.
        """
        self.plan, self._name = folder.plan(), folder.name
        storage = open_storage(folder.storage())
        self._distributions = {one.name: distribution(one) for one in self.plan.dimensions}
        directions = [
            StudyDirection.MAXIMIZE if GOALS[name].larger else StudyDirection.MINIMIZE for name in self.plan.goals
        ]
        try:
            if create:
                self.optuna = optuna.create_study(
                    storage=storage, study_name=folder.name, directions=directions, load_if_exists=True
                )
            else:
                self.optuna = optuna.load_study(study_name=folder.name, storage=storage)
        except KeyError as error:
            raise StoreError(f"The storage has no study {folder.name!r} yet: start it first.") from error
        if create and self.optuna.directions != directions:
            raise ConfigError("storage", folder.name, "holds another study of this name: choose another --name.")
        if create:
            self._claim(folder)
        self.optuna.sampler = self._sampler(len(self.trials()))
        self._storage, self._id = storage, storage.get_study_id_from_name(folder.name)
        self._grid = grid(self.plan.dimensions, self.plan.trials) if self.plan.sampler == "grid" else []

    def _claim(self, folder: StudyFolder) -> None:
        """One folder owns a study: its lock then keeps two drivers apart, even where the storage is shared."""
        owner = self.optuna.user_attrs.get(OWNER)
        if owner is None:
            self.optuna.set_user_attr(OWNER, folder.identity())
        elif owner != folder.identity():
            raise StoreError(
                f"The storage's study {folder.name} belongs to another folder: go on where it was started, "
                "or choose another --name."
            )

    def _sampler(self, known: int) -> BaseSampler:
        """``known`` trials are there: a study that goes on must not draw again what it drew at first."""
        plan, seed = self.plan, (self.plan.seed + known) % 2**32
        if plan.sampler == "tpe":
            # constant_liar: trials under way count as poor, so that a batch spreads instead of asking for one spot
            return TPESampler(seed=seed, multivariate=True, constant_liar=True, n_startup_trials=2 * plan.batch)
        if plan.sampler == "cmaes":
            return CmaEsSampler(seed=seed)
        return RandomSampler(seed=seed)

    @property
    def target(self) -> int:
        """How many trials are to be finished: a grid may be a little smaller than the plan asks for."""
        return len(self._grid) or self.plan.trials

    def trials(self) -> list[FrozenTrial]:
        """All trials, by number.

        Raises:
            StoreError: the storage is damaged.
        """
        try:
            found: list[FrozenTrial] = self.optuna.get_trials(deepcopy=False)
        except (ValueError, TypeError, KeyError) as error:  # of what a row holds
            raise self._damaged(error) from error
        for trial in found:
            if not self._whole(trial):
                raise self._damaged(f"of trial {trial.number} something is missing")
        return found

    def _whole(self, trial: FrozenTrial) -> bool:
        """Whether all that a trial's end has written is there."""
        scores = trial.user_attrs.get(SCORES, {})
        if not isinstance(scores, dict) or not all(isinstance(one, float | int | None) for one in scores.values()):
            return False
        complete = trial.state == TrialState.COMPLETE
        if complete and len(trial.values or ()) != len(self.plan.goals):
            return False
        return set(trial.params) == set(self._distributions) or not (scores or complete)

    def _damaged(self, reason: object) -> StoreError:
        first = " ".join(str(reason).split())[:160]
        return StoreError(f"The storage of the study {self._name} is damaged ({first}): start the study anew.")

    def ask(self, count: int) -> list[tuple[int, dict[str, Value]]]:
        """Numbers and values of new trials."""
        if self._grid:
            self._enqueue(count)
        trials = [self.optuna.ask(self._distributions) for _ in range(count)]
        return [(trial.number, dict(trial.params)) for trial in trials]

    def _enqueue(self, count: int) -> None:
        """Points of the grid that no trial has, so that ``count`` wait; those that a killed driver left count."""
        trials, names = self.trials(), list(self._distributions)
        values = [trial.system_attrs.get("fixed_params", trial.params) for trial in trials]
        tried = {tuple(point[name] for name in names) for point in values if set(point) == set(names)}
        left = [point for point in self._grid if tuple(point[name] for name in names) not in tried]
        waiting = sum(trial.state == TrialState.WAITING for trial in trials)
        for point in left[: max(0, count - waiting)]:
            self.optuna.enqueue_trial(point)

    def unfinished(self) -> list[tuple[int, dict[str, Value]]]:
        """Trials that a driver who is gone left behind; those without all their values are given up."""
        found = []
        for trial in self.trials():
            if trial.state != TrialState.RUNNING:
                continue
            if set(trial.params) == set(self._distributions):
                found.append((trial.number, dict(trial.params)))
            else:
                self.optuna.tell(trial.number, state=TrialState.FAIL)
        return found

    def finished(self) -> int:
        """How many trials have come to an end, good or bad."""
        return sum(counted(trial) for trial in self.trials())

    def tell(self, outcome: Outcome) -> bool:
        """Note how a trial went; False where that is known already, and then nothing changes."""
        key = self._storage.get_trial_id_from_study_id_trial_number(self._id, outcome.number)
        if self._storage.get_trial(key).state.is_finished():
            return False
        if outcome.scores:
            self._storage.set_trial_user_attr(key, SCORES, outcome.scores)
        if outcome.legs:
            self._storage.set_trial_user_attr(key, LEGS, {str(leg): bf1 for leg, bf1 in outcome.legs.items()})
        values = [outcome.scores.get(name) for name in self.plan.goals]
        if outcome.state == "complete" and None not in values:
            self.optuna.tell(outcome.number, [float(value) for value in values if value is not None])
        elif outcome.state == "pruned":
            self.optuna.tell(outcome.number, state=TrialState.PRUNED)
        else:
            error = outcome.error or "A score is undefined: there is no contour."
            self._storage.set_trial_user_attr(key, ERROR, error)
            self.optuna.tell(outcome.number, state=TrialState.FAIL)
        return True

    def history(self, most: int) -> list[dict[int, float]]:
        """BF1 by leg of the newest complete trials, for a pruner."""
        done = [trial for trial in self.trials() if trial.state == TrialState.COMPLETE and LEGS in trial.user_attrs]
        return [{int(leg): bf1 for leg, bf1 in trial.user_attrs[LEGS].items()} for trial in done[-most:]]


def counted(trial: FrozenTrial) -> bool:
    """Whether a trial has come to an end that says something: one that was given up does not count."""
    gave_up = trial.state == TrialState.FAIL and ERROR not in trial.user_attrs
    return trial.state.is_finished() and not gave_up


def best(trials: Iterable[FrozenTrial], goals: Sequence[str], count: int) -> list[FrozenTrial]:
    """The best complete trials: by the first goal, then by the next, and the earlier one where all are equal."""
    signs = [-1.0 if GOALS[name].larger else 1.0 for name in goals]
    done = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    done.sort(key=lambda trial: ([sign * value for sign, value in zip(signs, trial.values, strict=True)], trial.number))
    return done[:count]


def importances(study: optuna.Study, goal: int = 0) -> dict[str, float]:
    """How much each setting matters for a goal: see :func:`importances_of`."""
    larger = study.directions[goal] == StudyDirection.MAXIMIZE
    return importances_of(study, lambda trial: float(trial.values[goal]), larger)


def importances_of(study: optuna.Study, target: Callable[[FrozenTrial], float], larger: bool) -> dict[str, float]:
    """How much each setting matters for a number, shares that sum to 1; empty where too few trials are done.

    By PED-ANOVA (Watanabe and others, 2023), Optuna's default: how far the best trials' values differ from all trials'.

    Args:
        target: the number of a complete trial.
        larger: whether more is better.
    """
    done = [trial for trial in study.get_trials(deepcopy=False) if trial.state == TrialState.COMPLETE]
    if len({target(trial) for trial in done}) < FEWEST:
        return {}
    sign = -1.0 if larger else 1.0  # it takes low values for good ones
    try:
        with warnings.catch_warnings(action="ignore"):  # of just that
            return get_param_importances(study, target=lambda trial: sign * target(trial))
    except (ValueError, RuntimeError) as error:
        raise BDSGError(f"The importances cannot be computed yet ({error}): let more trials finish.") from error
