"""Who is next: a waiting line that is fair between visitors."""

from __future__ import annotations

from collections import Counter

from bdsg.errors import BDSGError
from bdsg.serving.job import Run

MOST_OF_ONE = 20
"""Runs that one visitor may have waiting: more than the Rivals page has methods."""

MOST = 200
"""Runs that may wait in all."""


class FairQueue:
    """Runs that wait for a worker, served in rounds.

    Each round serves a visitor once; who comes first within it, is first.  One who comes anew joins the round that is
    being served: who asks for twenty runs keeps nobody waiting for twenty.
    """

    def __init__(self) -> None:
        self._waiting: list[Run] = []
        self._served: set[str] = set()  # in this round

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, run: Run) -> None:
        """Let a run wait.

        Raises:
            BDSGError: too many wait already, of this visitor or in all.
        """
        own = sum(other.visitor == run.visitor for other in self._waiting)
        if run.visitor and own >= MOST_OF_ONE:
            raise BDSGError(f"{own} runs of yours are waiting, and no more may: wait for one to end, or stop one.")
        if len(self) >= MOST:
            raise BDSGError(f"{len(self)} runs are waiting, and no more may: try again in a minute.")
        self._waiting.append(run)

    def remove(self, run: Run) -> None:
        """Let a run wait no longer."""
        self._waiting.remove(run)

    def order(self) -> list[Run]:
        """Those that wait, the next one first."""
        return [run for _, run in self._rounds()]

    def take(self) -> Run:
        """The next one, which waits no longer."""
        ahead, run = self._rounds()[0]
        if ahead:  # all of this round are served
            self._served = set()
        self._served.add(run.visitor)
        self._waiting.remove(run)
        return run

    def _rounds(self) -> list[tuple[int, Run]]:
        """Each run and how many rounds after the present one it is served, in that order."""
        rounds = Counter(self._served)
        found = []
        for run in self._waiting:
            found.append((rounds[run.visitor], run))
            rounds[run.visitor] += 1
        return sorted(found, key=lambda pair: pair[0])
