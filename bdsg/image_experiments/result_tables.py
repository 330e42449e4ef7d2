"""Units joined to one result, and the result as a Markdown table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from bdsg.baselines.registry import title_of
from bdsg.image_experiments.boundary_files import store
from bdsg.image_experiments.image_scores import BEST, TITLES
from bdsg.image_experiments.jobs import Setting
from bdsg.runs.directory import explained

AREAS = {"auroc": "AUROC", "auprc": "AUPRC", "auprc_normal": "AUPRC, normal positive"}

PAPER_SAYS = {
    "digits": "The paper has no figures on these 8 × 8 images.",
    "mnist": (
        "The paper (Fig. 3, MNIST, ResFlow, all training images) draws its areas as bars without numbers. It says: "
        "ahead on average of EGBAD, AnoGAN and VAE in AUROC, and of GANomaly, EGBAD, AnoGAN, VAE, FenceGAN and WGAN "
        "in AUPRC."
    ),
    "cifar10": (
        "The paper (Fig. 4, CIFAR-10, ResFlow and IResNet, all training images) draws its areas as bars without "
        "numbers. It says: ahead on average of EGBAD and AnoGAN in AUROC."
    ),
}
"""What stands in the paper beside each table."""


def results_of(setting: Setting, units: Iterable[dict[str, Any]], versions: dict[str, str]) -> dict[str, Any]:
    """The result of a protocol from its units: what the page and the tables read."""
    units = list(units)
    rows = [row for unit in units for row in unit["rows"]]
    boundary = {str(u["rows"][0]["left_out"]): u["boundary"] for u in units if "boundary" in u}
    checks = [{"left_out": u["rows"][0]["left_out"], **fact} for u in units for fact in u.get("checks", [])]
    density = [{"left_out": u["rows"][0]["left_out"], **u["density"]} for u in units if "density" in u]
    return {
        "format": 1,
        "protocol": setting.protocol,
        "versions": versions,
        "seed": setting.seed,
        "train": setting.config.train,
        "test": setting.config.test,
        "best": BEST,
        "rows": rows,
        "boundary": boundary,
        "checks": checks,
        "density": density,
    }


def write_results(out: Path, results: dict[str, Any], table: str) -> None:
    """``results.json`` and ``table.md`` of the digits; other protocols have their name before it."""
    before = "" if results["protocol"] == "digits" else f"{results['protocol']}-"
    store(out / f"{before}results.json", json.dumps(results, indent=1, allow_nan=False) + "\n")
    store(out / f"{before}table.md", table)


def copy_results(out: Path, target: Path, results: dict[str, Any], table: str) -> None:
    """The same files and the boundary images, without the parts, in another directory: what the page ships with."""
    write_results(target, results, table)
    for name in results["boundary"].values():
        with explained(target):
            store(target / name, (out / name).read_bytes())


def markdown(results: dict[str, Any]) -> str:
    """All tables of a protocol: means of every method and score, AUROC by class, checks of the boundary."""
    classes = sorted({row["left_out"] for row in results["rows"]})
    words = (
        f"{results['protocol']}, one class left out as the anomaly: at most {results['train']} training images, "
        f"{results['test']} test images, seed {results['seed']}; means over the left-out classes "
        f"{', '.join(map(str, classes))}. {PAPER_SAYS[results['protocol']]}"
    )
    parts = [words, _means(results["rows"]), "AUROC by left-out class.", _by_class(results["rows"], classes)]
    if results["checks"]:
        parts += ["B(z), none rejected, against the 1 % quantile of held-out p_g.", _checks(results)]
    failed = [f"{title_of(row['method'])}: {row['error']}" for row in results["rows"] if row.get("error")]
    return "\n\n".join([*parts, *failed]) + "\n"


def grouped(rows: list[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Rows by method and score, the highest mean AUROC first; methods without scores come last."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["method"], row["score"]), []).append(row)
    return dict(sorted(groups.items(), key=lambda item: -(mean_of(item[1], "auroc") or -1.0)))


def mean_of(rows: list[dict[str, Any]], area: str) -> float | None:
    """The mean, or None where a row has no value."""
    values = [row[area] for row in rows]
    return None if None in values else float(np.mean(values))


def name_of(method: str, score: str) -> str:
    """What a person reads."""
    return f"BDSG: {TITLES[score]}" if method == "bdsg" else title_of(method)


def lines(head: list[str], body: list[list[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *body])


def shown(value: float | None) -> str:
    """Four digits, or a dash."""
    return "–" if value is None else f"{value:.4f}"


def _means(rows: list[dict[str, Any]]) -> str:
    groups = grouped(rows)
    best = {area: max((mean_of(g, area) or 0.0) for g in groups.values()) for area in AREAS}
    body = []
    for (method, score), group in groups.items():
        cells = [shown(value) if (value := mean_of(group, a)) != best[a] else f"**{shown(value)}**" for a in AREAS]
        seconds = np.mean([row["seconds"] for row in group])
        body.append([name_of(method, score), *cells, str(len(group)), f"{seconds:.0f}"])
    return lines(["method and score", *AREAS.values(), "classes", "training, CPU s a class"], body)


def _by_class(rows: list[dict[str, Any]], classes: list[int]) -> str:
    body = []
    for (method, score), group in grouped(rows).items():
        found = {row["left_out"]: row["auroc"] for row in group}
        body.append([name_of(method, score), *("–" if found.get(c) is None else f"{found[c]:.3f}" for c in classes)])
    return lines(["method and score", *map(str, classes)], body)


def _checks(results: dict[str, Any]) -> str:
    bits = {row["left_out"]: row for row in results["density"]}
    head = ["left out", "bits a dimension (levels)", "B(z)", "outside", "L1 mean", "L1 least", "apart least"]
    body = [
        [
            str(c["left_out"]),
            f"{bits[c['left_out']]['bits_per_dimension']:.2f} ({bits[c['left_out']]['levels']})",
            c["objective"],
            f"{c['outside']:.1%}",
            *(f"{c[k]:.3f}" for k in ("l1_mean", "l1_least", "apart_least")),
        ]
        for c in results["checks"]
    ]
    return lines(head, body)
