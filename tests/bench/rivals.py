"""BDSG and its rivals on the presets of the plane: ``python -m tests.bench.rivals [--seeds N] [--out DIR]``.

Trains every method on every preset and writes rivals.md and rivals.json: mean ± standard deviation over the seeds, the
best of each row in bold.  ``--search`` tries the six settings of each rival in ``SEARCHED``: the defaults of the rivals
are its winners, while BDSG keeps its own.  ``--figure FILE.svg`` draws what FenceGAN's fence and B(z) leave open.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from bdsg.baselines.classical.library_baseline import LibraryBaseline
from bdsg.baselines.contract import BaselineScores
from bdsg.baselines.registry import BASELINES, METHODS, title_of
from bdsg.baselines.report import COLUMNS
from bdsg.config import ExperimentConfig
from bdsg.config.constants import COVERED
from bdsg.config.presets import PRESETS
from bdsg.experiments.compare import contest
from tests.bench.ours import Densities
from tests.bench.reports import Row, machine, table, write
from tests.bench.rivals_figure import draw_figure

CASES = list(PRESETS)[:6]
SEARCH_CASE, SEARCH_SEED = "three_modes", 100

SEARCHED: dict[str, list[dict[str, Any]]] = {
    "fence_gan": [
        {"beta": 5.0},
        {"beta": 5.0, "encirclement": "logarithm"},
        {"beta": 2.0},
        {"beta": 5.0, "gamma": 0.5},
        {"beta": 1.0, "gamma": 0.5},
        {"beta": 5.0, "learning_rate": 0.002},
    ],
    "minl_gan": [{"regularisation": weight} for weight in (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)],
    "ano_gan": [
        *({"learning_rate": rate} for rate in (0.0002, 0.0005, 0.001, 0.002)),
        {"learning_rate": 0.001, "weight": 0.5},
        {"learning_rate": 0.001, "inversion_steps": 200},
    ],
    "egbad": [
        *({"learning_rate": rate, "weight": 0.9} for rate in (0.0002, 0.0005, 0.001, 0.002)),
        {"discriminator_score": "feature_matching", "weight": 0.9},
        {"weight": 0.5},
    ],
    "ganomaly": [{"contextual": weight, "latent": latent} for latent in (1, 2) for weight in (5.0, 50.0, 500.0)],
    "vae": [{"spread": spread, "latent": latent} for latent in (1, 2) for spread in (0.03, 0.1, 0.3)],
    "wgan": [{"learning_rate": rate, "penalty": weight} for weight in (1.0, 10.0) for rate in (0.0003, 0.001, 0.003)],
    "neighbours": [{"neighbours": k} for k in (1, 5, 10, 20, 50, 100)],
    "isolation_forest": [{"trees": trees, "tree_points": n} for trees in (100, 400) for n in (256, 1024, 4096)],
    "one_class_svm": [{"nu": nu, "gamma": gamma} for nu in (0.01, 0.1) for gamma in (0.5, 2.0, 10.0)],
    "outlier_factor": [{"neighbours": k} for k in (10, 20, 50, 100, 200, 400)],
    "mixture": [{"modes": modes, "starts": starts} for starts in (1, 3) for modes in (12, 8, 16)],
    "kernel_density": [{"bandwidth": width} for width in (0.05, 0.1, 0.15, 0.2, 0.3, 0.5)],
}
"""Six settings each, everything else at its default."""

SCORES = {**COLUMNS, "components covered": "covered", "training (CPU s)": "seconds"}

CAPTION = (
    "Scores of the grid over the data's window; near ε are the nodes with p_x within a factor 10 of it. FenceGAN to "
    "WGAN and BDSG's flow train on fresh draws, the library's methods on one sample of 4096 points. BDSG has a learned "
    "density (IResNet), never the closed form, and its defaults; the others have the best of six settings each, tried "
    f"on {SEARCH_CASE}, seed {SEARCH_SEED}. BP1, boundary recall and BF1 are of 10,000 generated points, none "
    "rejected; AnoGAN, EGBAD, VAE, WGAN, mixture and kernel density generate data and do not aim at the boundary."
)


def rows_of(
    case: str, methods: Iterable[str], seed: int, settings: dict[str, Any] | None = None
) -> list[BaselineScores]:
    """All methods on one preset and seed; both objectives of BDSG share a density."""
    config = ExperimentConfig.from_dict({"data": {"preset": case}, "seed": seed})
    with tempfile.TemporaryDirectory() as folder:
        events = contest(config, list(methods), snapshots=2, store=Densities(folder), settings=settings)
        return [event for event in events if isinstance(event, BaselineScores)]


def settings_with(name: str, changes: dict[str, Any]) -> Any:
    """A rival's defaults with some changes."""
    return BASELINES[name].load().Settings(**changes)


def takes_a_sample(name: str) -> bool:
    """Whether a rival has no batches."""
    return issubclass(BASELINES[name].load(), LibraryBaseline)


def search(methods: Iterable[str]) -> list[Row]:
    """Six settings of each rival: AUROC near ε, and BF1 for those that aim at the boundary; the best sum wins."""
    rows: list[Row] = []
    for name in methods:
        tried = []
        for changes in SEARCHED.get(name, []):
            (found,) = rows_of(SEARCH_CASE, [name], SEARCH_SEED, {name: settings_with(name, changes)})
            aims = BASELINES[name].generates == "boundary"
            total = (found.near_auroc or 0.0) + (found.bf1 or 0.0 if aims else 0.0)
            bf1 = found.bf1 if aims and found.bf1 is not None else "–"
            row = {"method": name, "settings": json.dumps(changes), "near ε: AUROC": found.near_auroc, "BF1": bf1}
            tried.append({**row, "sum": total, "seconds": found.seconds})
            print(table(tried[-1:]).splitlines()[-1], flush=True)
        best = max(tried, key=lambda row: row["sum"], default=None)
        rows += [{**row, "chosen": "yes" if row is best else ""} for row in tried]
    return rows


def spread(values: list[float], digits: int) -> str:
    """Mean ± standard deviation."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.{digits}f} ± {deviation:.{digits}f}"


def values_of(rows: list[BaselineScores], field: str) -> dict[str, list[float]]:
    """A score by method, where there is one; of components the share that is covered."""
    found: dict[str, list[float]] = {row.method: [] for row in rows}
    for row in rows:
        value = getattr(row, field)
        if value is not None:
            found[row.method].append(value / len(row.components) if field == "covered" else value)
    return found


def bold_best(texts: dict[str, str], means: dict[str, float], field: str) -> dict[str, str]:
    """The best mean, or those that are equal to it to four digits, in bold."""
    best = (min if field == "seconds" else max)(means.values(), default=math.nan)
    return {n: f"**{text}**" if n in means and abs(means[n] - best) < 5e-5 else text for n, text in texts.items()}


def score_table(rows: dict[str, list[BaselineScores]], field: str) -> list[Row]:
    """One score: a row for each preset, a column for each method."""
    made: list[Row] = []
    for case, found in rows.items():
        values = values_of(found, field)
        means = {name: statistics.mean(of) for name, of in values.items() if of}
        texts = {n: spread(of, 1 if field == "seconds" else 4) if of else "–" for n, of in values.items()}
        made.append({"preset": case} | {title_of(n): text for n, text in bold_best(texts, means, field).items()})
    return made


def summary(rows: dict[str, list[BaselineScores]]) -> list[Row]:
    """A row for each method: mean over the presets, and the standard deviation of that mean over the seeds."""
    every = [row for found in rows.values() for row in found]
    made: dict[str, Row] = {row.method: {"method": row.title} for row in every}
    for title, field in SCORES.items():
        by_case = [values_of(found, field) for found in rows.values()]
        # One after another, the seeds of each preset: together, one mean a seed.
        seeds = {n: [statistics.mean(of) for of in zip(*(v[n] for v in by_case), strict=False)] for n in made}
        means = {name: statistics.mean(of) for name, of in seeds.items() if of}
        texts = {n: spread(seeds[n], 1 if field == "seconds" else 4) if n in means else "–" for n in made}
        for name, text in bold_best(texts, means, field).items():
            made[name][title] = text
    for name, row in made.items():
        row["diverged"] = sum(one.error is not None for one in every if one.method == name)
    return list(made.values())


def components(rows: dict[str, list[BaselineScores]]) -> list[Row]:
    """Boundary recall of each component of {p_x >= ε}, for who aims at the boundary: mean over the seeds."""
    made: list[Row] = []
    for case, found in rows.items():
        for name in ("bdsg", "bdsg_paper", "fence_gan", "minl_gan"):
            of = [row.components for row in found if row.method == name and row.components]
            if of:
                means = [statistics.mean(share or 0.0 for share in shares) for shares in zip(*of, strict=True)]
                whole = sum(all((share or 0.0) >= COVERED for share in shares) for shares in of)
                made.append(
                    {
                        "preset": case,
                        "method": title_of(name),
                        "recall of each component": ", ".join(f"{mean:.2f}" for mean in means),
                        "runs that cover all": f"{whole} of {len(of)}",
                    }
                )
    return made


def report(folder: Path, rows: dict[str, list[BaselineScores]], seeds: int) -> str:
    """Write what there is so far."""
    sections = {
        "Means over the presets": summary(rows),
        **{title: score_table(rows, field) for title, field in SCORES.items()},
        "Boundary recall by component": components(rows),
    }
    facts = {**machine(), "seeds": seeds, "presets": list(rows), "caption": CAPTION}
    text = write(folder, "rivals", sections, facts)
    runs = {case: [asdict(row) for row in found] for case, found in rows.items()}
    (folder / "rows.json").write_text(json.dumps(runs))
    return text


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presets", nargs="*", default=CASES, choices=CASES)
    parser.add_argument("--methods", nargs="*", default=list(METHODS), choices=METHODS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--points", type=int, help="sample of the library's methods, in place of 4096 points")
    parser.add_argument("--search", action="store_true", help="try six settings of each rival instead")
    parser.add_argument("--figure", type=Path, help="draw the fences instead, into this SVG file")
    parser.add_argument("--out", type=Path, default=Path("build/rivals"))
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    if chosen.search:
        write(chosen.out, "search", {"Six settings each": search(chosen.methods)}, machine())
        return
    if chosen.figure:
        draw_figure(chosen.figure)
        return
    library = [name for name in chosen.methods if name in BASELINES and chosen.points and takes_a_sample(name)]
    larger = {name: settings_with(name, {"points": chosen.points}) for name in library}
    rows: dict[str, list[BaselineScores]] = {case: [] for case in chosen.presets}
    for seed in range(chosen.seeds):  # all presets first, so that what there is at any time is a whole table
        for case in chosen.presets:
            rows[case] += rows_of(case, chosen.methods, seed, larger)
            print(f"seed {seed}, {case}: done", flush=True)
        report(chosen.out, rows, seed + 1)
    print(report(chosen.out, rows, chosen.seeds))


if __name__ == "__main__":
    main()
