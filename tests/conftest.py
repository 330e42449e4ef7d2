"""What every test starts from: one thread, so that sums come out the same, and examples drawn alike each time."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import hypothesis
import pytest
import torch
from playwright.sync_api import Browser, expect, sync_playwright

from bdsg.config import ExperimentConfig
from bdsg.experiments.run_experiment import run
from bdsg.runs.result import Event, Result
from tests import needs
from tests.browser.serving import CHROMIUM, launch

torch.set_num_threads(1)
expect.set_options(timeout=30_000)  # a loaded machine is slow, not wrong
slow = [hypothesis.HealthCheck.too_slow]  # a loaded machine is, and its tests fail for nothing
hypothesis.settings.register_profile(
    "alike", derandomize=True, deadline=None, database=None, suppress_health_check=slow
)
hypothesis.settings.load_profile("alike")


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
