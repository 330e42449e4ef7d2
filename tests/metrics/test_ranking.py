"""Ranking scores against pair counting and curves computed by hand."""

import numpy as np
import pytest
from sklearn import metrics

from bdsg.errors import BDSGError
from bdsg.metrics.ranking import Positive, anomaly_ranks, auprc, auroc, pr_curve, roc_curve

NORMAL = np.array([True, True, False, True, False])
LOG_P = np.array([5.0, 4.0, 3.0, 2.0, 1.0])


def pairs(normal: np.ndarray, log_p: np.ndarray) -> float:
    """Share of (normal, anomalous) pairs in the right order, ties counting half."""
    won = [(a > b) + 0.5 * (a == b) for a in log_p[normal] for b in log_p[~normal]]
    return float(np.mean(won))


@pytest.mark.parametrize("seed", range(5))
def test_auroc_equals_pair_counting(seed: int) -> None:
    rng = np.random.default_rng(seed)
    normal = rng.random(80) < 0.3
    log_p = np.round(rng.normal(size=80) + normal, 1)  # rounded: there are ties
    assert auroc(normal, log_p) == pytest.approx(pairs(normal, log_p), abs=1e-12)
    assert auroc(normal, log_p, "anomalous") == pytest.approx(pairs(normal, log_p), abs=1e-12)


def test_auprc_by_hand() -> None:
    assert auprc(NORMAL, LOG_P) == pytest.approx((1 + 1 + 3 / 4) / 3)
    # From the least dense up: anomalous, normal, anomalous, normal, normal.
    assert auprc(NORMAL, LOG_P, "anomalous") == pytest.approx((1 + 2 / 3) / 2)


def test_curves_by_hand() -> None:
    false_rate, true_rate = roc_curve(NORMAL, LOG_P)
    assert np.trapezoid(true_rate, false_rate) == pytest.approx(5 / 6)  # one of six pairs is out of order
    assert (false_rate[0], true_rate[0], false_rate[-1], true_rate[-1]) == (0, 0, 1, 1)
    recall, precision = pr_curve(NORMAL, LOG_P)
    assert (np.diff(recall) >= 0).all()
    reached = {(round(float(r), 6), round(float(p), 6)) for r, p in zip(recall, precision, strict=True)}
    assert {(0.666667, 1.0), (1.0, 0.75)} <= reached


@pytest.mark.parametrize("positive", ["normal", "anomalous"])
@pytest.mark.parametrize("digits", [0, 1, 12])
def test_areas_and_curves_are_those_of_scikit_learn(digits: int, positive: Positive) -> None:
    rng = np.random.default_rng(digits)
    normal = rng.random(500) < 0.2
    log_p = np.round(rng.normal(size=500) + normal, digits)
    truth, score = (normal, log_p) if positive == "normal" else (~normal, -log_p)
    assert auroc(normal, log_p, positive) == pytest.approx(metrics.roc_auc_score(truth, score), abs=1e-12)
    assert auprc(normal, log_p, positive) == pytest.approx(metrics.average_precision_score(truth, score), abs=1e-12)
    np.testing.assert_allclose(roc_curve(normal, log_p, positive), metrics.roc_curve(truth, score)[:2], atol=1e-12)
    precision, recall, _ = metrics.precision_recall_curve(truth, score, drop_intermediate=True)
    np.testing.assert_allclose(pr_curve(normal, log_p, positive), [recall[::-1], precision[::-1]], atol=1e-12)


def test_ranks_are_shares_of_lower_scores_and_ties_count_half() -> None:
    np.testing.assert_allclose(anomaly_ranks(np.array([3.0, 1.0, 2.0, 2.0])), [0.875, 0.125, 0.5, 0.5])
    scores = np.round(np.random.default_rng(0).normal(size=(20, 30)), 1)
    lower = (scores.ravel() < scores.ravel()[:, None]).mean(1) + 0.5 * (scores.ravel() == scores.ravel()[:, None]).mean(
        1
    )
    np.testing.assert_allclose(anomaly_ranks(scores), lower.reshape(20, 30))
    with pytest.raises(BDSGError, match="1 of 2 values"):
        anomaly_ranks(np.array([np.inf, 1.0]))


def test_grids_may_be_of_any_shape() -> None:
    rng = np.random.default_rng(0)
    normal, log_p = rng.random((7, 9)) < 0.5, rng.normal(size=(7, 9))
    assert auroc(normal, log_p) == auroc(normal.ravel(), log_p.ravel())


@pytest.mark.parametrize("score", [auroc, auprc, roc_curve, pr_curve])
@pytest.mark.parametrize("normal", [True, False])
def test_one_class_has_no_score(score: object, normal: bool) -> None:
    assert score(np.full(3, normal), np.arange(3.0)) is None  # type: ignore[operator]


def test_refuses_nan_and_other_lengths() -> None:
    with pytest.raises(BDSGError, match="1 of 2 values"):
        auroc(np.array([True, False]), np.array([np.nan, 1.0]))
    with pytest.raises(BDSGError, match="2 labels for 3"):
        auroc(np.array([True, False]), np.arange(3.0))
