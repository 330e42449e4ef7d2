"""Where a run is found: by its config, or by itself while it is one visitor's own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

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
