"""What scikit-learn fits: far points are more anomalous, and densities are densities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from bdsg.baselines.classical.gaussian_mixture import Mixture, MixtureSettings
from bdsg.baselines.classical.isolation_forest import IsolationForest
from bdsg.baselines.classical.kernel_density import KernelDensity, KernelDensitySettings
from bdsg.baselines.classical.neighbours import Neighbours
from bdsg.baselines.classical.one_class_svm import OneClassSVM
from bdsg.baselines.classical.outlier_factor import OutlierFactor
from tests.baselines.samples import FAR, gaussian, seeded


@pytest.mark.parametrize("method", [Neighbours, IsolationForest, OneClassSVM, OutlierFactor, Mixture, KernelDensity])
def test_the_library_ones_find_far_points_more_anomalous(method: Any) -> None:
    baseline = method(2, seeded()).fit(3 + gaussian(800) * [1.0, 10.0])
    far = baseline.score_samples(3 + 6 * FAR * [1.0, 10.0])
    assert baseline.score_samples(3 + gaussian(200, 1) * [1.0, 10.0] * 0.5).max() < far.min()


def test_kernel_density_and_mixture_are_densities_up_to_a_constant() -> None:
    data = gaussian(500)
    kernel = KernelDensity(2, seeded(), KernelDensitySettings(bandwidth=0.3)).fit(data)
    x = np.array([[0.0, 0.0], [1.0, 1.0]])
    white = (x[:, None] - data[None]) / data.std(0)
    wanted = np.log(np.exp(-0.5 * (white**2).sum(-1) / 0.09).mean(1))
    assert np.diff(kernel.score_samples(x))[0] == pytest.approx(-np.diff(wanted)[0], abs=1e-3)
    mixture = Mixture(2, seeded(), MixtureSettings(modes=1)).fit(data)
    truth = multivariate_normal(data.mean(0), np.cov(data.T, bias=True)).logpdf(x)
    assert np.diff(mixture.score_samples(x))[0] == pytest.approx(-np.diff(truth)[0], abs=1e-3)
    for baseline in (kernel, mixture):
        assert np.cov(baseline.sample(4000, seeded(1)).T) == pytest.approx(np.cov(data.T), abs=0.25)
