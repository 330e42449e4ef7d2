"""The density model's speed and quality.

``python -m tests.bench.density [--speed] [--quality] [--estimators] [--seeds N] [--limit SECONDS] [--out DIR]``;
without a choice, all three.  Writes density.md and density.json with seeds, machine and versions.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, ResidualFlow
from bdsg.density.flows.exact import Exact
from bdsg.density.flows.learning_rate import one_cycle
from bdsg.density.flows.likelihood_step import CompiledGradient, Descent
from tests.bench.density_quality import estimators, quality
from tests.bench.reference_flow import ReferenceFlow, normflows_model, update_normflows
from tests.bench.reports import Row, machine, write

BLOCKS, HIDDEN, COEFFICIENT, BATCH = 10, (64, 64), 0.97, 256
ROUNDS, STEPS_A_ROUND = 8, 15
GOAL = 0.01
HORIZON = 300
"""Steps of the one cycle that the project's flow runs through in the race to ``GOAL``."""

LEARNING_RATES = {"project": 0.01, "reference": 0.003, "normflows": 0.003}
"""Not tuned for any model: the project's is its default, on one cycle; the rivals' are constant, ten times that
of normflows' example.  So the race compares set-ups, and only the iterations a second compare the code."""

Train = Callable[[Tensor, float], None]


class Contestant:
    """A model in training: ``step`` takes a batch, ``log_prob`` evaluates exactly."""

    def __init__(self, name: str, first: Tensor, threads: int) -> None:
        self.name = name
        self.times: list[float] = []
        self.processor: list[float] = []
        self.model = _model(name)
        if isinstance(self.model, ResidualFlow):
            self.model.initialise(first)
            self.descent = Descent(self.model, Exact(), torch.Generator(), threads)
        self.rate = LEARNING_RATES[name.split()[0]]
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=self.rate, betas=(0.9, 0.99), fused=True)

    def step(self, x: Tensor) -> None:
        """One training step, timed."""
        begun, worked = time.perf_counter(), time.process_time()
        if isinstance(self.model, ResidualFlow):
            self.descent.step(x, self.rate * one_cycle(min(1.0, self.steps / HORIZON)))
        else:
            self.model.train()
            self._descend(-self.model.log_prob(x).mean())
            if self.name.startswith("normflows"):
                update_normflows(self.model)
        self.times.append(time.perf_counter() - begun)
        self.processor.append(time.process_time() - worked)

    @property
    def steps(self) -> int:
        """Steps done."""
        return len(self.times)

    @property
    def seconds(self) -> float:
        """Spent in steps."""
        return sum(self.times)

    def _descend(self, loss: Tensor) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()

    def kl(self, truth: ClosedForm, x: Tensor) -> float:
        """KL(p_x ‖ p_g) in nats on samples, with the exact determinant; of the project's averaged weights."""
        if isinstance(self.model, ResidualFlow):
            with self.descent.averaged():
                self.model.power_iterate()
                return self._kl(truth, x)
        self.model.eval()
        return self._kl(truth, x)

    def _kl(self, truth: ClosedForm, x: Tensor) -> float:
        found = torch.cat([self.model.log_prob(part.float()).detach() for part in x.split(4000)])
        return float((truth.log_prob(x) - found.double()).mean())


def _model(name: str) -> nn.Module:
    torch.manual_seed(0)
    if name == "project":
        return ResidualFlow(2, BLOCKS, HIDDEN, COEFFICIENT, "lipswish", torch.Generator().manual_seed(0))
    if name == "reference":
        return ReferenceFlow(BLOCKS, HIDDEN, COEFFICIENT)
    return normflows_model(BLOCKS, HIDDEN, COEFFICIENT, name.split()[1])


NAMES = ("project", "reference", "normflows brute_force", "normflows reduce_memory", "normflows series")


def speed(limit: float, threads: int) -> list[Row]:
    """Iterations a second (of the median step of interleaved rounds), then the race to ``GOAL``.

    The race's clock is the sum of each model's own steps.
    """
    truth, random = ClosedForm(GaussianMixture(**PRESETS["bimodal"].mixture)), torch.Generator().manual_seed(1)
    fresh = truth.sample(20_000, random)
    contestants = [Contestant(name, truth.sample(2048, random).float(), threads) for name in NAMES]
    for _ in range(ROUNDS):
        for one in contestants:
            for _ in range(STEPS_A_ROUND):
                one.step(truth.sample(BATCH, random).float())
    rates = [_rates(one, contestants[0]) for one in contestants]
    return [{**rate, **_race(one, truth, fresh, limit, random)} for one, rate in zip(contestants, rates, strict=True)]


def _rates(one: Contestant, project: Contestant) -> Row:
    """By the clock on the wall, and by the processor's, which other programs on the machine disturb less."""
    wall, own = (statistics.median(times[STEPS_A_ROUND:]) for times in (one.times, project.times))
    processor, own_processor = (statistics.median(c.processor[STEPS_A_ROUND:]) for c in (one, project))
    return {
        "model": one.name,
        "iterations/s": 1.0 / wall,
        "project is faster by": wall / own,
        "iterations/processor s": 1.0 / processor,
        "faster by processor time": processor / own_processor,
    }


def _race(one: Contestant, truth: ClosedForm, fresh: Tensor, limit: float, random: torch.Generator) -> Row:
    reached = one.kl(truth, fresh)
    while reached > GOAL and one.seconds < limit:
        for _ in range(25):
            one.step(truth.sample(BATCH, random).float())
        reached = one.kl(truth, fresh)
    goal = f"{one.seconds:.1f}" if reached <= GOAL else f"not within {limit:.0f}"
    return {
        f"seconds to KL {GOAL}": goal,
        "steps": one.steps,
        "KL reached (nats)": reached,
    }


def shares(threads: int) -> list[Row]:
    """Where a step of the project's flow spends its time, by the clock."""
    truth, random = ClosedForm(GaussianMixture(**PRESETS["bimodal"].mixture)), torch.Generator().manual_seed(1)
    flow = ResidualFlow(2, BLOCKS, HIDDEN, COEFFICIENT, "lipswish", random)
    flow.initialise(truth.sample(2048, random).float())
    descent, gradient = Descent(flow, Exact(), random, threads), CompiledGradient.__call__
    assert isinstance(descent.gradient, CompiledGradient)
    clocks: dict[str, list[float]] = {"sampling": [], "normalising weights": [], "gradient": [], "all but sampling": []}

    def clock(part: str, work: Callable[[], object]) -> object:
        begun = time.perf_counter()
        found = work()
        clocks[part].append(time.perf_counter() - begun)
        return found

    for _ in range(200):
        x = clock("sampling", lambda: truth.sample(BATCH, random).float())
        assert isinstance(x, Tensor)
        clock("normalising weights", descent.gradient.normalise_weights)
        clock("gradient", lambda x=x: gradient(descent.gradient, x))  # type: ignore[misc]
        clock("all but sampling", lambda x=x: descent.step(x, 1e-3))  # type: ignore[misc]
    median = {part: statistics.median(times[20:]) for part, times in clocks.items()}
    whole = median["sampling"] + median["all but sampling"]
    parts = {
        "sampling": median["sampling"],
        "normalising weights (power iteration)": median["normalising weights"],
        "likelihood, forward and backward": median["gradient"] - median["normalising weights"],
        "Adam and averaging": median["all but sampling"] - median["gradient"],
        "all": whole,
    }
    rows: list[Row] = [{"part": part, "milliseconds": 1e3 * t, "share": t / whole} for part, t in parts.items()]
    return [*rows, *_floor(whole)]


def _floor(whole: float) -> list[Row]:
    """The least work of a step from the shapes: matrix products at the measured rate of one of them."""
    rows, width = 3 * BATCH, HIDDEN[0]
    operations = BLOCKS * 3 * 2 * rows * (width * HIDDEN[1] + 2 * HIDDEN[1]) + BLOCKS * 3 * 2 * BATCH * 2 * width
    moved = BLOCKS * 4 * rows * (width + HIDDEN[1]) * 4  # each activation written and read, both ways, 4 bytes
    a, b = torch.randn(rows, width), torch.randn(width, HIDDEN[1])
    times = []
    for _ in range(300):
        begun = time.perf_counter()
        a @ b
        times.append(time.perf_counter() - begun)
    rate = 2 * rows * width * HIDDEN[1] / float(torch.tensor(times).median())
    least = operations / rate
    label = f"floor: {operations / 1e6:.0f} MFLOP at {rate / 1e9:.0f} GFLOP/s ({moved / 1e6:.0f} MB moved in cache)"
    return [{"part": label, "milliseconds": 1e3 * least, "share": least / whole}]


def main() -> None:
    """Run what was asked for and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    for choice in ("speed", "quality", "estimators"):
        parser.add_argument(f"--{choice}", action="store_true")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds that each rival gets")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/density"))
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    threadpool_limits(1, user_api="blas")
    everything = not (chosen.speed or chosen.quality or chosen.estimators)
    sections: dict[str, list[Row]] = {}
    if chosen.speed or everything:
        sections["Where a step's time goes"] = shares(chosen.threads)
        sections["Speed"] = speed(chosen.limit, chosen.threads)
    if chosen.quality or everything:
        sections["Quality"], sections["Paper, section 4.2"] = quality(range(chosen.seeds))
    if chosen.estimators or everything:
        names = ("Estimators", "Estimators by seed", "Bias of an estimator of log p_g")
        sections.update(zip(names, estimators(range(chosen.seeds)), strict=True))
    print(write(chosen.out, "density", sections, {**machine(), "seeds": chosen.seeds, "limit": chosen.limit}))


if __name__ == "__main__":
    main()
