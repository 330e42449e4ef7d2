"""B(z, ε): its code, its export evaluated without PyTorch, and its scores over a whole range of ε."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from bdsg.boundary import loss_terms
from bdsg.boundary.generators.levels import LevelGenerator
from bdsg.boundary.objectives import OurObjective, make_objective
from bdsg.config import BoundaryConfig
from bdsg.config.constants import LEVEL_RANGE
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.errors import ConfigError, EmptyBoundaryError
from bdsg.experiments.train import train_boundary
from bdsg.metrics import Band, boundary_scores, truth_field
from bdsg.metrics.boundary import probe_contour
from tests.bench.hard_cases import HARD_CASES

SADDLE = GaussianMixture([0.5, 0.5], [[-2.0, 0.0], [2.0, 0.0]], [np.eye(2)] * 2)


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def objective_of(mixture: GaussianMixture, epsilon: float, **settings: object) -> OurObjective:
    model, random = ClosedForm(mixture), torch.Generator().manual_seed(1)
    config = BoundaryConfig(**{"levels": 8, "hidden": (16, 16), **settings})  # type: ignore[arg-type]
    samples = model.sample(2048, random).float()
    made = make_objective(config, model, samples[:300], samples, epsilon, epsilon / 10, random)
    assert isinstance(made, OurObjective)
    return made


@pytest.fixture(scope="module")
def objective() -> OurObjective:
    """Two modes that part within the range."""
    return objective_of(SADDLE, 0.01)


def test_the_range_is_around_epsilon_and_below_the_peak(objective: OurObjective) -> None:
    low, high = objective.ours.range
    assert (low, high) == pytest.approx((LEVEL_RANGE[0] * 0.01, LEVEL_RANGE[1] * 0.01), rel=1e-5)
    near_peak = objective_of(SADDLE, 0.05)
    assert near_peak.ours.range[1] < 0.08  # the peak of ½ N is 0.0796
    with pytest.raises(EmptyBoundaryError):
        objective_of(SADDLE, 0.2)


@pytest.mark.parametrize("epsilon", [0.0009, 0.06])
def test_epsilon_out_of_range_is_refused(objective: OurObjective, epsilon: float) -> None:
    with pytest.raises(ConfigError, match=r"must lie between 0\.001 and 0\.05, which B was trained for"):
        objective.ours(normal(3, 2), epsilon)


def test_z_chooses_among_the_living_branches_by_their_lengths(objective: OurObjective) -> None:
    tree, ours = objective.tree, objective.ours
    for position in range(8):
        code = ours.code(normal(20_000, 2), torch.full((20_000,), float(position)))
        counts = torch.bincount(code.branches, minlength=len(tree.lengths)) / 20_000
        living = tree.alive[position] * tree.lengths
        torch.testing.assert_close(counts, living / living.sum(), atol=0.015, rtol=0)
    half = ours.code(normal(10, 2), torch.full((10,), 3.4))
    assert torch.equal(half.branches, ours.code(normal(10, 2), torch.full((10,), 3.0)).branches)


def test_without_an_epsilon_it_is_the_configs(objective: OurObjective) -> None:
    z = normal(50, 2)
    assert torch.equal(objective.generator(z), objective.ours(z, 0.01))
    code = objective.generator.read(z)
    assert torch.equal(code.circle, z / z.norm(dim=1, keepdim=True))


def test_the_loss_is_ours_at_levels_of_its_own(objective: OurObjective) -> None:
    z, ours = normal(64, 2), objective.ours
    found = objective.terms(z, torch.Generator().manual_seed(5))
    spread = 1.1 * torch.rand(64, generator=torch.Generator().manual_seed(5)) - 0.05
    position = 7 * spread.clamp(0, 1)
    code = ours.code(z, position)
    local, (places, steepness) = ours.local(code), objective.tree.at(*code)
    points = ours.to_data(local, code)
    levels = math.log(0.001) + position / 7 * math.log(50) - math.log(10) / 2
    astray = (points - ours.to_data(places, code)).norm(dim=1) * steepness
    l0 = loss_terms.level_term(ClosedForm(SADDLE).log_prob(points), levels, astray)
    l1 = (local - places).norm(dim=1).mean()
    torch.testing.assert_close(found.l0, l0, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(found.l1, l1, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found.loss, found.l0 + 50 * found.l1 + 0.1 * found.l2)


def evaluate(exported: dict[str, np.ndarray], z: np.ndarray, epsilon: float) -> np.ndarray:
    """B(z, ε) from the export alone, point by point."""
    logs, edges = exported["log_epsilons"], exported["edges"]
    position = (len(logs) - 1) * (math.log(epsilon) - logs[0]) / (logs[-1] - logs[0])
    low = min(int(position), len(logs) - 2)
    count = edges.shape[1]
    harmonics = (exported["weight_0"].shape[1] - 2 * count) // 2
    found = []
    for x, y in z:
        share = 1 - math.exp(-(x * x + y * y) / 2)
        branch = int(np.searchsorted(edges[round(position)], share))
        angle, multiples = math.atan2(y, x), np.arange(1, harmonics + 1)
        one_hot = np.eye(count)[branch]
        level = 2 * position / (len(logs) - 1) - 1
        values = np.concatenate(
            [np.cos(multiples * angle) / multiples**0.5, np.sin(multiples * angle) / multiples**0.5, one_hot]
        )
        values = np.concatenate([values, level * one_hot])
        layer = 0
        while f"weight_{layer}" in exported:
            values = values / (1 + np.exp(-values)) if layer else values
            values = exported[f"weight_{layer}"] @ values + exported[f"bias_{layer}"]
            layer += 1
        local = exported["radii"][branch] * np.array([math.cos(angle), math.sin(angle)]) + values
        centre, axes = (
            (1 - position + low) * exported[name][low, branch] + (position - low) * exported[name][low + 1, branch]
            for name in ("centres", "axes")
        )
        found.append(centre + axes @ local)
    return np.array(found)


@pytest.mark.parametrize("epsilon", [0.0011, 0.0123, 0.0399])
def test_the_export_is_all_that_b_takes(objective: OurObjective, epsilon: float) -> None:
    z, ours = normal(40, 2), objective.ours
    exported = ours.export()
    assert {array.dtype for array in exported.values()} == {np.dtype(np.float32)}
    expected = ours(z, epsilon).detach().numpy()
    np.testing.assert_allclose(evaluate(exported, z.double().numpy(), epsilon), expected, atol=2e-4)


def bf1_over_the_range(ours: LevelGenerator, mixture: GaussianMixture, count: int = 10) -> list[float]:
    """BF1 with δ = ε/10 at ``count`` levels from one end of the range to the other, 10,000 points each."""
    low, high = ours.range
    found = []
    for epsilon in np.exp(np.linspace(math.log(low) + 1e-6, math.log(high) - 1e-6, count)).tolist():
        with torch.no_grad():
            points = ours(normal(10_000, 2, seed=9), epsilon).double().numpy()
        band, log_p_x = Band(epsilon, epsilon / 10), mixture.log_prob(points)
        contour = probe_contour(truth_field(mixture, epsilon / 10), band)
        found.append(boundary_scores(contour, band, points, log_p_x).bf1 or 0.0)
    return found


@pytest.mark.parametrize("name", ["bimodal", "three_modes", "core_in_ring"])
def test_one_generator_serves_every_epsilon(name: str) -> None:
    preset, case = PRESETS.get(name), HARD_CASES.get(name)
    numbers, epsilon = (preset.mixture, preset.epsilon) if preset else case if case else ({}, 0.0)
    mixture = GaussianMixture(**numbers)
    made = objective_of(mixture, epsilon, levels=12, hidden=(64, 64), steps=400, snapshots=2)
    before = min(bf1_over_the_range(made.ours, mixture, 3))
    for _ in train_boundary(made, made.config, normal(2, 2), torch.Generator().manual_seed(2), lambda: False):
        pass
    scores = bf1_over_the_range(made.ours, mixture)
    assert before < 0.5
    assert min(scores) >= 0.9
