"""Where a run is found, by its config or as one visitor's own; and how each who asked for it sees it."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Iterator

from bdsg.config import ExperimentConfig
from bdsg.runs.result import Result
from bdsg.serving.job import Run


class KnownRuns:
    """Runs by key; ended ones used least recently are forgotten first.  Whoever calls holds the queue's lock."""

    def __init__(self, keep: int) -> None:
        """``keep``: how many ended runs are held."""
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._keep = keep

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs.values())

    def get(self, key: str) -> Run | None:
        """The run under a key, whatever its state."""
        run = self._runs.get(key)
        if run is not None:
            self._runs.move_to_end(key)
        return run

    def sound(self, key: str) -> Run | None:
        """The same, if it need not be started anew."""
        run = self._runs.get(key)
        if run is None or run.stopping or run.state in ("stopped", "failed"):
            return None
        return self.get(key)

    def add(self, key: str, run: Run) -> None:
        """Let a run be found under a key from now on: what is shared of it."""
        self._runs[key] = run.shared
        self._runs.move_to_end(key)

    def add_own(self, run: Run) -> None:
        """Let nobody find a run by its config: it is one visitor's own."""
        run.own = True
        self.add(_own_key(run), run)

    def disown(self, run: Run) -> None:
        """Take a run from under its config's key: it is about to become another's."""
        del self._runs[run.config.key()]
        self.add_own(run)

    def hand_over(self, run: Run) -> None:
        """Let an ended run of one's own be found under its config's key, unless a better one is."""
        self._runs.pop(_own_key(run), None)
        other = self._runs.get(run.config.key())
        if other is None or not (other.active or (other.state == "finished" and run.state != "finished")):
            self.add(run.config.key(), run)

    def forget_old(self) -> None:
        """Drop ended runs beyond those that are held."""
        ended = [key for key, run in self._runs.items() if not run.active]
        for key in ended[: max(0, len(ended) - self._keep)]:
            del self._runs[key]


def _own_key(run: Run) -> str:
    return f"run {run.number}"


class AskedRun(Run):
    """All that the shared run is and becomes, under the words and units of the config that was asked with.

    Equal runs are trained once, whatever their columns are called: what is shared holds no visitor's names or units,
    and these come back here, in the one place where pages and files get them from.
    """

    __slots__ = ("_asked", "_shared")

    def __init__(self, shared: Run, asked: ExperimentConfig) -> None:
        """``asked``: has the key of the run's config."""
        self._shared, self._asked = shared, asked
        self.__dict__ = shared.__dict__  # the one state, which grows while the run is under way

    @property
    def shared(self) -> Run:
        """The run that all who asked for it have in common."""
        return self._shared

    @property
    def config(self) -> ExperimentConfig:  # type: ignore[override]
        """The run's, with the changes made so far; data and density as they were asked for."""
        asked = self._asked
        return dataclasses.replace(self._shared.config, data=asked.data, density=asked.density)

    @property
    def result(self) -> Result | None:  # type: ignore[override]
        """The run's, under this config."""
        found = self._shared.result
        return None if found is None else dataclasses.replace(found, config=self.config)


def asked_run(run: Run, config: ExperimentConfig) -> Run:
    """A run of this config's key as the one who asks with it sees it."""
    shared = run.shared
    asked, own = (config.data, config.density), (shared.config.data, shared.config.density)
    return shared if asked == own else AskedRun(shared, config)
