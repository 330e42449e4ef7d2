"""The objective ``ours`` with one part changed at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from bdsg.boundary import loss_terms
from bdsg.boundary.level_sets.level_tree import LevelTree
from bdsg.boundary.objectives import OurObjective, Terms, find_tree
from bdsg.config import ExperimentConfig
from bdsg.config.constants import PLACES, SMALLEST_SHARE
from bdsg.density import ClosedForm
from bdsg.experiments.problem import Problem
from bdsg.experiments.train import train_by_autograd
from bdsg.metrics import Band, boundary_scores, truth_field
from bdsg.metrics.boundary import probe_contour
from bdsg.numerics.threads import limited_threads

POINTS = 10_000
FEW_HARMONICS = 3


class Ablation(OurObjective):
    """``ours`` again, its terms one by one, so that each can be exchanged."""

    def terms(self, z: Tensor, random: torch.Generator) -> Terms:
        """Evaluate the changed loss."""
        code = self.ours.read(z)
        local = self.ours.local(code)
        targets, steepness = self.tree.at(*code)
        points = self.ours.to_data(local, code)
        apart = (points - self.ours.to_data(targets, code)).norm(dim=1)
        l0 = self.l0(points, apart * steepness)
        l1 = self.l1(points, local, targets)
        l2 = loss_terms.component_dispersion_term(targets, code.branches, local)
        return Terms(loss_terms.weighted_sum(l0, l1, l2, self.config.lambda1, self.config.lambda2), l0, l1, l2)

    def l0(self, points: Tensor, astray: Tensor) -> Tensor:
        """The level term."""
        return loss_terms.level_term(self.density.log_prob(points), float(self.tree.log_levels[0]), astray)

    def l1(self, points: Tensor, local: Tensor, targets: Tensor) -> Tensor:
        """The distance to the places."""
        return loss_terms.place_term(local, targets)


class WithoutLevel(Ablation):
    """L0 = 0."""

    def l0(self, points: Tensor, astray: Tensor) -> Tensor:
        """Nothing."""
        return torch.zeros(())


class PapersDensity(Ablation):
    """L0 = mean p_g(B(z)) in units of ε*, so that it weighs as much as it can."""

    def l0(self, points: Tensor, astray: Tensor) -> Tensor:
        """Eq. 5."""
        return loss_terms.density_term(self.density.log_prob(points) - float(self.tree.log_levels[0]))


class LevelFromAfar(Ablation):
    """The level draws a point wherever it is."""

    def l0(self, points: Tensor, astray: Tensor) -> Tensor:
        """The level term with all points counted in full."""
        return super().l0(points, torch.zeros_like(astray))


class OneWay(Ablation):
    """L1 as the paper has it, but to the level set: to the nearest place, whichever z it belongs to."""

    def l1(self, points: Tensor, local: Tensor, targets: Tensor) -> Tensor:
        """Distance to the nearest place in units of the mean ellipse."""
        branches = torch.arange(self.tree.count).repeat_interleave(PLACES // 4)
        level = torch.zeros(len(branches))
        places = self.tree.to_data(self.tree.table[0, :, ::4].reshape(-1, 2), branches, level)
        scale = self.tree.axes[0].norm(dim=1).mean()
        return loss_terms.distance_term(points, places) / scale


def without_distance(config: ExperimentConfig) -> ExperimentConfig:
    """λ1 = 0."""
    return _with_boundary(config, lambda1=0.0)


def without_dispersion(config: ExperimentConfig) -> ExperimentConfig:
    """λ2 = 0."""
    return _with_boundary(config, lambda2=0.0)


def _with_boundary(config: ExperimentConfig, **settings: Any) -> ExperimentConfig:
    return dataclasses.replace(config, boundary=dataclasses.replace(config.boundary, **settings))


def on_one_curve(tree: LevelTree) -> LevelTree:
    """No component code: all closed curves one after another along a single angle, in one frame."""
    shares = (tree.lengths / tree.lengths.sum()).clamp(min=SMALLEST_SHARE)
    quotas = torch.diff(torch.round(torch.cumsum(shares / shares.sum(), 0) * PLACES), prepend=torch.zeros(1)).long()
    points, steepness = [], []
    for k, quota in enumerate(quotas.tolist()):
        chosen = (torch.arange(quota) * PLACES) // max(quota, 1)
        points.append(tree.to_data(tree.table[0, k, chosen], torch.full((quota,), k), torch.zeros(quota)))
        steepness.append(tree.steepness[0, k, chosen])
    whole = torch.cat(points)
    centre, half = 0.5 * (whole.amax(0) + whole.amin(0)), 0.5 * (whole.amax(0) - whole.amin(0))
    return LevelTree(
        tree.log_levels,
        tree.alive[:, :1],
        torch.ones(1),
        centre[None, None],
        torch.diag(half)[None, None],
        ((whole - centre) / half)[None, None],
        torch.cat(steepness)[None, None],
        torch.ones(1),
    )


class FewHarmonics(LevelTree):
    """The network sees the angle's first few multiples only."""

    def harmonics(self) -> int:
        """Few."""
        return FEW_HARMONICS


def few_harmonics(tree: LevelTree) -> LevelTree:
    """The same places."""
    return FewHarmonics(**vars(tree))


def unchanged(anything: Any) -> Any:
    """The thing itself."""
    return anything


Change = tuple[type[OurObjective], Callable[[ExperimentConfig], ExperimentConfig], Callable[[LevelTree], LevelTree]]

PARTS: dict[str, Change] = {
    "nothing": (OurObjective, unchanged, unchanged),
    "no level term": (WithoutLevel, unchanged, unchanged),
    "the paper's L0": (PapersDensity, unchanged, unchanged),
    "the level from afar": (LevelFromAfar, unchanged, unchanged),
    "no distance": (OurObjective, without_distance, unchanged),
    "distance one way": (OneWay, unchanged, unchanged),
    "no dispersion": (OurObjective, without_dispersion, unchanged),
    "no component code": (OurObjective, unchanged, on_one_curve),
    "3 harmonics": (OurObjective, unchanged, few_harmonics),
}


def ablated(config: ExperimentConfig, part: str) -> dict[str, Any]:
    """Train B on the closed form with one part changed; the scores of ``POINTS`` of its points."""
    with limited_threads():
        return _ablated(config, *PARTS[part])


def _ablated(
    config: ExperimentConfig,
    objective_type: type[OurObjective],
    change: Callable[[ExperimentConfig], ExperimentConfig],
    replace: Callable[[LevelTree], LevelTree],
) -> dict[str, Any]:
    problem = Problem(change(config))
    config, mixture = problem.config, problem.mixture
    model, band = ClosedForm(mixture), Band(config.epsilon, config.delta)
    samples = problem.level_samples(model)
    random = samples.random()
    tree = replace(find_tree(1, model, samples.first, config.epsilon, config.delta))
    objective = objective_type(config.boundary, model, tree, config.epsilon, config.delta, random)
    # The compiled steps know nothing of changed terms.
    for _ in train_by_autograd(objective, config.boundary, torch.zeros(1, 2), random, lambda: False):
        pass
    with torch.no_grad():
        points = objective.generator(torch.randn(POINTS, 2, generator=random)).double().numpy()
    log_p_x = mixture.log_prob(points)
    contour = probe_contour(truth_field(mixture, config.delta), band)
    scores = boundary_scores(contour, band, points, log_p_x)
    return {**dataclasses.asdict(scores), "components": scores.components}
