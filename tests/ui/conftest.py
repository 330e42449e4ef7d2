"""Queues of runs, with a real worker process or with none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bdsg.runs.cache import Store
from bdsg.serving.run_queue import RunQueue


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunQueue]:
    """One worker and a store."""
    queue = RunQueue(1, Store(tmp_path_factory.mktemp("cache")))
    yield queue
    queue.close()


@pytest.fixture
def idle() -> Iterator[RunQueue]:
    """No workers: what is submitted stays queued."""
    queue = RunQueue(0)
    yield queue
    queue.close()
