"""Maximum likelihood for a flow of images: interruptible, and resumed to the same bits."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from bdsg.config.constants import MEMORY
from bdsg.config.image_config import ImageFlowConfig
from bdsg.density.flows.inverse import Residual
from bdsg.density.flows.learning_rate import one_cycle
from bdsg.density.flows.likelihood_step import FlatParameters
from bdsg.density.flows.log_determinant import LogDeterminant
from bdsg.density.flows.russian_roulette import RussianRoulette
from bdsg.density.flows.truncated_series import TruncatedSeries
from bdsg.density.image_flows.image_flow import ImageFlow, Scale
from bdsg.density.image_flows.image_steps import Pixels, bits_per_dimension, dequantised, quantised
from bdsg.errors import DivergenceError
from bdsg.runs.checkpoint import Checkpoint, digest_of
from bdsg.runs.result import Progress

LARGEST_GRADIENT = 10.0
"""Longer gradients are shortened to this times √d: a rare batch with a long series is not to undo many steps."""


def build_flow(
    shape: tuple[int, int, int],
    config: ImageFlowConfig,
    generator: torch.Generator,
    evaluation: LogDeterminant[Residual] | None = None,
) -> ImageFlow:
    """An untrained flow of images (channels, height, width)."""
    scales = [Scale(*scale) for scale in config.scales]
    pixels = Pixels(config.pixels, config.levels)
    return ImageFlow(shape, scales, config.coefficient, pixels, generator, evaluation)


def training_estimator(config: ImageFlowConfig) -> LogDeterminant[Residual]:
    """IResNet's truncated series, or ResFlow's unbiased one."""
    return RussianRoulette(2, 0.5) if config.kind == "resflow" else TruncatedSeries(config.series_terms)


class ImageTraining:
    """Adam on a flow with a one-cycle step size and a running average of the weights.

    Args:
        flow: trained in place; on the device where it is.
        images: grey values in [0, 1], flat, (n, d).
        config: of the flow and its training.
        seed: of batches, noise and probes.
        checkpoint: written after each epoch, and read at the start if it is there.
    """

    def __init__(
        self, flow: ImageFlow, images: Tensor, config: ImageFlowConfig, seed: int, checkpoint: Path | None = None
    ) -> None:
        self.flow, self.config = flow, config
        self.images = quantised(images, config.levels)
        self.random = torch.Generator().manual_seed(seed)
        self.estimator = training_estimator(config)
        first = self.images[torch.randperm(len(images), generator=self.random)[:512].to(images.device)]
        flow.initialise(dequantised(first, config.levels, self.random))
        self.flat = FlatParameters(flow)
        self.average = self.flat.values.clone()
        vector = torch.nn.Parameter(self.flat.values)
        vector.grad = self.flat.gradient
        self.optimiser = torch.optim.Adam([vector], betas=(0.9, 0.99), fused=True)
        self.vector, self.steps, self.epoch = vector, 0, 0
        self.checkpoint = Checkpoint(checkpoint, [config, seed, digest_of(images)]) if checkpoint else None

    @property
    def total_steps(self) -> int:
        """Steps of the whole training."""
        return self.config.epochs * math.ceil(len(self.images) / self.config.batch_size)

    def run(self) -> Iterator[Progress]:
        """Train to the end, from the checkpoint if there is one; the flow is left settled, with averaged weights.

        Raises:
            DivergenceError: the likelihood is no finite number.
            LipschitzError: a branch is no contraction.
        """
        self._resume()
        began = time.perf_counter()
        while self.epoch < self.config.epochs:
            mean = self._epoch()
            self.epoch += 1
            if self.checkpoint:
                self.checkpoint.save(self._state(), {"steps": self.steps, "epoch": self.epoch})
            bits = float(bits_per_dimension(torch.tensor(-mean), self.flow.dim, self.config.levels))
            seconds = time.perf_counter() - began
            yield Progress("density", self.epoch, self.config.epochs, seconds, {"bits per dimension": bits})
        self.flat.values.copy_(self.average)
        self.flow.settle()

    def _epoch(self) -> float:
        """One pass; its mean negative log-likelihood, nats."""
        order = torch.randperm(len(self.images), generator=self.random)
        total = 0.0
        for chosen in torch.split(order, self.config.batch_size):
            x = self.images[chosen.to(self.images.device)]
            total += self._step(dequantised(x, self.config.levels, self.random)) * len(x)
        return total / len(self.images)

    def _step(self, x: Tensor) -> float:
        self.flow.power_iterate()
        parameters = list(self.flow.parameters())
        with torch.autocast(x.device.type, torch.bfloat16, enabled=x.device.type == "cuda"):
            found = self.flow.estimate_log_prob(x, self.estimator, self.random)
        gradients = torch.autograd.grad(-found.surrogate.mean(), parameters, allow_unused=True)
        for part, gradient in zip(self.flat.parts, gradients, strict=True):
            part.copy_(torch.zeros_like(part) if gradient is None else gradient.flatten())
        value = -float(found.value.detach().mean())
        if not (math.isfinite(value) and bool(self.flat.gradient.isfinite().all())):
            raise DivergenceError("density", self.steps, "the log-likelihood", "Lower images.density.learning_rate.")
        self.flat.gradient *= min(1.0, LARGEST_GRADIENT * self.flow.dim**0.5 / float(self.flat.gradient.norm()))
        self.optimiser.param_groups[0]["lr"] = self.config.learning_rate * one_cycle(self.steps / self.total_steps)
        self.optimiser.step()
        self.average.lerp_(self.flat.values, (MEMORY + 1.0) / (self.steps + MEMORY + 1.0))
        self.steps += 1
        return value

    def _state(self) -> dict[str, Tensor]:
        """Every number that the rest of the training depends on."""
        adam = self.optimiser.state[self.vector]
        named = {"values": self.flat.values, "average": self.average, "random": self.random.get_state()}
        moments = {name: adam[name] for name in ("exp_avg", "exp_avg_sq", "step")}
        return {**named, **moments, **{f"buffer.{name}": buffer for name, buffer in self.flow.named_buffers()}}

    @torch.no_grad()
    def _resume(self) -> None:
        found = self.checkpoint.load() if self.checkpoint else None
        if found is None:
            return
        state, facts = found
        self.steps, self.epoch = facts["steps"], facts["epoch"]
        self.flat.values.copy_(state["values"])
        self.average.copy_(state["average"])
        self.random.set_state(state["random"])
        moments = {name: state[name].to(self.flat.values.device) for name in ("exp_avg", "exp_avg_sq")}
        self.optimiser.state[self.vector] = {**moments, "step": state["step"]}
        for name, buffer in self.flow.named_buffers():
            buffer.copy_(state[f"buffer.{name}"])


@torch.no_grad()
def log_prob_of_images(flow: ImageFlow, images: Tensor, chunk: int = 256) -> Tensor:
    """log p_g (n,) of many flat images (n, d), rounded to no level, in bounded memory; on the CPU."""
    device = flow.final.shift.device
    parts = [flow.log_prob(part.to(device)).cpu() for part in torch.split(images, chunk)]
    return torch.cat(parts) if parts else torch.empty(0)
