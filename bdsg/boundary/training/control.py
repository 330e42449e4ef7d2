"""The hand on a training of B(z): what changes on the way, and how long the training may take."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from bdsg.config import BoundaryConfig
from bdsg.config.schedule import Change, Weights
from bdsg.errors import ConfigError

SLICE_SECONDS = 0.05
"""How long a paced training sleeps, or trains, between two looks at the stop and at the hand."""

Ask = Callable[[], Mapping[str, float]]
"""Gives the new values by name that were asked for since it was last called."""

log = logging.getLogger(__name__)


def no_steering() -> Mapping[str, float]:
    """The hand of a run that nobody steers."""
    return {}


class TrainingControl:
    """λ1, λ2 and the learning rate at each step: the config's, those of its changes, and those of the hand.

    Attributes:
        config: with the changes made by hand so far: a run of it takes the same steps, bit for bit.
        weights: as they are at the step reached.
    """

    def __init__(self, config: BoundaryConfig, ask: Ask = no_steering) -> None:
        self.config, self._ask = config, ask
        self.weights: Weights = config.weights_at(0)

    def reach(self, step: int, *, last: bool = False) -> Change | None:
        """Take over what holds from this step on; the change, if the hand made one here.

        Nothing is descended in the ``last`` step, so there the hand is not asked.
        """
        made = None if last else self._by_hand(step)
        self.weights = self.config.weights_at(step)
        return made

    def next_change(self, step: int) -> int:
        """The first step after this one from which something else holds, or the end."""
        later = [change.step for change in self.config.changes if change.step > step]
        return min([*later, self.config.steps])

    def _by_hand(self, step: int) -> Change | None:
        present = self.config.weights_at(step)
        asked = {name: value for name, value in self._ask().items() if value != getattr(present, name)}
        if not asked:
            return None
        change = Change(step, **asked)
        try:
            self.config = self.config.steered(change)
        except ConfigError as error:  # the hand's mistake must not cost the run
            log.warning("A change is left out. %s", error)
            return None
        return change


class Pace:
    """Spreads a training over some seconds by sleeping between its stretches; it changes no number."""

    def __init__(
        self,
        seconds: Callable[[], float],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``seconds``: what the training is to take, asked all the time; 0 is as little as it can."""
        self._seconds, self._clock, self._sleep = seconds, clock, sleep
        self._begun: float | None = None

    def wait(self, step: int, steps: int, stop: Callable[[], bool]) -> int:
        """Sleep until a step is due, or a stop; how many steps may then be taken before the next look."""
        self._begun = self._clock() if self._begun is None else self._begun
        while (seconds := self._seconds()) > 0:
            left = self._begun + seconds * step / steps - self._clock()
            if left <= 0 or stop():
                break
            self._sleep(min(left, SLICE_SECONDS))
        return max(1, int(SLICE_SECONDS * steps / seconds)) if seconds > 0 else steps
