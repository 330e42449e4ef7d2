"""A run that many may share, as one of those who asked for it sees it."""

from __future__ import annotations

import dataclasses

from bdsg.config import ExperimentConfig
from bdsg.runs.result import Result
from bdsg.serving.job import Run


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
