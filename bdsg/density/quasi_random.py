"""Training samples that cover a mixture evenly: a scrambled Sobol sequence instead of independent draws."""

from __future__ import annotations

import torch
from torch import Tensor

from bdsg.density.closed_form import ClosedForm

_RESOLUTION = 2.0**-30
"""Spacing of the sequence's coordinates."""


class QuasiRandomSamples:
    """Successive stretches of one randomly scrambled Sobol sequence, carried to a Gaussian mixture.

    Each point alone is distributed as the mixture, but a batch covers it far more evenly than independent draws do,
    which takes most of the noise out of a batch's gradient (Buchholz, Wenzel and Mandt, 2018, section 3).  The first
    coordinate chooses the mode, the others go through Φ⁻¹.  Batches of a power of two are the most even.

    Args:
        model: the mixture, of d <= 64 dimensions or so.
        random: chooses the scrambling.
    """

    def __init__(self, model: ClosedForm, random: torch.Generator) -> None:
        seed = int(torch.randint(2**62, (1,), generator=random, device=random.device))
        self._model, self._edges = model, model.weights.cumsum(0)[:-1]
        self._sequence = torch.quasirandom.SobolEngine(model.dim + 1, scramble=True, seed=seed)  # type: ignore[no-untyped-call]

    def __call__(self, count: int) -> Tensor:
        """The next (count, d) points, in double precision."""
        model = self._model
        uniform = self._sequence.draw(count, dtype=torch.float64).to(model.means.device) + 0.5 * _RESOLUTION
        modes = torch.searchsorted(self._edges, uniform[:, 0].contiguous())
        noise = torch.special.ndtri(uniform[:, 1:])
        points: Tensor = model.means[modes] + (model.factors[modes] @ noise[:, :, None])[:, :, 0]
        return points
