"""The estimate of a run's cost: it rises with every setting, and is of the order of real runs."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.experiments import cost, run_experiment


def config(density: dict[str, Any] | None = None, boundary: dict[str, Any] | None = None) -> ExperimentConfig:
    raw = {"data": {"preset": "bimodal"}, "density": density or {}, "boundary": boundary or {}}
    return ExperimentConfig.from_dict(raw)


KINDS: list[dict[str, Any]] = [
    {"kind": "iresnet"},
    {"kind": "iresnet", "log_determinant": "truncated"},
    {"kind": "resflow"},
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "more", [{"steps": 6000}, {"blocks": 32}, {"hidden": [32, 32]}, {"hidden": [16, 16, 16]}, {"batch_size": 512}]
)
def test_a_larger_flow_costs_more(kind: dict[str, Any], more: dict[str, Any]) -> None:
    assert cost.seconds(config({**kind, **more})) > 1.05 * cost.seconds(config(kind))


@pytest.mark.parametrize("objective", ["ours", "paper"])
@pytest.mark.parametrize("more", [{"steps": 6000}, {"hidden": [512, 512, 512]}, {"batch_size": 4096}])
def test_a_larger_training_of_the_generator_costs_more(objective: str, more: dict[str, Any]) -> None:
    plain = config(boundary={"objective": objective})
    assert cost.seconds(config(boundary={"objective": objective, **more})) > 1.1 * cost.seconds(plain)


def test_what_needs_more_memory_is_said_to() -> None:
    closed, plain = config(), config({"kind": "iresnet"})
    batch = config({"kind": "iresnet", "batch_size": 8192})
    series = config({"kind": "iresnet", "batch_size": 8192, "log_determinant": "truncated"})
    sizes = [cost.memory_bytes(one) for one in (closed, plain, batch, series)]
    assert sizes == sorted(sizes)
    assert sizes[3] > 10 * sizes[2]


def test_every_preset_is_cheap() -> None:
    for name in PRESETS:
        assert cost.seconds(ExperimentConfig.from_dict({"data": {"preset": name}})) < 60


def test_the_estimate_is_of_the_order_of_real_runs() -> None:
    """Two unlike runs against each other: what they take depends on the machine, their ratio hardly."""
    small = config(boundary={"hidden": [64], "steps": 400, "snapshots": 2})
    large = config(boundary={"hidden": [512, 512], "steps": 400, "snapshots": 2})
    spent = []
    for one in (small, small, large):  # the first one loads the kernels
        begun = time.process_time()
        for _ in run_experiment.run(one):
            pass
        spent.append(time.process_time() - begun)
    measured, estimated = spent[2] / spent[1], cost.seconds(large) / cost.seconds(small)
    assert 0.2 < estimated / measured < 5
