"""EGBAD: its losses, and how it rebuilds the data."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bdsg.baselines.neural import egbad
from tests.baselines.samples import FAR, SMALL, gaussian, seeded


@pytest.mark.parametrize("form", ["cross_entropy", "feature_matching"])
def test_egbad_rebuilds_the_data_better_than_far_points(form: str) -> None:
    settings = egbad.EGBADSettings(steps=800, discriminator_score=form, **SMALL)
    baseline = egbad.EGBAD(2, seeded(), settings).fit(gaussian(4000))
    near, far = baseline.score_samples(gaussian(200, 1)), baseline.score_samples(10 * FAR)
    assert np.median(far) > 2 * np.median(near)
    assert np.quantile(near, 0.9) < np.quantile(far, 0.1)


def test_egbad_sets_encoder_and_generator_against_the_discriminator() -> None:
    encoded, generated = torch.randn(9, generator=seeded()), torch.randn(9, generator=seeded(1))
    both = egbad.swapped_loss(encoded, generated)
    wanted = -(1 - torch.sigmoid(encoded)).log().mean() - torch.sigmoid(generated).log().mean()
    torch.testing.assert_close(both, wanted)
