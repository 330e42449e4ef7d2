"""How well the flows fit: every preset and seed, the paper's classification, and the estimators side by side."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.density import ResidualFlow
from bdsg.density.log_determinant import Exact, LogDeterminant, RussianRoulette, TruncatedSeries
from bdsg.fitting import Fitted, fit
from bdsg.metrics.band import Band
from bdsg.metrics.grid import bp2, confusion
from bdsg.quality import log_prob_in_chunks, mesh
from bdsg.result import Progress
from bdsg.scene import make_scene
from tests.bench.reports import Row

PLAIN = ("unimodal", "bimodal", "bimodal_separate", "three_modes", "ring", "grid")
EPSILONS = np.geomspace(0.005, 0.05, 10)
NODES = 200
DRAWS = 200
ESTIMATORS: dict[str, dict[str, Any]] = {
    "IResNet, exact": {"kind": "iresnet"},
    "IResNet, truncated series": {"kind": "iresnet", "log_determinant": "truncated", "activation": "elu"},
    "ResFlow, roulette and Neumann": {"kind": "resflow"},
}


def fitted(preset: str, seed: int, density: dict[str, Any]) -> tuple[ExperimentConfig, Fitted, float]:
    """Fit one flow as a run does; also the seconds of its training alone, without the checks after it."""
    raw = {"data": {"preset": preset}, "density": {"kind": "iresnet", **density}, "seed": seed}
    config = ExperimentConfig.from_dict(raw)
    mixture = GaussianMixture.from_config(config.data)
    scene, _ = make_scene(config, mixture)
    random, begun, trained = torch.Generator().manual_seed(seed), time.perf_counter(), 0.0
    stage = fit(config, mixture, scene, random, lambda: False, None)
    while True:
        try:
            event = next(stage)
        except StopIteration as end:
            return config, end.value, trained
        if isinstance(event, Progress):
            trained = time.perf_counter() - begun


def quality(seeds: Iterable[int]) -> tuple[list[Row], list[Row]]:
    """KL of each preset and seed; the scores of the paper's section 4.2 on its two modes."""
    rows, scores = [], []
    for preset in PLAIN:
        for seed in seeds:
            rows.append(_fit_row(preset, seed))
            print(rows[-1], flush=True)
    for seed in seeds:
        scores.append(_scores(seed))
        print(scores[-1], flush=True)
    return rows, scores


def _fit_row(preset: str, seed: int) -> Row:
    _, found, seconds = fitted(preset, seed, {})
    report = found.report
    return {
        "preset": preset,
        "seed": seed,
        "KL (nats)": report["kl"],
        "± s.e.": report["kl_standard_error"],
        "steps": report["steps"],
        "training (s)": seconds,
        "∫ p_g": report["integral"],
        "Lipschitz bound": max(report["lipschitz_bounds"]),
        "round trip": report["round_trip"],
        "inverse iterations": max(report["inverse_iterations"]),
    }


def _scores(seed: int) -> Row:
    """Least precision, recall, F1 and accuracy over ε, and BP2 at ε = 1 %."""
    config, found, _ = fitted("paper_b", seed, {})
    mixture = GaussianMixture.from_config(config.data)
    scene, _ = make_scene(config, mixture)
    nodes = mesh(*(np.linspace(scene.low[i], scene.high[i], NODES) for i in (0, 1)))
    log_p_x, log_p_g = mixture.log_prob(nodes), log_prob_in_chunks(found.exact, nodes)
    counts = [confusion(log_p_x, log_p_g, epsilon) for epsilon in EPSILONS]
    row: Row = {"preset": "paper_b", "seed": seed, "KL (nats)": found.report["kl"]}
    for name in ("precision", "recall", "f1", "accuracy"):
        row[f"least {name}, ε 0.5–5 %"] = min(getattr(one, name) or 0.0 for one in counts)
    row["BP2, ε = 1 %"] = bp2(log_p_x, log_p_g, Band(0.01, 0.001))
    return row


def estimators(seeds: Iterable[int]) -> tuple[list[Row], list[Row]]:
    """Each way to get the log-determinant under one protocol, and the bias of each on each one's weights."""
    rows, biases = [], []
    for name, density in ESTIMATORS.items():
        for seed in seeds:
            _, found, seconds = fitted("bimodal", seed, density)
            report = found.report
            rows.append(
                {
                    "model": name,
                    "seed": seed,
                    "KL (nats)": report["kl"],
                    "± s.e.": report["kl_standard_error"],
                    "steps": report["steps"],
                    "training (s)": seconds,
                    "Lipschitz bound (SVD)": max(report["lipschitz_bounds"]),
                    "inverse residual": report["round_trip"],
                    "iterations": max(report["inverse_iterations"]),
                }
            )
            print(rows[-1], flush=True)
        assert isinstance(found.exact, ResidualFlow)
        biases += [
            {"weights of": name, "estimator": label, **bias(found.exact, estimator)}
            for label, estimator in (
                ("10 terms", TruncatedSeries(10)),
                ("3 terms", TruncatedSeries(3)),
                ("roulette", RussianRoulette()),
            )
        ]
    return rows, biases


@torch.no_grad()
def bias(flow: ResidualFlow, estimator: LogDeterminant) -> Row:
    """Mean gap of an estimated log p_g to the exact one at latent samples' images, over many draws."""
    random = torch.Generator().manual_seed(0)
    x = flow.sample(256, random)
    truth = flow.estimate_log_prob(x, Exact(), random).value
    draws = torch.stack([flow.estimate_log_prob(x, estimator, random).value.mean() for _ in range(DRAWS)])
    gaps = draws - truth.mean()
    error = float(gaps.std()) / math.sqrt(DRAWS)
    return {"bias (nats)": float(gaps.mean()), "± s.e.": error, "deviation of one draw": float(gaps.std())}
