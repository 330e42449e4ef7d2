"""Numbers that the browser's trainer must reproduce: ``python -m tests.frontend.trainer_golden`` writes them.

Each case has a density, a network's weights, z, and by autograd of the Python terms: every term of the loss and its
gradient in the weights, alone and summed, and the weights after a few steps of Adam.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.level_sets.level_tree import LevelTree, grow_tree
from bdsg.boundary.objectives import OurObjective, PaperObjective, parameters
from bdsg.boundary.term_gradients import forces_by_autograd
from bdsg.config import BoundaryConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, DensityModel, TabulatedDensity
from tests.needs import ROOT

PATH = ROOT / "bdsg" / "frontend" / "tests" / "golden" / "trainer.json"
PRESET, JOINED = "bimodal_separate", "bimodal"
TIED = 32
"""Places a curve in the cases: the same formulas at a sixteenth of the file's size."""

BATCH, SAMPLES, STEPS, RATE = 24, 48, 3, 0.01
EPSILON, DELTA = 0.01, 0.001
HIGHER = 0.08
TRACED = {"unimodal": 1, "three_modes": 1, "ring": 1, "bimodal": 5}
"""Presets whose curves are traced, and at how many levels."""


def mixture(preset: str) -> ClosedForm:
    """A preset's closed form in double precision."""
    numbers = PRESETS[preset].mixture
    return ClosedForm(GaussianMixture(numbers["weights"], numbers["means"], numbers["covariances"]))


def rounded(values: Tensor | np.ndarray, digits: int = 12) -> list[float]:
    """Flat numbers of that many digits."""
    return [float(f"{value:.{digits}g}") for value in np.asarray(values, float).ravel()]


def table() -> tuple[TabulatedDensity, dict[str, Any]]:
    """A small table over a mixture's window, and the numbers that the browser makes the same spline from."""
    low, high, shape = torch.tensor([-15.0, -6.0]).double(), torch.tensor([15.0, 6.0]).double(), (32, 17)
    model = mixture(PRESET)
    axes = [
        torch.linspace(float(a), float(b), n, dtype=torch.float64) for a, b, n in zip(low, high, shape, strict=True)
    ]
    values = model.log_prob(torch.cartesian_prod(*axes))
    numbers = {"low": low.tolist(), "high": high.tolist(), "shape": shape, "values": rounded(values)}
    return TabulatedDensity(model, low, high, shape), numbers


def sparse(tree: LevelTree) -> LevelTree:
    """The same curves with every sixteenth place, all in double precision."""
    parts = {field.name: getattr(tree, field.name) for field in dataclasses.fields(tree)}
    parts = {name: part.double() if part.is_floating_point() else part for name, part in parts.items()}
    index = torch.arange(0, tree.table.shape[2], tree.table.shape[2] // TIED)
    parts["table"], parts["steepness"] = (parts[name].index_select(2, index) for name in ("table", "steepness"))
    return LevelTree(**parts)


def branches(objective: OurObjective) -> dict[str, Any]:
    """The curves as the browser holds them."""
    tree, generator = objective.tree, objective.ours
    spaced = {"lowest": float(tree.log_levels[0]), "step": tree.step}
    shapes = {"levels": len(tree.log_levels), "count": tree.count, "places": tree.table.shape[2]}
    never = -2.0 * torch.log1p(-generator.edges[:, :-1])
    parts = {name: rounded(getattr(tree, name)) for name in ("centres", "axes", "table", "steepness")}
    parts["edges"] = [min(edge, 1e30) for edge in rounded(never)]
    parts["radii"] = rounded(generator.radii)
    return {**shapes, **spaced, **parts, "harmonics": generator.harmonics}


def flat(tensors: Any) -> Tensor:
    """Parts of the parameters, one after another."""
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


def expected(objective: Any, terms: Any, draws: list[Any], latent: Tensor) -> dict[str, Any]:
    """The terms, their gradients and forces for the first draw; the weights after a step of Adam for each draw."""
    weights = parameters(objective.generator)
    start = flat(weights).detach().clone()
    forces = forces_by_autograd(objective, latent)
    found = terms(draws[0])
    gradients = [flat(torch.autograd.grad(term, weights, retain_graph=True)) for term in (*found[1:], found[0])]
    optimiser = torch.optim.Adam(weights, lr=RATE)
    for draw in draws:
        optimiser.zero_grad()
        terms(draw)[0].backward()
        optimiser.step()
    named = dict(zip(("l0", "l1", "l2", "loss"), map(rounded, gradients), strict=True))
    parts = {
        "parameters": rounded(start),
        "forces": rounded(forces, 8),
        "gradients": named,
        "after": rounded(flat(weights).detach()),
    }
    return {**parts, "terms": rounded(torch.stack(list(found)).detach())}


def latents(random: torch.Generator) -> list[Tensor]:
    """z of each step, (N, 2)."""
    return list(torch.randn(STEPS, BATCH, 2, generator=random, dtype=torch.float64))


def paper_case(density: DensityModel, numbers: Any, hidden: tuple[int, ...]) -> dict[str, Any]:
    """Eq. 4 near the boundary of two separate modes."""
    random = torch.Generator().manual_seed(1)
    config = BoundaryConfig(objective="paper", hidden=hidden, lambda1=0.3, lambda2=0.025)
    data = mixture(PRESET).sample(SAMPLES, random)
    objective = PaperObjective(config, density, data, random)
    objective.generator.double()  # type: ignore[attr-defined]
    draws = latents(random)
    found = expected(objective, lambda z: objective.terms(z, random), draws, draws[0])
    return {**_case(config, numbers, draws), "data": rounded(data), **found}


def our_case(density: DensityModel, numbers: Any) -> dict[str, Any]:
    """Ours at one level."""
    random = torch.Generator().manual_seed(2)
    config = BoundaryConfig(hidden=(8, 8), lambda1=5.0, lambda2=0.1)
    level = torch.tensor([0.5 * math.log(EPSILON * DELTA)], dtype=torch.float64)
    tree = sparse(grow_tree(density.log_prob, mixture(PRESET).sample(1024, random), level))
    objective = OurObjective(config, density, tree, EPSILON, DELTA, random)
    objective.ours.double()
    draws = latents(random)
    found = expected(objective, lambda z: objective.terms(z, random), draws, draws[0])
    return {**_case(config, numbers, draws), "branches": branches(objective), **found}


def level_case(density: DensityModel, numbers: Any) -> dict[str, Any]:
    """Ours at every level of a range in which two modes join."""
    random = torch.Generator().manual_seed(3)
    config = BoundaryConfig(hidden=(8, 8), lambda1=5.0, lambda2=0.1, levels=3)
    logs = torch.linspace(math.log(0.01), math.log(0.06), 3)
    tree = sparse(grow_tree(density.log_prob, density.sample(1024, random), logs))
    objective = OurObjective(config, density, tree, HIGHER, HIGHER / 10, random)
    objective.ours.double()
    draws, positions = latents(random), 2 * torch.rand(STEPS, BATCH, generator=random, dtype=torch.float64)

    def terms(draw: tuple[Tensor, Tensor]) -> Any:
        objective.positions = lambda count, random: draw[1]  # type: ignore[method-assign]
        return objective.terms(draw[0], random)

    found = expected(objective, terms, list(zip(draws, positions, strict=True)), draws[0])
    own = {
        "position": objective.ours.position(HIGHER),
        "branches": branches(objective),
        "positions": [rounded(row) for row in positions],
    }
    return {**_case(config, numbers, draws), **own, **found}


def _case(config: BoundaryConfig, numbers: Any, draws: list[Tensor]) -> dict[str, Any]:
    weights = {"l0": 1.0, "lambda1": config.lambda1, "lambda2": config.lambda2}
    return {"hidden": config.hidden, "weights": weights, "density": numbers, "z": [rounded(z) for z in draws]}


def traced(preset: str, levels: int) -> dict[str, Any]:
    """What Python makes of a preset's level sets: curves, and every sixteenth place in data space."""
    model, random = mixture(preset), torch.Generator().manual_seed(4)
    samples = model.sample(2048, random)
    logs = torch.linspace(math.log(0.01), math.log(0.06), levels) if levels > 1 else torch.tensor([math.log(0.003)])
    tree = grow_tree(model.log_prob, samples, logs.double())
    every = tree.table[:, :, ::16].flatten(0, 2)
    shape = (len(logs), tree.count, 32)
    level, branch = (torch.arange(shape[k]).view(-1, *[1] * (2 - k)).expand(shape).flatten() for k in (0, 1))
    points = tree.to_data(every, branch, level.double()).view(-1, 32, 2)
    return {
        "density": _numbers(preset),
        "log_levels": rounded(logs),
        "alive": tree.alive.int().tolist(),
        "lengths": rounded(tree.lengths, 6),
        "harmonics": tree.harmonics(),
        "points": [rounded(curve, 6) for curve in points],
    }


def _numbers(preset: str) -> dict[str, Any]:
    return {name: PRESETS[preset].mixture[name] for name in ("weights", "means", "covariances")}


def spline() -> dict[str, Any]:
    """log p and its gradient by the table at random points of its window."""
    density, numbers = table()
    random = torch.Generator().manual_seed(5)
    size = density.high - density.low
    points = density.low + size * torch.rand(40, 2, generator=random, dtype=torch.float64)
    points[:2] = torch.stack([density.low, density.high])
    points.requires_grad_()
    value = density.log_prob(points)
    (slope,) = torch.autograd.grad(value.sum(), points)
    values = {"points": points.detach(), "values": value.detach(), "slopes": slope}
    return {"density": numbers, **{name: rounded(part) for name, part in values.items()}}


def cases() -> dict[str, Any]:
    """Every objective, on the closed form and on a table."""
    exact, (tabulated, numbers) = mixture(PRESET), table()
    return {
        "eq. 4, closed form": paper_case(exact, _numbers(PRESET), (8, 8, 8)),
        "eq. 4, table": paper_case(tabulated, numbers, (5, 6)),
        "ours, closed form": our_case(exact, _numbers(PRESET)),
        "ours, table": our_case(tabulated, numbers),
        "every level, closed form": level_case(mixture(JOINED), _numbers(JOINED)),
    }


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "cases": cases,
    "spline": spline,
    "traced": lambda: {name: traced(name, levels) for name, levels in TRACED.items()},
}


def text() -> str:
    """The file's content."""
    return json.dumps({name: make() for name, make in PARTS.items()}, separators=(",", ":")) + "\n"


def main(path: Path = PATH) -> None:
    """Write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
