"""B(z, ε) as a result keeps it: NumPy against PyTorch, the browser against NumPy, scores that follow ε."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from bdsg.app.components import run_payloads
from bdsg.boundary.generators.levels import LevelGenerator
from bdsg.boundary.generators.levels_numpy import LevelBoundary
from bdsg.boundary.objectives import OurObjective, make_objective
from bdsg.config import LEVELS_BOUNDARY, BoundaryConfig, ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.errors import ConfigError
from bdsg.experiments.run_experiment import run
from bdsg.experiments.score import score_result
from bdsg.runs.result import LEVEL, Result
from tests.frontend.scripts import SCORING, node

RAW = {
    "data": {"preset": "bimodal", "samples": 200},
    "boundary": {"levels": 6, "hidden": [16, 16], "steps": 60, "snapshots": 2},
}
EPSILONS = (0.0011, 0.0123, 0.0399)


@pytest.fixture(scope="module")
def result() -> Result:
    """Two modes whose curves part within the range, hardly trained."""
    *_, found = run(ExperimentConfig.from_dict(RAW))
    assert isinstance(found, Result)
    return found


@pytest.fixture(scope="module")
def generator() -> LevelGenerator:
    model, random = ClosedForm(GaussianMixture([0.5, 0.5], [[-2, 0], [2, 0]], [np.eye(2)] * 2)), torch.Generator()
    samples = model.sample(2048, random).float()
    config = BoundaryConfig(levels=6, hidden=(16, 16))
    made = make_objective(config, model, samples[:300], samples, 0.01, 0.001, random)
    assert isinstance(made, OurObjective)
    return made.ours


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_numpy_gives_what_pytorch_gives(generator: LevelGenerator, epsilon: float) -> None:
    z = torch.randn(500, 2, generator=torch.Generator().manual_seed(1))
    boundary = LevelBoundary(generator.export())
    assert boundary.range == pytest.approx(generator.range, rel=1e-5)
    np.testing.assert_allclose(boundary.points(z.numpy(), epsilon), generator(z, epsilon).detach(), atol=2e-4)


def test_out_of_range_is_a_sentence(result: Result) -> None:
    boundary = LevelBoundary.of_run(result.arrays)
    assert boundary is not None
    with pytest.raises(ConfigError, match=r"must lie between 0\.001 and 0\.05, which B was trained for"):
        boundary.points(np.ones((1, 2)), 0.06)
    assert boundary.clamp(0.06) == pytest.approx(0.05, rel=1e-5)


def test_a_run_for_one_level_has_no_levels() -> None:
    *_, one = run(ExperimentConfig.from_dict({**RAW, "boundary": {"steps": 5, "snapshots": 2}}))
    assert isinstance(one, Result)
    assert LevelBoundary.of_run(one.arrays) is None
    assert one.summary["levels"] == []
    assert not [name for name in one.arrays.to_dict() if name.startswith(LEVEL)]


def test_more_levels_mean_more_steps_unless_they_are_written() -> None:
    config = ExperimentConfig.from_dict({"data": {"preset": "ring"}, "boundary": {"levels": 16}})
    assert config.boundary.steps == LEVELS_BOUNDARY["steps"]
    assert ExperimentConfig.from_dict(RAW).boundary.steps == 60


def test_scores_follow_epsilon(result: Result) -> None:
    own = score_result(result).to_dict()
    np.testing.assert_allclose(own["bp1"], result.summary["scores"]["bp1"])
    levels = result.summary["levels"]
    assert len(levels) == 10
    for row in levels[1:-1:3]:  # B moves along: at a fixed B the band would soon be left
        again = score_result(result, row["epsilon"]).to_dict()
        assert again["bp1"] == pytest.approx(row["bp1"], abs=1e-12)
        assert again["boundary_recall"] == pytest.approx(row["boundary_recall"], abs=0.02)
    end, mixture = LevelBoundary.of_run(result.arrays), GaussianMixture.from_config(result.config.data)
    assert end is not None
    p = np.exp(mixture.log_prob(end.points(result.arrays.boundary_latent, end.range[1])))
    beyond = score_result(result, 0.07).to_dict()  # B stays at its end
    assert beyond["bp1"] == pytest.approx(((p >= 0.007) & (p <= 0.07)).mean(), abs=1e-9)


def test_the_browser_moves_the_boundary_as_python_does(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "payload"
    path.write_bytes(run_payloads.evaluation_payload(result, result.config.epsilon, None))
    driver = f"""
    const {{ arrays }} = readTensors(payloads[0]), levels = new LevelBoundary(arrays);
    print([levels.range, {list(EPSILONS)}.map((epsilon) => {{
      const points = levels.points(epsilon, 300);
      return [Array.from(points), Array.from(levels.logDensity(points))];
    }})]);
    """
    ends, found = node((*SCORING, "math/every_level"), driver, path, folder=tmp_path)
    boundary = LevelBoundary.of_run(result.arrays)
    assert boundary is not None
    assert ends == pytest.approx(boundary.range)
    mixture = GaussianMixture.from_config(result.config.data)
    for epsilon, (points, log_density) in zip(EPSILONS, found, strict=True):
        expected = boundary.points(result.arrays.boundary_latent[:300], epsilon)
        np.testing.assert_allclose(np.reshape(points, (-1, 2)), expected, atol=1e-4)
        np.testing.assert_allclose(log_density, mixture.log_prob(np.reshape(points, (-1, 2))), atol=1e-9)
