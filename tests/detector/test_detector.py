"""The scikit-learn detector: its contract, its density, its threshold, B(z), and its file."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

from bdsg import BDSGDetector
from bdsg.data.shrinkage_mixture import LEAST_ROWS, fit_shrunk_mixture
from bdsg.errors import BDSGError, StoreError

CHECKS = list(estimator_checks_generator(BDSGDetector(random_state=0)))


@pytest.mark.parametrize(
    ("estimator", "check"), CHECKS, ids=lambda part: getattr(part, "func", part).__class__.__name__
)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def correlated(dim: int, rows: int, seed: int = 0) -> tuple[np.ndarray, Any]:
    """Rows of one Gaussian with a full covariance, and its law."""
    random = np.random.default_rng(dim)
    factor = random.normal(size=(dim, dim)) / np.sqrt(dim)
    law = multivariate_normal(random.normal(size=dim), factor @ factor.T + 0.3 * np.eye(dim))
    return law.rvs(rows, random_state=seed), law


def test_the_density_is_near_the_truth_and_integrates_to_one() -> None:
    x, law = correlated(4, 2000)
    detector = BDSGDetector(random_state=0).fit(x)
    fresh = law.rvs(4000, random_state=1)
    true = law.logpdf(fresh) + np.log(detector._scale).sum()  # in the detector's scaled units
    assert abs(np.mean(true - detector.score_samples(fresh))) < 0.03
    weights = np.exp(detector.score_samples(fresh) - true)  # importance sampling of ∫ p_g
    assert abs(weights.mean() - 1) < 4 * weights.std() / np.sqrt(len(weights)) + 1e-3


def test_units_of_the_columns_do_not_matter() -> None:
    x, law = correlated(3, 300)
    fresh = law.rvs(200, random_state=1) * 2
    scale, shift = np.array([1e6, 1.0, 1e-5]), np.array([3.0, -1e4, 0.1])
    plain = BDSGDetector(random_state=0).fit(x).decision_function(fresh)
    other = BDSGDetector(random_state=0).fit(x * scale + shift).decision_function(fresh * scale + shift)
    # Candidates that measure in the table's own units differ; what both choose ranks rows alike.
    assert np.corrcoef(plain, other)[0, 1] > 0.98


def test_contamination_and_epsilon_set_the_threshold() -> None:
    x, _ = correlated(3, 500)
    for share in (0.02, 0.1, 0.5):
        detector = BDSGDetector(contamination=share, random_state=0).fit(x)
        assert (detector.predict(x) == -1).mean() == pytest.approx(share, abs=0.003)
    detector = BDSGDetector(epsilon=1e-3, random_state=0).fit(x)
    assert detector.offset_ == pytest.approx(np.log(1e-3))
    np.testing.assert_array_equal(detector.predict(x) == 1, detector.score_samples(x) >= np.log(1e-3))


def test_clusters_are_found_and_the_space_between_is_anomalous() -> None:
    random = np.random.default_rng(0)
    centres = np.array([[0, 0], [8, 0], [4, 7]])
    x = np.concatenate([random.normal(centre, 0.5, (150, 2)) for centre in centres])
    detector = BDSGDetector(contamination=0.02, random_state=0).fit(x)
    assert (detector.predict(centres) == 1).all()
    assert detector.predict([[4.0, 2.3], [20.0, 20.0]]).tolist() == [-1, -1]


@pytest.mark.parametrize("dim", [1, 2, 5, 13])
def test_boundary_samples_lie_just_outside_the_border(dim: int) -> None:
    x, _ = correlated(dim, 300)
    x = x.reshape(300, dim)
    detector = BDSGDetector(random_state=0).fit(x)
    samples = detector.boundary_samples(400, random_state=1)
    assert samples.shape == (400, dim)
    decision = detector.decision_function(samples)
    aim = -0.5 * np.log(10)
    assert abs(np.median(decision) - aim) < 0.25
    assert (decision < 0).mean() > 0.9
    assert (decision > -4 * np.log(10)).all()  # close to the data
    assert len(np.unique(samples.round(6), axis=0)) == (400 if dim > 1 else len(np.unique(samples.round(6))))
    np.testing.assert_array_equal(samples, detector.boundary_samples(400, random_state=1))
    inner = detector.boundary_samples(400, random_state=2) - x.mean(0)
    assert np.abs(inner.mean(0)).max() < 0.35 * np.abs(inner).max()  # on all sides


def test_a_table_wider_than_it_is_long() -> None:
    random = np.random.default_rng(0)
    latent = random.normal(size=(80, 3)) @ random.normal(size=(3, 400))
    x = latent + 0.1 * random.normal(size=latent.shape)
    detector = BDSGDetector(random_state=0).fit(x[:60])
    off = x[60:] + 0.5 * random.normal(size=(20, 400))
    scores = np.concatenate([detector.score_samples(x[60:]), detector.score_samples(off)])
    assert roc_auc_score([1] * 20 + [0] * 20, scores) == 1.0
    assert np.isfinite(detector.boundary_samples(5, random_state=0)).all()


@pytest.mark.parametrize("rows", [2, 3, 9, 12])
def test_very_few_rows(rows: int) -> None:
    x, _ = correlated(3, rows)
    assert np.isfinite(BDSGDetector(random_state=0).fit(x).score_samples(x)).all()


def test_columns_that_are_constant_or_copies() -> None:
    x, _ = correlated(2, 200)
    table = np.column_stack([x, np.full(200, 7.0), x[:, 0]])
    detector = BDSGDetector(random_state=0).fit(table)
    moved = table.copy()
    moved[:, 2] += 5.0
    assert (detector.predict(moved) == -1).all()
    torn = table.copy()
    torn[:, 3] = -torn[:, 0] + 6.0
    assert detector.decision_function(torn).mean() < detector.decision_function(table).mean() - 5


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([[1.0, 2.0]], "minimum of 2"),
        ([[1.0, 2.0]] * 5, "no column varies by more than 1e-12"),
        ([[1.0, np.nan], [1.0, 2.0]], "NaN"),
        ([["a", "b"], ["c", "d"]], "could not convert"),
        ([[1.0, np.inf], [1.0, 2.0]], "infinity"),
    ],
)
def test_bad_tables_are_sentences(x: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BDSGDetector().fit(x)


def test_it_works_in_pipelines_grids_and_pickles() -> None:
    x = load_iris().data[:50]
    pipeline = make_pipeline(MinMaxScaler(), BDSGDetector(random_state=0)).fit(x)
    assert set(pipeline.predict(x)) == {1, -1}
    grid = GridSearchCV(
        BDSGDetector(random_state=0),
        {"contamination": [0.05, 0.2]},
        scoring=lambda e, x, y=None: e.score_samples(x).mean(),
    )
    assert grid.fit(x).best_params_["contamination"] in (0.05, 0.2)
    detector = BDSGDetector(random_state=0).fit(x)
    again = pickle.loads(pickle.dumps(detector))
    np.testing.assert_array_equal(again.score_samples(x), detector.score_samples(x))
    np.testing.assert_array_equal(clone(detector).fit(x).score_samples(x), detector.score_samples(x))


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame(load_iris().data[:50], columns=["a", "b", "c", "d"])
    detector = BDSGDetector(random_state=3, contamination=0.1).fit(frame)
    detector.save(tmp_path / "d")
    again = BDSGDetector.load(tmp_path / "d")
    np.testing.assert_array_equal(again.decision_function(frame), detector.decision_function(frame))
    np.testing.assert_array_equal(
        again.boundary_samples(20, random_state=1), detector.boundary_samples(20, random_state=1)
    )
    assert list(again.feature_names_in_) == ["a", "b", "c", "d"]
    path = tmp_path / "d" / "detector.safetensors"
    whole = path.read_bytes()
    for broken in (whole[:-9], whole[: len(whole) // 2], b"", whole[:-1] + bytes([whole[-1] ^ 1])):
        path.write_bytes(broken)
        with pytest.raises(StoreError):
            BDSGDetector.load(tmp_path / "d")
    with pytest.raises(StoreError, match="missing"):
        BDSGDetector.load(tmp_path / "nowhere")


def test_an_epsilon_above_the_peak_has_no_border() -> None:
    x, _ = correlated(2, 100)
    with pytest.raises(BDSGError):
        BDSGDetector(epsilon=1e6, random_state=0).fit(x).boundary_samples(5)


def test_more_gaussians_need_more_rows() -> None:
    random = np.random.default_rng(0)
    for rows in (10, 30, 100):
        chosen = fit_shrunk_mixture(random.normal(size=(rows, 2)), np.ones(2), random)
        assert max(candidate.modes for candidate in chosen.candidates) <= max(1, rows // LEAST_ROWS)
        assert sum(chosen.weights) == pytest.approx(1.0)


def test_importing_the_package_loads_no_scikit_learn() -> None:
    code = "import sys, bdsg; assert 'sklearn' not in sys.modules; bdsg.BDSGDetector; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
