"""The detector against scikit-learn's and PyOD's: ``python -m tests.bench.detector [--seeds N]``.

One class of each table is normal.  Six tenths of its rows train, the rest is to be told from all other classes.  Every
method sees standardised columns and its package's defaults; BDSG scales by itself.  Also the five plane data sets of
scikit-learn's outlier comparison, with their 15 % of uniform outliers among the training rows.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import rankdata
from sklearn import datasets
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import SGDOneClassSVM
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM
from threadpoolctl import threadpool_limits

from bdsg import BDSGDetector
from tests.bench.reports import Row, machine, write


class Task(NamedTuple):
    """Rows to train on, and rows to rank with 1 for anomalous."""

    name: str
    train: np.ndarray
    test: np.ndarray
    odd: np.ndarray


Score = Callable[[Task, int], np.ndarray]


def one_class(name: str, load: Callable[..., Any], seed: int, classes: tuple[int, ...]) -> Iterator[Task]:
    """A task for each class that is normal in turn."""
    x, y = load(return_X_y=True)
    for normal in classes:
        inside = np.random.default_rng(seed).permutation(np.flatnonzero(y == normal))
        kept = int(0.6 * len(inside))
        test = np.concatenate([x[inside[kept:]], x[y != normal]])
        odd = np.concatenate([np.zeros(len(inside) - kept), np.ones((y != normal).sum())])
        yield Task(name, x[inside[:kept]], test, odd)


def plane(seed: int) -> Iterator[Task]:
    """scikit-learn's outlier comparison: 300 rows, 15 % of them uniform, which are to be ranked."""
    random = np.random.RandomState(seed)
    blobs: dict[str, Any] = {"random_state": seed, "n_samples": 255, "n_features": 2}
    moons = datasets.make_moons(n_samples=255, noise=0.05, random_state=seed)[0]
    shapes = [
        datasets.make_blobs(centers=[[0, 0], [0, 0]], cluster_std=0.5, **blobs)[0],
        datasets.make_blobs(centers=[[2, 2], [-2, -2]], cluster_std=[0.5, 0.5], **blobs)[0],
        datasets.make_blobs(centers=[[2, 2], [-2, -2]], cluster_std=[1.5, 0.3], **blobs)[0],
        4.0 * (moons - np.array([0.5, 0.25])),
        14.0 * (np.random.RandomState(seed).rand(255, 2) - 0.5),
    ]
    for inliers in shapes:
        rows = np.concatenate([inliers, random.uniform(low=-6, high=6, size=(45, 2))])
        yield Task("plane", rows, rows, np.concatenate([np.zeros(255), np.ones(45)]))


def tasks(seed: int) -> Iterator[Task]:
    """All of one seed."""
    yield from one_class("breast cancer", datasets.load_breast_cancer, seed, (1,))
    yield from one_class("wine", datasets.load_wine, seed, (0, 1, 2))
    yield from one_class("iris", datasets.load_iris, seed, (0, 1, 2))
    yield from one_class("digits", datasets.load_digits, seed, tuple(range(10)))
    yield from plane(seed)


def ours(task: Task, seed: int) -> np.ndarray:
    """−log p_g."""
    return -BDSGDetector(random_state=seed).fit(task.train).score_samples(task.test)


def standardised(make: Callable[[int, int], Any], *, sign: float) -> Score:
    """A method of scikit-learn (sign −1) or PyOD (sign 1) after a scaler."""

    def score(task: Task, seed: int) -> np.ndarray:
        scaler = StandardScaler().fit(task.train)
        model = make(seed, task.train.shape[1]).fit(scaler.transform(task.train))
        return np.asarray(sign * model.decision_function(scaler.transform(task.test)))

    return score


def methods() -> dict[str, Score]:
    """By the names in the table."""
    from pyod.models.copod import COPOD
    from pyod.models.ecod import ECOD
    from pyod.models.knn import KNN

    def sgd(seed: int, dim: int) -> Any:
        return make_pipeline(Nystroem(gamma=1 / dim, random_state=seed), SGDOneClassSVM(random_state=seed))

    return {
        "BDSG": ours,
        "Robust covariance": standardised(lambda seed, _: EllipticEnvelope(random_state=seed), sign=-1),
        "One-class SVM": standardised(lambda seed, _: OneClassSVM(nu=0.1), sign=-1),
        "One-class SVM (SGD)": standardised(sgd, sign=-1),
        "Isolation forest": standardised(lambda seed, _: IsolationForest(random_state=seed), sign=-1),
        "Local outlier factor": standardised(lambda seed, _: LocalOutlierFactor(novelty=True), sign=-1),
        "ECOD": standardised(lambda seed, _: ECOD(), sign=1),
        "COPOD": standardised(lambda seed, _: COPOD(), sign=1),
        "kNN (PyOD)": standardised(lambda seed, _: KNN(), sign=1),
    }


Found = dict[tuple[str, str], list[tuple[float, float, float]]]
"""By data set and method: AUROC, AUPRC and CPU seconds of each task and seed."""

Ranks = dict[str, list[tuple[float, float]]]
"""By method: its places among all, by AUROC and by AUPRC, in each task and seed."""


def measure(seeds: int) -> tuple[Found, Ranks]:
    """Every method on every task."""
    found: Found = defaultdict(list)
    ranks: Ranks = defaultdict(list)
    known = methods()
    for seed in range(seeds):
        for task in tasks(seed):
            outcomes = {}
            for name, score in known.items():
                begun = time.process_time()
                values = np.nan_to_num(score(task, seed), posinf=1e30, neginf=-1e30)
                spent = time.process_time() - begun
                pair = float(roc_auc_score(task.odd, values)), float(average_precision_score(task.odd, values))
                outcomes[name] = pair
                found[task.name, name].append((*pair, spent))
            for k, name in enumerate(outcomes):
                places = [rankdata([-pair[i] for pair in outcomes.values()])[k] for i in (0, 1)]
                ranks[name].append((float(places[0]), float(places[1])))
    return found, ranks


def tables(found: Found, ranks: Ranks) -> dict[str, list[Row]]:
    """A row a method, a column a data set, the best of each column bold; the methods by their mean rank."""
    means = {name: np.mean(values, axis=0) for name, values in ranks.items()}
    order = sorted(means, key=lambda name: float(means[name].sum()))
    data = list(dict.fromkeys(name for name, _ in found))
    overall = {name: dict(zip(("AUROC, tasks", "AUPRC, tasks"), means[name], strict=True)) for name in order}
    for k, title in enumerate(("AUROC, data sets", "AUPRC, data sets")):
        places = [rankdata([-np.mean([row[k] for row in found[one, name]]) for name in order]) for one in data]
        for name, place in zip(order, np.mean(places, axis=0), strict=True):
            overall[name][title] = place
    sections = {"Mean rank": marked(overall, best=min)}
    for k, title in enumerate(("AUROC", "AUPRC", "CPU seconds, fit and score")):
        cells = {name: {one: np.mean([row[k] for row in found[one, name]]) for one in data} for name in order}
        sections[title] = marked(cells, best=min if k == 2 else max)
    return sections


def marked(cells: dict[str, dict[str, Any]], best: Callable[..., float]) -> list[Row]:
    """Rows of text; in each column what reads like the best is bold."""
    texts = {
        name: {one: f"{value:.{4 if value < 1 else 2}f}" for one, value in row.items()} for name, row in cells.items()
    }
    columns = list(next(iter(cells.values())))
    top = {one: best(float(row[one]) for row in texts.values()) for one in columns}

    def cell(text: str, one: str) -> str:
        return f"**{text}**" if float(text) == top[one] else text

    return [{"method": name, **{one: cell(row[one], one) for one in columns}} for name, row in texts.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path("build/detector"))
    chosen = parser.parse_args()
    warnings.filterwarnings("ignore")
    with threadpool_limits(1):
        sections = tables(*measure(chosen.seeds))
    print(write(chosen.out, "detector", sections, machine() | {"seeds": chosen.seeds}))


if __name__ == "__main__":
    main()
