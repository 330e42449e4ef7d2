"""A Gaussian mixture for a table of any width: shrunk covariances, and what to use chosen by held-out likelihood."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from bdsg.data.mixture import GaussianMixture
from bdsg.numerics.threads import limited_threads

FOLDS = 5
MODES = (1, 2, 4, 8)
SHRINKAGE = (0.01, 0.05, 0.2, 0.5)
LEAST_ROWS = 10
"""Rows for each Gaussian of a fold, or there are too many Gaussians."""

LEAST_VARIANCE = 1e-3
"""Of a column, in units of the mean variance: a constant column must not make an infinite density."""

SPHERE = (1e-3, 1e3)
"""Variances that a sphere in the table's units may have, where units of columns differ by more than that."""

SMALLEST = 1e-280
"""Square of a unit by which can be divided, where units differ by 140 orders of magnitude and more."""

CHOOSING_ROWS = 4_000
"""The choice looks at no more rows than these, drawn at random; the mixture is then fitted to all."""

STACKED, LEAST_WEIGHT = 8, 0.01
"""The best of the candidates that share the weight, and the least share that is kept."""

_ROUNDS = 200


class Candidate(NamedTuple):
    """One way to fit a mixture.

    Attributes:
        modes: how many Gaussians.
        shrinkage: α: each covariance becomes (1 − α) C + α T.
        near: whether rows are clustered by their distance in the table's own units; else each column counts alike.
        sphere: whether T is a sphere in the table's own units, as for pixels; else it has each column's variance.
    """

    modes: int
    shrinkage: float
    near: bool
    sphere: bool


class Chosen(NamedTuple):
    """A mixture and how it was chosen.

    Attributes:
        mixture: in the table's units.
        candidates, weights: those that share the mixture, and their shares.
        held_out: mean log-likelihood of held-out rows under the best of them alone, nats.
    """

    mixture: GaussianMixture
    candidates: tuple[Candidate, ...]
    weights: tuple[float, ...]
    held_out: float


def fit_shrunk_mixture(x: np.ndarray, units: np.ndarray, random: np.random.Generator) -> Chosen:
    """A stack of mixtures with the highest held-out likelihood (Smyth and Wolpert, 1999, eq. 5).

    Each candidate is fitted to four fifths of the rows and evaluated on the rest, in turn.  The best of them then share
    the weight in the way that makes all held-out rows most likely: an average of mixtures is a mixture again.

    Args:
        x: rows of a table with each column in units of its own deviation, (n, d), n ≥ 2, finite.
        units: those deviations in the table's units, (d,).
    """
    table = Table(x, units / np.sqrt(np.mean(units**2)))
    rows = table if len(x) <= CHOOSING_ROWS else table.part(random.choice(len(x), CHOOSING_ROWS, replace=False))
    seed = int(random.integers(2**31))
    candidates, weights, highest = _candidates(len(rows.x)), [1.0], float("nan")
    with limited_threads():
        if len(candidates) > 1:
            held_out = _cross_validate(rows, candidates, random.permutation(len(rows.x)) % FOLDS, seed)
            best = np.argsort(-held_out.mean(1))[:STACKED]
            highest = float(held_out[best[0]].mean())
            kept = [(k, share) for k, share in zip(best, _stack(held_out[best]), strict=True) if share >= LEAST_WEIGHT]
            total = sum(share for _, share in kept)
            candidates, weights = [candidates[k] for k, _ in kept], [share / total for _, share in kept]
        mixture = _averaged(list(_fit_all(table, candidates, seed)), weights)
    return Chosen(mixture, tuple(candidates), tuple(weights), highest)


class Table(NamedTuple):
    """Rows (n, d) in units of their columns' deviations, and these deviations over their root mean square, (d,)."""

    x: np.ndarray
    units: np.ndarray

    def part(self, rows: np.ndarray) -> Table:
        """Some of the rows."""
        return Table(self.x[rows], self.units)


def _averaged(parts: list[GaussianMixture], shares: list[float]) -> GaussianMixture:
    """Σ share · mixture."""
    return GaussianMixture(
        np.concatenate([share * part.weights for part, share in zip(parts, shares, strict=True)]),
        np.concatenate([part.means for part in parts]),
        np.concatenate([part.covariances for part in parts]),
    )


def _candidates(rows: int) -> list[Candidate]:
    """What so many rows can bear: one strongly shrunk Gaussian where they are very few."""
    if rows < 2 * FOLDS:
        return [Candidate(1, max(SHRINKAGE), False, False)]
    most = max(1, rows * (FOLDS - 1) // (FOLDS * LEAST_ROWS))
    modes = [k for k in MODES if k <= most]
    both = (False, True)
    ways = itertools.product(modes, SHRINKAGE, both, both)
    return [Candidate(*way) for way in ways if way[0] > 1 or not way[2]]  # one Gaussian needs no clusters


def _cross_validate(table: Table, candidates: list[Candidate], folds: np.ndarray, seed: int) -> np.ndarray:
    """Log density of each row under each candidate that was fitted without the row's fold, (C, n)."""
    found = np.full((len(candidates), len(table.x)), -np.inf)
    for fold in range(FOLDS):
        within, held = table.part(folds != fold), table.x[folds == fold]
        for k, mixture in enumerate(_fit_all(within, candidates, seed)):
            found[k, folds == fold] = mixture.log_prob(held)
    return found


def _fit_all(table: Table, candidates: list[Candidate], seed: int) -> Iterator[GaussianMixture]:
    """All candidates on the same rows; those with the same clusters share them."""
    known: dict[tuple[int, bool], _Clusters] = {}
    for candidate in candidates:
        key = candidate.modes, candidate.near
        if key not in known:
            known[key] = _clusters(table, candidate, seed)
        weights, means, covariances = known[key]
        shrunk = np.stack([_shrunk(covariance, candidate, table.units) for covariance in covariances])
        yield GaussianMixture(weights, means, shrunk)


class _Clusters(NamedTuple):
    """Weights (K,), means (K, d) and covariances (K, d, d) of clusters of rows."""

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray


def _clusters(table: Table, candidate: Candidate, seed: int) -> _Clusters:
    """Clusters by k-means; small ones borrow from the spread within all of them."""
    from sklearn.cluster import KMeans  # half a second to load: only who fits waits
    from sklearn.exceptions import ConvergenceWarning

    x, labels = table.x, np.zeros(len(table.x), dtype=int)
    if candidate.modes > 1:
        places = x * table.units if candidate.near else x
        with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):  # of fewer places than clusters
            fitted = KMeans(candidate.modes, n_init=2, random_state=seed).fit(places)
        labels = np.unique(fitted.labels_, return_inverse=True)[1]
    sizes = np.bincount(labels)
    members = [x[labels == k] for k in range(len(sizes))]
    own = np.stack([_covariance(rows) for rows in members])
    weights = sizes / len(x)
    within = np.tensordot(weights, own, axes=1)
    trust = (sizes / (sizes + 2.0 * x.shape[1]))[:, None, None]
    return _Clusters(weights, np.stack([rows.mean(0) for rows in members]), trust * own + (1 - trust) * within)


def _covariance(x: np.ndarray) -> np.ndarray:
    centred = x - x.mean(0)
    return np.asarray(centred.T @ centred / len(x))


def _shrunk(covariance: np.ndarray, candidate: Candidate, units: np.ndarray) -> np.ndarray:
    """(1 − α) C + α T, with a floor under the variances."""
    variance = np.diag(covariance)
    level = max(float(variance.mean()), LEAST_VARIANCE)
    target = np.maximum(variance, LEAST_VARIANCE * level)
    if candidate.sphere:  # a sphere of the same mean variance in the table's units
        squares = np.maximum(units**2, SMALLEST)
        target = np.clip(np.mean(variance * squares) / squares, *SPHERE) * level
    return (1 - candidate.shrinkage) * covariance + candidate.shrinkage * np.diag(target)


def _stack(held_out: np.ndarray) -> np.ndarray:
    """Weights (C,) of densities that maximise the likelihood of held-out rows (C, n): EM on the weights alone."""
    weights = np.full(len(held_out), 1 / len(held_out))
    for _ in range(_ROUNDS):
        joint = np.log(np.maximum(weights, 1e-300))[:, None] + held_out
        weights = np.exp(joint - logsumexp(joint, axis=0)).mean(1)
    return weights
