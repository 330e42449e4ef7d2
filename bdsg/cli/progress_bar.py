"""Progress of a command on stderr."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NoReturn

from bdsg.runs.result import Progress

if TYPE_CHECKING:
    from tqdm import tqdm


@contextlib.contextmanager
def progress_bars(quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """One bar a stage, with the loss terms behind it."""
    from tqdm import tqdm

    bars: dict[str, tqdm[NoReturn]] = {}

    def show(progress: Progress) -> None:
        if progress.stage not in bars:
            for earlier in bars.values():
                earlier.close()
            bars[progress.stage] = tqdm(total=progress.steps, desc=progress.stage, file=sys.stderr, disable=quiet)
        bar = bars[progress.stage]
        bar.set_postfix({name: f"{value:.4g}" for name, value in progress.terms.items()}, refresh=False)
        bar.update(progress.step - bar.n)

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()
