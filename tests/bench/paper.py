"""The paper's claims on its 2-D set-ups, each beside what eq. 4 reaches here, boundary recall beside every BP1.

``python -m tests.bench.paper [--seeds N] [--out DIR]``; writes paper.md and paper.json with seeds and versions.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from bdsg.config import ExperimentConfig
from bdsg.experiments.run_experiment import run
from bdsg.experiments.score import plane_mixture
from bdsg.metrics.grid import confusion
from bdsg.runs.cache import Store
from bdsg.runs.result import Result
from tests.bench.reports import Row, machine, write

SET_UPS = ("paper_a", "paper_b", "paper_c", "paper_d", "paper_without_l2", "paper_separate", "paper_wide")
EPSILONS = np.geomspace(0.005, 0.05, 10)
WEIGHTS, SAMPLES = (0.03, 0.1, 0.3, 1.0), (64, 256, 1024, 4096)


def finished(raw: dict[str, Any], store: Store | None = None) -> Result:
    """The result of one run; flows are fitted once for all runs that share them."""
    *_, result = run(ExperimentConfig.from_dict(raw), store=store)
    assert isinstance(result, Result)
    return result


def set_up(preset: str, seeds: Iterable[int], store: Store) -> list[Result]:
    """One preset under several seeds."""
    return [finished({"data": {"preset": preset}, "seed": seed}, store) for seed in seeds]


def spread(values: list[float]) -> str:
    """Mean and range over the seeds."""
    return f"{statistics.mean(values):.3g} [{min(values):.3g}, {max(values):.3g}]"


def score(results: list[Result], name: str) -> list[float]:
    """One score of each run; what is undefined counts as 0."""
    return [float(result.summary["scores"][name] or 0.0) for result in results]


def density_at_boundary(results: list[Result]) -> list[float]:
    """L0 of each run over its 10,000 points."""
    return [float(np.exp(result.arrays.boundary_log_p_g).mean()) for result in results]


def rows_of(results: dict[str, list[Result]]) -> list[Row]:
    """Every set-up's figures."""
    return [
        {
            "preset": name,
            "L0": spread(density_at_boundary(runs)),
            "BP1": spread(score(runs, "bp1")),
            "boundary recall": spread(score(runs, "boundary_recall")),
            "BP2": spread(score(runs, "bp2")),
            "covered": f"{min(r.summary['scores']['components_covered'] for r in runs)} of "
            f"{runs[0].summary['scores']['components']}",
            "p_g(B) < ε (3.1)": spread(score(runs, "strong_anomalies")),
            "G per hit / B per hit (3.1)": _rarity(runs),
            "eq. 7: smallest share": spread([min(r.summary["scores"]["clustering"]["shares"]) for r in runs]),
        }
        for name, runs in results.items()
    ]


def _rarity(runs: list[Result]) -> str:
    found = [r.summary["scores"]["rarity"] for r in runs]
    pairs = [(one["samples_of_g_per_hit"], one["samples_of_b_per_hit"]) for one in found]
    return " / ".join(
        "–" if None in column else f"{statistics.mean(column):.3g}" for column in zip(*pairs, strict=True)
    )


def least_grid_scores(result: Result) -> dict[str, float]:
    """Least precision, recall, F1 and accuracy over ε from 0.5 % to 5 %, normal positive (section 4.2)."""
    arrays = result.arrays.to_dict()
    counts = [confusion(arrays["log_p_x"].ravel(), arrays["log_p_g"].ravel(), epsilon) for epsilon in EPSILONS]
    names = ("precision", "recall", "f1", "accuracy")
    return {name: min(float(getattr(one, name) or 0.0) for one in counts) for name in names}


def claims(results: dict[str, list[Result]]) -> list[Row]:
    """The paper's claim, its figure, ours, and whether each seed holds it."""
    both = {name: list(zip(score(runs, "bp1"), score(runs, "bp2"), strict=True)) for name, runs in results.items()}
    grids = [least_grid_scores(result) for result in results["paper_d"]]
    recall = {name: score(runs, "boundary_recall") for name, runs in results.items()}

    def row(claim: str, paper: str, values: list[float], holds: Callable[[float], bool], beside: str = "") -> Row:
        count = f"{sum(map(holds, values))} of {len(values)}"
        return {"claim": claim, "paper": paper, "ours": spread(values), "holds in": count, "boundary recall": beside}

    rows = [
        row(
            "L0, two modes, closed form (Fig. 2b)",
            "0.007",
            density_at_boundary(results["paper_b"]),
            lambda v: v <= 0.007,
        ),
        row("L0, two modes, IResNet (Fig. 2d)", "0.007", density_at_boundary(results["paper_d"]), lambda v: v <= 0.007),
    ]
    for name in ("paper_b", "paper_d"):
        beside = spread(recall[name])
        rows.append(row(f"BP1, ε = 1 %, {name} (4.2)", "0.80", [a for a, _ in both[name]], lambda v: v >= 0.8, beside))
    rows.append(row("BP2, ε = 1 %, IResNet (4.2)", "0.68", [b for _, b in both["paper_d"]], lambda v: v >= 0.68))
    rows.append(
        row(
            "BP1 − BP2, IResNet (4.2)",
            "> 0",
            [a - b for a, b in both["paper_d"]],
            lambda v: v > 0,
            spread(recall["paper_d"]),
        )
    )
    for name in grids[0]:
        rows.append(row(f"least {name}, ε 0.5–5 % (4.2)", "> 0.99", [g[name] for g in grids], lambda v: v > 0.99))
    lost = [a - b for a, b in zip(recall["paper_d"], recall["paper_without_l2"], strict=True)]
    rows.append(row("without L2 modes are lost: fall of boundary recall", "collapse", lost, lambda v: v > 0.1))
    return rows


def sweep(seed: int = 0) -> list[Row]:
    """What eq. 4 reaches on paper_b over λ1 and M."""
    rows = []
    for weight, samples in itertools.product(WEIGHTS, SAMPLES):
        raw = {"data": {"preset": "paper_b", "samples": samples}, "boundary": {"lambda1": weight}, "seed": seed}
        scores = finished(raw)
        rows.append(
            {
                "λ1": weight,
                "M": samples,
                "L0": density_at_boundary([scores])[0],
                "BP1": score([scores], "bp1")[0],
                "boundary recall": score([scores], "boundary_recall")[0],
            }
        )
    return rows


def steepness(results: dict[str, list[Result]]) -> list[Row]:
    """Why: L1 pulls with λ1 everywhere, and p_g can hold B(z) outside the samples only where it is steeper."""
    rows = []
    for name, runs in results.items():
        arrays, config = runs[0].arrays, runs[0].config
        density = np.exp(arrays["log_p_g"])
        slopes = np.hypot(*np.gradient(density, arrays["grid_y"], arrays["grid_x"]))
        outermost = float(np.exp(_at_samples(runs[0]).min()))
        rows.append(
            {
                "preset": name,
                "λ1": config.boundary.lambda1,
                "steepest p_g": float(slopes.max()),
                "least p_x at a sample": outermost,
                "δ": config.delta,
            }
        )
    return rows


def _at_samples(result: Result) -> np.ndarray:
    return plane_mixture(result.config).log_prob(result.arrays.data)


def main() -> None:
    """Run everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("build/paper"))
    chosen = parser.parse_args()
    results: dict[str, list[Result]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in SET_UPS:
            results[name] = set_up(name, range(chosen.seeds), Store(folder))
            print(rows_of({name: results[name]})[0], flush=True)
    sections = {
        "Claims": claims(results),
        "Set-ups: mean [least, most] over the seeds": rows_of(results),
        "Why: slopes": steepness(results),
        "Eq. 4 over λ1 and M, paper_b, seed 0": sweep(),
    }
    print(write(chosen.out, "paper", sections, {**machine(), "seeds": chosen.seeds}))


if __name__ == "__main__":
    main()
