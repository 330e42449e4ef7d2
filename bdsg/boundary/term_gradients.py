"""How hard each term of the loss pulls on each point of B(z), and where to.

The pull of a term is what a descent of it would do to the point itself, were the point free to move and not tied to
the others by the network: with L = L0 + λ1·L1 + λ2·L2 (eq. 3) and b_i = B(z_i), i = 1 .. N,

    F0_i = −N·∂L0/∂b_i        F1_i = −N·λ1·∂L1/∂b_i        F2_i = −N·λ2·∂L2/∂b_i

The terms are means over the points, so N times the gradient is a point's own share, whatever N is.  In data space, in
units of the loss per data unit.  F2 depends on which other points there are: here they are those shown, one batch of
``SHOWN``.  Compiled training takes the gradients from its own step (``compiled_steps.py``); this is their definition.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.objectives import Objective
from bdsg.numerics.device import to_numpy

SHOWN = 128
"""Points that a snapshot keeps the pulls on, and the batch that the pairwise term is taken over."""


def forces_by_autograd(objective: Objective, latent: Tensor) -> np.ndarray:
    """The pulls on B(z) of the first ``SHOWN`` latents of (n, 2): (3, m, 2), for any objective, density and device."""
    z, weights = latent[:SHOWN], (1.0, objective.weights.lambda1, objective.weights.lambda2)
    with torch.no_grad():
        points = objective.generator(z)
    points = points.detach().requires_grad_()
    l0, l1, l2 = objective.terms_at(z, points)
    terms = l0, l1, l2 if len(z) > 1 else 0.0 * points.sum()  # one point alone has nothing to keep away from
    pulls = [
        -len(z) * weight * torch.autograd.grad(term, points, retain_graph=True)[0]
        for weight, term in zip(weights, terms, strict=True)
    ]
    return to_numpy(torch.stack(pulls).float())
