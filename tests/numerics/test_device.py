"""Runs on another device than the CPU: a pretended one that refuses mixtures, and CUDA where there is one."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from bdsg.__main__ import main
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, ResidualFlow
from bdsg.errors import ConfigError
from bdsg.experiments import run_experiment
from bdsg.numerics.device import device_of, to_numpy, torch_device
from bdsg.runs.cache import Store

ROOT = Path(__file__).resolve().parents[2]
TINY = {
    "data": {"preset": "bimodal", "samples": 200},
    "density": {"kind": "iresnet", "blocks": 2, "hidden": [8, 8], "steps": 20, "batch_size": 64},
    "boundary": {"steps": 10, "batch_size": 64, "hidden": [16, 16], "snapshots": 3},
}
with_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
without_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")


def test_everything_runs_where_no_cpu_tensor_may_be_mixed_in() -> None:
    # In a process of its own: a second device, once registered, stays.
    command = [sys.executable, "-m", "tests.pretend_device"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert set(found) == {"closed form", "exact", "truncated", "roulette"}
    for name, arrays in found.items():
        assert {"boundary", "log_p_g", "snapshot_points", "warp"} <= set(arrays)
        # The draws are the same and so is the arithmetic, but for the order of some sums.  On a learned density that
        # is enough for farthest-point sampling to choose other points of the level set, and B(z) follows those.
        moved = ("boundary", "snapshot") if name != "closed form" else ("-",)
        assert max(value for part, value in arrays.items() if not part.startswith(moved)) < 1e-3, name
        assert arrays["data"] == arrays["latent"] == 0.0, name


@without_cuda
def test_asking_for_a_device_that_is_not_there_ends_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = "device is 'cuda', but PyTorch finds no CUDA device on this machine: choose cpu"
    with pytest.raises(ConfigError, match=sentence) as caught:
        list(run_experiment.run(ExperimentConfig.from_dict({**TINY, "device": "cuda"})))
    assert caught.value.key == "device"
    (tmp_path / "config.json").write_text(json.dumps({**TINY, "device": "cuda"}))
    assert main(["run", str(tmp_path / "config.json"), "--out", str(tmp_path / "out"), "--quiet"]) == 2
    assert capsys.readouterr().err.startswith(sentence)
    assert not (tmp_path / "out").exists()


@with_cuda
def test_a_run_on_cuda(tmp_path: Path) -> None:
    config = ExperimentConfig.from_dict({**TINY, "device": "cuda"})
    *_, there = run_experiment.run(config, store=Store(tmp_path))
    *_, here = run_experiment.run(dataclasses.replace(config, device="cpu"), store=Store(tmp_path))
    np.testing.assert_array_equal(there.arrays.data, here.arrays.data)
    np.testing.assert_allclose(there.arrays.log_p_g, here.arrays.log_p_g, rtol=0.05, atol=0.1)
    np.testing.assert_allclose(there.arrays.boundary, here.arrays.boundary, rtol=0.05, atol=0.2)


def test_a_device_has_a_key_of_its_own_and_the_cpus_is_as_it_was() -> None:
    here = ExperimentConfig.from_dict(TINY)
    there = ExperimentConfig.from_dict({**TINY, "device": "cuda"})
    assert here == ExperimentConfig.from_dict({**TINY, "device": "cpu"})
    assert here.key() != there.key()
    assert here.density_key() != there.density_key()
    assert ExperimentConfig.from_json(there.to_json()) == there
    with pytest.raises(ConfigError, match="device is 'gpu', but must be one of cpu, cuda"):
        ExperimentConfig.from_dict({**TINY, "device": "gpu"})


def test_where_models_and_numbers_are() -> None:
    closed = ClosedForm(GaussianMixture([1.0], [[0.0, 0.0]], [np.eye(2)]))
    flow = ResidualFlow(2, 1, (4,), 0.9, "elu", torch.Generator())
    assert device_of(closed) == device_of(flow) == torch_device("cpu") == torch.device("cpu")
    assert device_of(flow.to("meta")) == torch.device("meta")
    tensor = torch.tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(to_numpy(tensor * 2), [2.0, 4.0])
