"""A config's data, window and random numbers: the same for all who ask, in whatever order."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from bdsg.config import ExperimentConfig
from bdsg.config.constants import BOUNDARY_POINTS, GRID, LEVEL_SAMPLES, SHOWN_POINTS
from bdsg.density import ClosedForm
from bdsg.errors import ConfigError
from bdsg.experiments.problem import PREVIEW, Problem
from bdsg.experiments.run_experiment import run

CONFIG = ExperimentConfig.from_dict({"data": {"preset": "bimodal", "samples": 100}, "boundary": {"steps": 5}})


def test_the_order_of_asking_changes_nothing() -> None:
    one, other = Problem(CONFIG), Problem(CONFIG)
    fresh, latent = one.fresh, one.latent
    assert torch.equal(other.latent, latent)
    assert torch.equal(other.fresh, fresh)
    model = ClosedForm(one.mixture)
    first, second = one.level_samples(model), other.level_samples(model)
    assert torch.equal(first.points, second.points)
    assert torch.equal(torch.rand(3, generator=first.random()), torch.rand(3, generator=second.random()))
    np.testing.assert_array_equal(one.data, other.data)


def test_shapes() -> None:
    problem = Problem(CONFIG)
    assert problem.data.shape == (100, 2) == tuple(problem.training_data.shape)
    assert problem.modes.shape == (100,)
    assert (problem.grid.shape, problem.preview.shape) == ((GRID, GRID), (PREVIEW, PREVIEW))
    assert (len(problem.latent), len(problem.fresh)) == (SHOWN_POINTS, BOUNDARY_POINTS)
    samples = problem.level_samples(ClosedForm(problem.mixture))
    assert samples.points.shape == samples.first.shape == (LEVEL_SAMPLES, 2)
    many = Problem(dataclasses.replace(CONFIG, data=dataclasses.replace(CONFIG.data, samples=5000)))
    assert len(many.level_samples(ClosedForm(many.mixture)).points) == 5000


def test_another_seed_draws_otherwise() -> None:
    one, other = Problem(CONFIG), Problem(dataclasses.replace(CONFIG, seed=1))
    assert not torch.equal(one.latent, other.latent)
    assert not np.array_equal(one.data, other.data)
    assert not torch.equal(
        torch.rand(2, generator=one.density_random()), torch.rand(2, generator=other.density_random())
    )


def test_a_run_has_the_problems_numbers() -> None:
    problem, (*_, result) = Problem(CONFIG), run(CONFIG)
    np.testing.assert_array_equal(result.arrays.data, problem.data)
    np.testing.assert_array_equal(result.arrays.data_modes, problem.modes)
    np.testing.assert_array_equal(result.arrays.grid_x, problem.grid.x)
    np.testing.assert_array_equal(result.arrays.latent, problem.latent.numpy())


def test_what_is_not_in_the_plane_is_refused() -> None:
    cube = {"mixture": {"weights": [1.0], "means": [[0.0, 0.0, 0.0]], "covariances": [np.eye(3).tolist()]}}
    with pytest.raises(ConfigError, match="2 coordinates"):
        Problem(ExperimentConfig.from_dict({"data": cube}))
