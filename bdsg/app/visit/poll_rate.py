"""How often pages look at runs under way: one interpreter draws them all, so many visits look less often each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LOOKS_A_SECOND = 15
"""By all visits together: a look at a moving run costs the server 10 to 20 ms."""

GONE_SECONDS = 6.0
"""A visit that is so late looks at nothing any more."""

ROOM = 1.4
"""A new interval is longer than it must be, so that it need not change with each visit that comes."""


class Pacing:
    """Intervals between the looks of each visit.  Safe to call from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._looks: dict[str, tuple[float, float]] = {}

    def seconds(self, visitor: str, least: float) -> float:
        """Note that a visit looks; how long it is to wait until it looks again, ``least`` if few do."""
        now = self._clock()
        with self._lock:
            self._looks = {who: look for who, look in self._looks.items() if now - look[0] < GONE_SECONDS + 2 * look[1]}
            _, present = self._looks.get(visitor, (now, 0.0))
            wanted = least
            if (needed := len(self._looks.keys() | {visitor}) / LOOKS_A_SECOND) > least:
                wanted = present if needed <= present <= 2 * needed else ROOM * needed
            self._looks[visitor] = (now, wanted)
            return wanted
