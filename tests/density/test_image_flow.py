"""The convolutional flow, against autograd's Jacobian, its inverse, and itself resumed."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor

from bdsg.config.image_config import ImageFlowConfig
from bdsg.density.flows.exact import ExactByAutograd
from bdsg.density.flows.russian_roulette import RussianRoulette
from bdsg.density.flows.truncated_series import TruncatedSeries
from bdsg.density.image_flows.image_fit import ImageTraining, build_flow, log_prob_of_images
from bdsg.density.image_flows.image_flow import ImageFlow, Scale
from bdsg.density.image_flows.image_steps import Pixels, bits_per_dimension, dequantised, squeeze, unsqueeze
from bdsg.errors import ConfigError, StoreError

SHAPE = (1, 8, 8)
TINY = ImageFlowConfig(scales=((1, 6), (1, 6)), levels=17, epochs=4, batch_size=64, learning_rate=0.01)


@pytest.fixture(scope="module")
def digits() -> Tensor:
    return torch.from_numpy(load_digits().data[:256].astype(np.float32) / 16)


@pytest.fixture(scope="module", params=["uniform", "logit"])
def flow(request: pytest.FixtureRequest, digits: Tensor) -> ImageFlow:
    """With weights large enough for the series to matter, in double precision."""
    random = torch.Generator().manual_seed(1)
    made = ImageFlow(SHAPE, [Scale(2, 6), Scale(1, 6)], 0.9, Pixels(request.param, 17), random, ExactByAutograd())
    made.initialise(dequantised(digits, 17, random))
    with torch.no_grad():
        for block in made.blocks:
            for layer in block.layers:
                layer.weight.mul_(6.0)
    made.double().settle()
    return made.requires_grad_(False)


def test_the_exact_log_density_is_that_of_autograds_jacobian(flow: ImageFlow, digits: Tensor) -> None:
    x = digits[:3].double()
    truth = []
    for one in x:
        jacobian = torch.autograd.functional.jacobian(lambda v: flow.to_latent(v[None])[0], one)
        z = flow.to_latent(one[None])[0]
        prior = -0.5 * float(z @ z) - 32 * math.log(2 * math.pi)
        truth.append(prior + float(torch.linalg.slogdet(jacobian).logabsdet))
    assert flow.log_prob(x).tolist() == pytest.approx(truth, abs=1e-6)


@pytest.mark.parametrize("estimator", [TruncatedSeries(20), RussianRoulette(4, 0.6)], ids=["iresnet", "resflow"])
def test_the_estimators_agree_within_their_standard_error(
    flow: ImageFlow, digits: Tensor, estimator: TruncatedSeries | RussianRoulette
) -> None:
    x, random = digits[:4].double(), torch.Generator().manual_seed(0)
    with torch.no_grad():
        exact = flow.log_prob(x)
        draws = torch.stack([flow.estimate_log_prob(x, estimator, random).value for _ in range(60)])
    error = draws.std(0) / math.sqrt(len(draws))
    assert bool(((draws.mean(0) - exact).abs() < 4 * error + 0.02).all())


def test_the_inverse_undoes_the_flow(flow: ImageFlow, digits: Tensor) -> None:
    report = flow.check_inverse(digits[:16].double())
    assert report.round_trip < 1e-6
    sample = flow.sample(3, torch.Generator().manual_seed(0))
    assert flow.to_data(flow.to_latent(sample)).tolist() == [pytest.approx(row, abs=1e-6) for row in sample.tolist()]


def test_the_log_density_has_a_gradient_in_the_image(flow: ImageFlow, digits: Tensor) -> None:
    x = digits[:1].double().requires_grad_()
    (gradient,) = torch.autograd.grad(flow.log_prob(x).sum(), x)
    step = 1e-5 * torch.eye(64)[20].double()
    slope = (flow.log_prob(x.detach() + step) - flow.log_prob(x.detach() - step)) / 2e-5
    assert float(gradient[0, 20].detach()) == pytest.approx(float(slope.detach()), rel=1e-4)


def test_squeeze_and_pixels_are_undone() -> None:
    x = torch.rand(5, 3 * 8 * 6, generator=torch.Generator().manual_seed(0), dtype=torch.double)
    assert torch.equal(unsqueeze(squeeze(x, (3, 8, 6)), (3, 8, 6)), x)
    for kind in ("uniform", "logit"):
        pixels = Pixels(kind, 256)
        y, log_determinant = pixels.forward(x)
        assert torch.allclose(pixels.backward(y), x)
        slopes = torch.autograd.functional.jacobian(lambda v, p=pixels: p.forward(v[None])[0][0], x[0]).diagonal()
        assert float(log_determinant[0]) == pytest.approx(float(slopes.log().sum()))


def test_a_uniform_density_has_as_many_bits_as_levels_tell() -> None:
    # Uniform over the cells of 16 levels, width 16/15: log p = -d log(16/15), so 4 bits a dimension.
    log_prob = torch.tensor([-64 * math.log(16 / 15)])
    assert float(bits_per_dimension(log_prob, 64, 16)) == pytest.approx(4.0, abs=1e-5)


def test_what_cannot_work_is_said() -> None:
    with pytest.raises(ConfigError, match="cannot be halved again"):
        build_flow((1, 6, 6), TINY, torch.Generator())
    with pytest.raises(ConfigError, match="has no logit"):
        Pixels("logit", 17).forward(torch.full((1, 4), 1.5))


class Stopped(Exception):
    """What a test interrupts a training with."""


def train(digits: Tensor, path: Path, kind: str = "resflow", stop_after: int = 99) -> ImageFlow:
    config = ImageFlowConfig(**{**TINY.__dict__, "kind": kind})
    flow = build_flow(SHAPE, config, torch.Generator().manual_seed(0))
    for progress in ImageTraining(flow, digits, config, 0, path).run():
        if progress.step == stop_after:
            raise Stopped
    return flow


@pytest.mark.parametrize("kind", ["iresnet", "resflow"])
def test_a_training_that_was_cut_off_goes_on_to_the_same_bits(digits: Tensor, tmp_path: Path, kind: str) -> None:
    whole = train(digits, tmp_path / "whole", kind)
    with pytest.raises(Stopped):
        train(digits, tmp_path / "cut", kind, stop_after=2)
    resumed = train(digits, tmp_path / "cut", kind)
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name
    with pytest.raises(StoreError, match="other settings"):
        train(digits[:200], tmp_path / "cut", kind)


def test_training_raises_the_likelihood_of_images_it_has_not_seen(digits: Tensor, tmp_path: Path) -> None:
    before = build_flow(SHAPE, TINY, torch.Generator().manual_seed(0))
    before.initialise(dequantised(digits[:192], 17, torch.Generator().manual_seed(0)))
    after = train(digits[:192], tmp_path / "one")
    held_out = dequantised(digits[192:], 17, torch.Generator().manual_seed(3))
    gain = log_prob_of_images(after, held_out).mean() - log_prob_of_images(before, held_out).mean()
    assert float(gain) > 5.0  # nats


def test_mixed_precision_stays_near(digits: Tensor) -> None:
    flow = build_flow(SHAPE, TINY, torch.Generator().manual_seed(0))
    flow.initialise(dequantised(digits, 17, torch.Generator().manual_seed(0)))
    with torch.autocast("cpu", torch.bfloat16):
        mixed = flow.log_prob(digits[:8])
    assert mixed.dtype == torch.float32
    assert torch.allclose(mixed, flow.log_prob(digits[:8]), atol=1.0)
