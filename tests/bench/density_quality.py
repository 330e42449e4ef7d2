"""How well the flows fit: every preset and seed, the paper's classification, and the estimators side by side."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, ResidualFlow
from bdsg.density.diagnostics import log_prob_in_chunks
from bdsg.density.flows.exact import Exact
from bdsg.density.flows.likelihood_step import Descent
from bdsg.density.flows.lipschitz import Branch
from bdsg.density.flows.log_determinant import LogDeterminant
from bdsg.density.flows.russian_roulette import RussianRoulette
from bdsg.density.flows.truncated_series import TruncatedSeries
from bdsg.experiments.fit_density import Fitted, fit
from bdsg.experiments.problem import Problem
from bdsg.experiments.train import estimator_for
from bdsg.metrics.band import Band
from bdsg.metrics.grid import bp2, confusion
from bdsg.runs.result import Progress
from tests.bench.reports import Row

PLAIN = ("unimodal", "bimodal", "bimodal_separate", "three_modes", "ring", "grid")
EPSILONS = np.geomspace(0.005, 0.05, 10)
NODES = 200
ROUNDS = 40
DRAWS_A_SEED, POINTS_A_DRAW = 30, 1024
ESTIMATOR_STEPS = 700
"""Of every contestant alike, far below the default: a step of the truncated series takes 40 times an exact one's."""

ELU, LIPSWISH = {"kind": "iresnet", "activation": "elu"}, {"kind": "resflow", "activation": "lipswish"}
CONTESTANTS: dict[str, dict[str, Any]] = {
    "IResNet: ELU, truncated series": {**ELU, "log_determinant": "truncated", "series_terms": 10},
    "IResNet: ELU, exact": {**ELU, "log_determinant": "exact"},
    "ResFlow: LipSwish, roulette and Neumann": LIPSWISH,
    "ResFlow, exact": {**LIPSWISH, "log_determinant": "exact"},
}
ESTIMATORS: dict[str, LogDeterminant] = {
    "10 terms": TruncatedSeries(10),
    "3 terms": TruncatedSeries(3),
    "roulette": RussianRoulette(),
}


def fitted(preset: str, seed: int, density: dict[str, Any]) -> tuple[ExperimentConfig, Fitted, float]:
    """Fit one flow as a run does; also the seconds of its training alone, without the checks after it."""
    raw = {"data": {"preset": preset}, "density": {"kind": "iresnet", **density}, "seed": seed}
    config = ExperimentConfig.from_dict(raw)
    mixture = GaussianMixture.from_config(config.data)
    scene = Problem(config).scene
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
    config, found, _ = fitted("paper_d", seed, {})
    mixture = GaussianMixture.from_config(config.data)
    nodes = Problem(config).window.grid(NODES).nodes
    log_p_x, log_p_g = mixture.log_prob(nodes), log_prob_in_chunks(found.exact, nodes)
    counts = [confusion(log_p_x, log_p_g, epsilon) for epsilon in EPSILONS]
    row: Row = {"preset": "paper_d", "seed": seed, "KL (nats)": found.report["kl"]}
    for name in ("precision", "recall", "f1", "accuracy"):
        row[f"least {name}, ε 0.5–5 %"] = min(getattr(one, name) or 0.0 for one in counts)
    row["BP2, ε = 1 %"] = bp2(log_p_x, log_p_g, Band(0.01, 0.001))
    return row


def estimators(seeds: Iterable[int]) -> tuple[list[Row], list[Row], list[Row]]:
    """Each way to get the log-determinant under one protocol: over the seeds, by seed, and its bias.

    The protocol: preset ``bimodal``, 16 blocks of 2-16-16-2, fresh batches of 256, the same draws and steps.
    """
    summary, by_seed, biases, steps = [], [], [], step_times()
    for name, density in CONTESTANTS.items():
        fits = [fitted("bimodal", seed, {**density, "steps": ESTIMATOR_STEPS}) for seed in seeds]
        rows = [_estimator_row(name, config, found, seconds) for config, found, seconds in fits]
        summary.append(_summary_row(name, rows, steps[name]))
        by_seed += rows
        flows = [found.exact for _, found, _ in fits if isinstance(found.exact, ResidualFlow)]
        biases += [{"weights of": name, "estimator": label, **bias(flows, one)} for label, one in ESTIMATORS.items()]
        print(summary[-1], *biases[-len(ESTIMATORS) :], sep="\n", flush=True)
    return summary, by_seed, biases


def step_times() -> dict[str, float]:
    """Median milliseconds of a training step, the contestants in turn: other programs disturb all alike."""
    random = torch.Generator().manual_seed(0)
    x = ClosedForm(GaussianMixture(**PRESETS["bimodal"].mixture)).sample(2048, random).float()
    descents, times = {}, {name: [] for name in CONTESTANTS}
    for name, density in CONTESTANTS.items():
        config = ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "density": density}).density
        shape = (2, config.blocks, config.hidden, config.coefficient, config.activation)
        flow = ResidualFlow(*shape, random)
        flow.initialise(x)
        descents[name] = Descent(flow, estimator_for(config), random, threads=1)
    for _ in range(ROUNDS):
        for name, descent in descents.items():
            begun = time.perf_counter()
            descent.step(x[: config.batch_size], 1e-3)
            times[name].append(1e3 * (time.perf_counter() - begun))
    return {name: float(np.median(found)) for name, found in times.items()}


def _estimator_row(name: str, config: ExperimentConfig, found: Fitted, seconds: float) -> Row:
    report = found.report
    return {
        "model": name,
        "seed": config.seed,
        "KL (nats)": report["kl"],
        "± s.e.": report["kl_standard_error"],
        "training (s)": seconds,
        "Lipschitz bound": max(report["lipschitz_bounds"]),
        "∫ p_g": report["integral"],
        "inverse residual": max(report["inverse_residuals"]),
        "round trip": report["round_trip"],
        "inverse iterations": max(report["inverse_iterations"]),
    }


def _summary_row(name: str, rows: list[Row], step: float) -> Row:
    """Mean and deviation over the seeds; of bounds, residuals and iterations the worst."""
    kl, seconds = (np.array([row[key] for row in rows]) for key in ("KL (nats)", "training (s)"))
    worst = {key: max(row[key] for row in rows) for key in ("inverse residual", "round trip", "inverse iterations")}
    return {
        "model": name,
        "KL (nats), mean ± sd": f"{kl.mean():.4f} ± {kl.std(ddof=1) if len(kl) > 1 else math.nan:.4f}",
        "training (s), mean": float(seconds.mean()),
        "a step (ms), in turn": step,
        "largest Lipschitz bound": f"{max(row['Lipschitz bound'] for row in rows):.6f}",
        "in": rows[0]["in"],
        **worst,
    }


@torch.no_grad()
def bias(flows: list[ResidualFlow], estimator: LogDeterminant[Branch]) -> Row:
    """Mean gap of an estimated log p_g to the exact one at samples of each flow, over many draws."""
    gaps = []
    for seed, flow in enumerate(flows):
        random = torch.Generator().manual_seed(seed)
        x = flow.sample(POINTS_A_DRAW, random)
        truth = flow.estimate_log_prob(x, Exact(), random).value.mean()
        gaps += [float(flow.estimate_log_prob(x, estimator, random).value.mean() - truth) for _ in range(DRAWS_A_SEED)]
    found = np.array(gaps)
    error = float(found.std(ddof=1)) / math.sqrt(len(found))
    return {
        "bias (nats)": f"{found.mean():+.5f} ± {error:.5f}",
        "in standard errors": float(found.mean()) / error,
        "deviation of one draw": float(found.std(ddof=1)),
    }
