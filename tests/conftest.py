"""What every test starts from: one thread, so that sums come out the same, and examples drawn alike each time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import torch
from playwright.sync_api import Browser, expect, sync_playwright

from bdsg.config import ExperimentConfig
from bdsg.experiments.run_experiment import run
from bdsg.runs.cache import Store
from bdsg.runs.result import Event, Result
from bdsg.serving.run_queue import RunQueue
from tests import needs
from tests.browser.serving import CHROMIUM, launch

ROOT = Path(__file__).parents[1]
torch.set_num_threads(1)
expect.set_options(timeout=30_000)  # a loaded machine is slow, not wrong
slow = [hypothesis.HealthCheck.too_slow]  # a loaded machine is, and its tests fail for nothing
hypothesis.settings.register_profile(
    "alike", derandomize=True, deadline=None, database=None, suppress_health_check=slow
)
hypothesis.settings.load_profile("alike")


WARM_UP = "from bdsg.{} import warm_up; warm_up()"
KERNELS = ("boundary.training.warming", "density.flows.warming")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before many tests run at once, compile the kernels: else each would compile its own, beside the others."""
    if session.config.getoption("numprocesses", None):
        compilers = [subprocess.Popen([sys.executable, "-c", WARM_UP.format(name)], cwd=ROOT) for name in KERNELS]
        for compiler in compilers:
            compiler.wait()


SLOW_FIRST = ("browser", "faults", "server", "sweep", "pages")
"""Folders whose tests wait for other processes: begun last, one of them would keep a core idle at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the order in which files are handed out to the cores."""
    order = {name: place for place, name in enumerate(SLOW_FIRST)}
    items.sort(key=lambda item: order.get(item.path.parent.name, len(order)))


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """A page under test leaves a main module behind, which every process that is started later would load."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="session")
def quick_config() -> ExperimentConfig:
    """A run of about a second: closed form, two overlapping modes, few steps."""
    return ExperimentConfig.from_dict(
        {
            "data": {"preset": "bimodal", "samples": 200},
            "boundary": {"steps": 30, "batch_size": 64, "hidden": [16, 16], "snapshots": 6},
            "delta": 0.0007,
        }
    )


@pytest.fixture(scope="session")
def quick_events(quick_config: ExperimentConfig) -> list[Event | Result]:
    """All that the quick run yields."""
    return list(run(quick_config))


@pytest.fixture(scope="session")
def quick_result(quick_events: list[Event | Result]) -> Result:
    """The quick run's result."""
    assert isinstance(quick_events[-1], Result)
    return quick_events[-1]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium from the PATH; without one the tests fail in CI, and are skipped elsewhere."""
    path = needs.program(CHROMIUM, "chromium")
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        yield browser
        browser.close()


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
