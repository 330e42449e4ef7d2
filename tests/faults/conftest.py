"""What the tests of faults share: a queue with one real worker and a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bdsg.runs.cache import Store
from bdsg.serving.run_queue import RunQueue


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the store."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def queue(cache: Path) -> Iterator[RunQueue]:
    """One worker."""
    queue = RunQueue(1, Store(cache))
    yield queue
    queue.close()
