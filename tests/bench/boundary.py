"""How fast B(z) trains: eq. 4 in compiled steps beside the plain way, both in turn on one thread; and whole runs.

``python -m tests.bench.boundary [--rounds N] [--together N] [--out DIR]``; writes boundary.md and boundary.json with
seeds, machine and versions, and prints them.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import itertools
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.kernels import density as densities
from bdsg.boundary.kernels import dispersion, nearest, network, paper, terms
from bdsg.boundary.objectives import Objective, PaperObjective, make_objective
from bdsg.boundary.training.compiled_objective import compiled_stepper
from bdsg.boundary.training.compiled_steps import KernelStepper, Stepper
from bdsg.config import BoundaryConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, DensityModel, TabulatedDensity
from bdsg.experiments.train import train_by_autograd
from tests.bench.boundary_runs import LATENT, Sweep, never, start, together, whole
from tests.bench.reference_boundary import ReferenceTrainer, gradient_of
from tests.bench.reports import Row, machine, write

SAMPLES, BATCH, HIDDEN, RATE, STEPS = 1024, 256, (8, 8, 8), 0.001, 3000
PLAIN_STEPS, COMPILED_STEPS = 6, 400
"""Steps of each in a round."""

CONFIG = BoundaryConfig(
    objective="paper", hidden=HIDDEN, steps=STEPS, batch_size=BATCH, learning_rate=0.005, lambda1=0.3, lambda2=0.025
)
MIXTURE = ClosedForm(GaussianMixture(**PRESETS["paper_b"].mixture))
DATA = MIXTURE.sample(SAMPLES, torch.Generator().manual_seed(0)).float()


def tabulated() -> TabulatedDensity:
    """A table of the same density, of the size that runs use."""
    corner = torch.full((2,), 12.0).double()
    return TabulatedDensity(MIXTURE, -corner, corner, (192, 192)).float()


def objective(density: DensityModel = MIXTURE, config: BoundaryConfig = CONFIG, seed: int = 2) -> PaperObjective:
    """The same start each time."""
    return PaperObjective(config, density, DATA, torch.Generator().manual_seed(seed))


def stepper(density: DensityModel = MIXTURE) -> KernelStepper:
    """Compiled steps from that start."""
    made = compiled_stepper(objective(density), CONFIG)
    assert isinstance(made, KernelStepper)
    return made


def latents(steps: int, seed: int = 3) -> Tensor:
    """z of some steps."""
    return torch.randn(steps, BATCH, 2, generator=torch.Generator().manual_seed(seed))


def seconds(call: Callable[[], object]) -> float:
    """Of this thread's processor time in a call: what a busy machine disturbs least."""
    begun = time.thread_time()
    call()
    return time.thread_time() - begun


def agreement() -> list[Row]:
    """The first step's loss and gradient, compiled and plain, against the plain one in double precision."""
    z = latents(1)
    plain, truth, made = _plain(torch.float32), _plain(torch.float64), objective()
    expected, found = truth.step(z[0].double(), RATE), plain.step(z[0], RATE)
    compiled = compiled_stepper(made, CONFIG)
    assert compiled is not None
    terms = compiled.steps(z, np.array([RATE]), 0)[0]
    slope = gradient_of(truth.generator)
    rows = [("plain", found, gradient_of(plain.generator)), ("compiled", terms, gradient_of(made.generator))]
    return [
        {
            "steps": name,
            "relative error of the loss": abs(values[0] / expected[0] - 1),
            "of the gradient": float((gradient.double() - slope).norm() / slope.norm()),
        }
        for name, values, gradient in rows
    ]


def _plain(dtype: torch.dtype) -> ReferenceTrainer:
    generator = copy.deepcopy(objective().generator)
    data = DATA.to(dtype)
    return ReferenceTrainer(generator.to(dtype), MIXTURE, data, CONFIG.lambda1, CONFIG.lambda2)  # type: ignore[attr-defined]


def speed(rounds: int) -> list[Row]:
    """Steps a second of processor time, by the median of interleaved rounds."""
    return _speeds(
        rounds,
        {
            "eq. 4, plain": _plain_steps(),
            "eq. 4, autograd, nearest samples alone": _autograd_steps(objective, CONFIG),
            "eq. 4, compiled, mixture": _compiled_steps(stepper()),
            "eq. 4, compiled, table": _compiled_steps(stepper(tabulated())),
        },
    )


def speed_of_ours(rounds: int) -> list[Row]:
    """The same for our objective at its default settings on the grid of nine."""
    sweep = Sweep("grid", "ours")
    config, levels = sweep.config.boundary, (sweep.config.epsilon, sweep.config.delta)

    def made() -> Objective:
        random = torch.Generator().manual_seed(0)
        return make_objective(config, sweep.density, DATA, sweep.samples, *levels, random)

    compiled = compiled_stepper(made(), config)
    assert compiled is not None
    return _speeds(
        rounds, {"ours, autograd": _autograd_steps(made, config), "ours, compiled": _compiled_steps(compiled)}
    )


def _speeds(rounds: int, contestants: dict[str, tuple[Callable[[], object], int]]) -> list[Row]:
    """Of calls and the steps that each takes; the first is what the others are compared with."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds + 1):
        for name, (call, steps) in contestants.items():
            times[name].append(seconds(call) / steps)
    middle = {name: statistics.median(found[1:]) for name, found in times.items()}  # the first round loads code
    first = next(iter(middle.values()))
    return [
        {"steps": name, "microseconds": 1e6 * each, "steps a second": 1 / each, "times the first": first / each}
        for name, each in middle.items()
    ]


def _plain_steps() -> tuple[Callable[[], object], int]:
    plain, z = _plain(torch.float32), latents(PLAIN_STEPS)
    return lambda: [plain.step(one, RATE) for one in z], PLAIN_STEPS


def _autograd_steps(made: Callable[[], Objective], config: BoundaryConfig) -> tuple[Callable[[], object], int]:
    once, short = made(), dataclasses.replace(config, steps=PLAIN_STEPS, snapshots=2)
    random = torch.Generator().manual_seed(0)
    return lambda: list(train_by_autograd(once, short, LATENT[:1], random, never)), PLAIN_STEPS + 1


def _compiled_steps(compiled: Stepper) -> tuple[Callable[[], object], int]:
    z, rates, done = latents(COMPILED_STEPS), np.full(COMPILED_STEPS, RATE), itertools.count(0, COMPILED_STEPS)
    return lambda: compiled.steps(z, rates, next(done)), COMPILED_STEPS


def shares() -> list[Row]:
    """Time of each part of a compiled step, by itself; each call from Python costs about 1 µs of it."""
    made = stepper()
    made.steps(latents(500), np.full(500, RATE), 0)
    net, loss, workspace, z = made.network, made.loss, made.workspace, latents(1)[0].numpy()
    (x, y), (pull_x, pull_y) = workspace.points, np.zeros_like(workspace.points)
    u, v = net.values[0, :BATCH], net.values[1, :BATCH]
    parts: dict[str, Callable[[], object]] = {
        "B(z)": lambda: paper.paper_points(z, net, loss, workspace),
        "log p_g and its gradient": lambda: densities.log_density(loss.density, x, y, workspace.found),
        "L0": lambda: densities.density_term(workspace.found, pull_x, pull_y),
        "L1, nearest samples": lambda: nearest.distance_term(loss.candidates, x, y, pull_x, pull_y),
        "L2, all pairs": lambda: dispersion.dispersion(u, v, x, y, 1e-6, pull_x, pull_y),
        "back to the weights, Adam": lambda: terms.move(net, workspace.slopes, 0.3, 0.025, loss.scale, 0.0, 1),
        "drawing z": lambda: torch.randn(25, BATCH, 2),
    }
    rows = []
    for name, call in parts.items():
        each = statistics.median(seconds(lambda f=call: [f() for _ in range(100)]) for _ in range(15)) / 100
        rows.append({"part": name, "microseconds": 1e6 * each / (25 if name == "drawing z" else 1)})
    return rows


def floor(step: float) -> list[Row]:
    """What eq. 4 needs at least, in operations, at the rate of the network's own matrix product.

    A division or a root counts as one operation, which flatters the floor.
    """
    widths = (2, *HIDDEN, 2)
    weights = sum(into * out for into, out in itertools.pairwise(widths))
    operations = {
        "network, both ways": 6 * weights * BATCH,
        "tanh, 15 each": 15 * sum(HIDDEN) * BATCH,
        "pairs, 20 each": 20 * BATCH * (BATCH - 1) // 2,
        "nearest sample, one candidate": 5 * BATCH,
        "density, 30 each mode": 30 * BATCH * len(MIXTURE.means),
    }
    a, flat = np.ones((64, BATCH), np.float32), np.ones(64 * 64, np.float32)
    out = np.zeros_like(a)
    products = lambda: [network.multiply(flat, 0, 64, 1, a, out) for _ in range(100)]  # noqa: E731
    rate = 2 * 64 * 64 * BATCH * 100 / statistics.median(seconds(products) for _ in range(15))
    rows: list[Row] = [
        {"part": name, "operations": count, "µs": 1e6 * count / rate} for name, count in operations.items()
    ]
    total = sum(operations.values())
    label = f"all, at {rate / 1e9:.0f} GFLOP/s: {1e-6 * total * 1e6 / rate / step:.0%} of a step"
    rows.append({"part": label, "operations": total, "µs": 1e6 * total / rate})
    moved = 8 * BATCH + 7 * 4 * (weights + sum(widths[1:]))
    rows.append({"part": f"bytes that must move: {moved:,} (z, weights, moments; all else stays in cache)"})
    return [{"part": row["part"], "operations": row.get("operations", ""), "µs": row.get("µs", "")} for row in rows]


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--together", type=int, default=64)
    parser.add_argument("--out", type=Path, default=Path("build/boundary"))
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    sections = {"Speed": speed(chosen.rounds), "Speed of ours": speed_of_ours(chosen.rounds)}
    sections["First step against double precision"] = agreement()
    sections["Where a compiled step's time goes"] = shares()
    sections["Floor"] = floor(1e-6 * sections["Speed"][2]["microseconds"])
    sections["Runs together"] = together(chosen.together, 3)
    sections["Ours, from the config to the trained B"] = whole(3)
    sections["Start"] = start()
    setting = f"N = {BATCH}, M = {SAMPLES}, 2-{'-'.join(map(str, HIDDEN))}-2, {STEPS} steps"
    print(
        write(
            chosen.out, "boundary", sections, {**machine(), "setting": setting, "seeds": "0 to 3, and 0 to 63 together"}
        )
    )


if __name__ == "__main__":
    main()
