"""Loads, or compiles, the machine code of fitting a flow before it is needed."""

from __future__ import annotations

import torch

from bdsg.density.flows.exact import Exact
from bdsg.density.flows.likelihood_step import Descent
from bdsg.density.flows.residual_flow import ResidualFlow


def warm_up() -> None:
    """Take a step of a small flow; the same code serves every other."""
    random = torch.Generator().manual_seed(0)
    flow = ResidualFlow(2, 1, (4, 4), 0.9, "lipswish", random)
    Descent(flow, Exact(), random, threads=1).step(torch.randn(16, 2, generator=random), 0.0)
