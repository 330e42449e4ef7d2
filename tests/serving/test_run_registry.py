"""A run is found by all who ask for an equal one, and each gets it under his own columns' names and units."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bdsg.config import ExperimentConfig, UnitsConfig
from bdsg.runs.cache import Store
from bdsg.runs.directory import read_run, write_run
from bdsg.runs.result import Result
from bdsg.serving.job import Run
from bdsg.serving.run_queue import RunQueue
from bdsg.serving.run_registry import asked_run

RADIUS = UnitsConfig(("radius_mm", "height_mm"), (20.0, 5.0), (5.0, 1.0))
DIAMETER = UnitsConfig(("diameter_mm", "height_mm"), (40.0, 5.0), (10.0, 1.0))


def under(config: ExperimentConfig, units: UnitsConfig | None) -> ExperimentConfig:
    """The same run, shown in other units."""
    return dataclasses.replace(config, data=dataclasses.replace(config.data, units=units))


@pytest.fixture
def radius(quick_config: ExperimentConfig) -> ExperimentConfig:
    return under(quick_config, RADIUS)


@pytest.fixture
def diameter(quick_config: ExperimentConfig) -> ExperimentConfig:
    return under(quick_config, DIAMETER)


def known(queue: RunQueue) -> list[Run]:
    return list(queue._runs)


def test_one_run_for_two_and_each_has_his_own_words(
    idle: RunQueue, radius: ExperimentConfig, diameter: ExperimentConfig, quick_result: Result
) -> None:
    first, second = idle.submit(radius), idle.submit(diameter)
    assert first.shared is second.shared
    assert (first.config, second.config) == (radius, diameter)
    assert first.name == second.name
    (shared,) = known(idle)
    assert shared.config.data.units is None
    shared.fill(quick_result)
    assert first.result is not None
    assert second.result is not None
    assert (first.result.config, second.result.config) == (radius, diameter)
    assert first.result.arrays is second.result.arrays
    assert second.boundary_snapshots
    idle.stop(second)
    assert (first.state, second.state, shared.state) == ("stopped",) * 3
    found = idle.find(diameter)
    assert found is not None
    assert found.config == diameter


def test_nothing_that_the_queue_holds_sends_or_keeps_names_a_column(
    idle: RunQueue, radius: ExperimentConfig, quick_result: Result, tmp_path: Any
) -> None:
    runs = [idle.submit(radius), idle.watch(radius, 5.0), idle.contest(radius, "kde")]
    idle.steer(runs[0], lambda2=0.2)
    idle.steer(runs[1], lambda2=0.3)
    assert len(known(idle)) == 3
    assert all(type(run) in (Run, type(runs[2])) and run.config.data.units is None for run in known(idle))
    assert {run.config.data.units for run in runs[:2]} == {RADIUS}
    again = idle.own_run(runs[1].token, radius)
    assert again is not None
    assert again.shared is runs[1].shared
    assert again.config == radius
    Store(tmp_path).put(dataclasses.replace(quick_result, config=radius))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and b"radius_mm" in path.read_bytes()] == []
    assert read_run(tmp_path / radius.key()).config == radius.shared()


def test_an_entry_of_the_store_with_someones_units_is_handed_out_without(
    radius: ExperimentConfig, diameter: ExperimentConfig, quick_result: Result, tmp_path: Any
) -> None:
    write_run(dataclasses.replace(quick_result, config=radius), tmp_path / radius.key())
    queue = RunQueue(0, Store(tmp_path))
    run = queue.find(diameter)
    assert run is not None
    assert run.result is not None
    assert (run.config, run.result.config) == (diameter, diameter)
    assert run.shared.config.data.units is None
    queue.close()


def test_steering_moves_the_weights_and_leaves_the_words(radius: ExperimentConfig) -> None:
    run = Run(radius.shared(), 1)
    mine = asked_run(run, radius)
    run.config = dataclasses.replace(run.config, boundary=dataclasses.replace(run.config.boundary, lambda2=0.7))
    assert mine.config.boundary.lambda2 == 0.7
    assert mine.config.data.units == RADIUS
    assert asked_run(mine, radius.shared()) is run
