"""log p_g of the plane read from a table: C² bicubic splines in place of a network's pass.

The spline is the tensor product of cubic B-splines on a uniform grid (de Boor, 1978, chapters IV and XVII)
with not-a-knot ends, so it reproduces every bicubic polynomial, a Gaussian's log density among them, and its
error on a smooth one falls as h⁴ (its gradient's as h³).  A flow with the ELU is not that smooth: its Jacobian
has kinks, and across one the gradient of log p_g jumps.  So the error is measured, never assumed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from bdsg.density.base import DensityModel
from bdsg.errors import ConfigError

CHUNK = 1024
"""Points of one pass of the model while its table is filled: many more no longer fit the processor's cache."""

PROBES = 2048
"""Random points of the window, and as many of the worst cells, at which the gradient too is checked."""

_SEED = 0
"""The probes are the same each time, so that the same density has the same error."""


class TabulationError(NamedTuple):
    """Largest differences between table and model inside the window.

    Attributes:
        value: of log p_g in nats, over every cell's centre and random probes of the window and of the cells
            where the centre is worst.
        gradient: ‖·‖₂ of the gradient's difference in nats per data unit, over the random probes.
        typical_gradient: the root mean square of the same over the window's probes alone.
    """

    value: float
    gradient: float
    typical_gradient: float


class TabulatedDensity(nn.Module):
    """A density of the plane whose log p_g is tabulated in a window and the model's own outside.

    Everything but ``log_prob`` is the model's.  Fill the table in double precision, then turn the module
    to single: ``TabulatedDensity(model, low, high, shape).float()``, which turns the model too.

    Args:
        model: its ``log_prob`` fills the table.
        low, high: corners of the window, (2,) each; their device and precision are the table's.
        shape: nodes along each coordinate, at least 4 each.

    Attributes:
        largest_error: measured at construction, in the precision of the window's corners.

    Raises:
        ConfigError: the model is not one of the plane, or the grid is too small or empty.
    """

    low: Tensor
    high: Tensor
    steps: Tensor
    last: Tensor
    cells: Tensor

    def __init__(self, model: DensityModel, low: Tensor, high: Tensor, shape: tuple[int, int]) -> None:
        super().__init__()
        _check(model, low, high, shape)
        self.model = model
        self.shape = shape
        cells = (torch.tensor(shape) - 1).to(low.device)
        self.register_buffer("low", low)
        self.register_buffer("high", high)
        self.register_buffer("steps", (high - low) / cells)
        self.register_buffer("last", (cells - 1).to(low))
        axes = [low[i] + self.steps[i] * torch.arange(shape[i]).to(low) for i in (0, 1)]
        values = _evaluate(model, torch.cartesian_prod(*axes)).reshape(shape)
        self.register_buffer("cells", _polynomials(spline_coefficients(values)))
        self.largest_error = self._measure()

    @property
    def dim(self) -> int:
        """Number of coordinates of a point: 2."""
        return 2

    def log_prob(self, x: Tensor) -> Tensor:
        """log p_g, (n, 2) -> (n,), by the spline inside the window and the model outside.

        Differentiable once in ``x``; the gradient is the spline's own.
        """
        inside = ((x >= self.low) & (x <= self.high)).all(1)
        if bool(inside.all()):
            return self._interpolate(x)
        outside = ~inside  # NaN is outside: the model says what it makes of it
        log_density = torch.zeros_like(x[:, 0])
        log_density = log_density.index_put((inside,), self._interpolate(x[inside]))
        return log_density.index_put((outside,), self.model.log_prob(x[outside]))

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw (count, 2) points of the model's G."""
        return self.model.sample(count, generator)

    def to_latent(self, x: Tensor) -> Tensor:
        """The model's G⁻¹(x), (n, 2)."""
        return self.model.to_latent(x)

    def to_data(self, z: Tensor) -> Tensor:
        """The model's G(z), (n, 2)."""
        return self.model.to_data(z)

    def _interpolate(self, x: Tensor) -> Tensor:
        log_density: Tensor = _Bicubic.apply(x, self.cells, self.low, self.steps, self.last)  # type: ignore[no-untyped-call]
        return log_density

    def _measure(self) -> TabulationError:
        """Compare with the model at all cells' centres, at random, and at random in the worst cells."""
        centres = [self.low[i] + self.steps[i] * (torch.arange(self.shape[i] - 1).to(self.low) + 0.5) for i in (0, 1)]
        nodes = torch.cartesian_prod(*centres)
        misses = (_evaluate(self, nodes) - _evaluate(self.model, nodes)).abs()
        random = torch.Generator().manual_seed(_SEED)
        uniform = torch.rand(2, PROBES, 2, generator=random, dtype=torch.float64).to(self.low)
        worst = nodes[misses.topk(min(PROBES, len(nodes))).indices]
        # At the centres themselves the gradient of a spline is closer than elsewhere in the cell.
        aside = worst + 0.99 * self.steps * (uniform[1, : len(worst)] - 0.5)
        value, slope = self._misses(self.low + (self.high - self.low) * uniform[0])
        worst_value, worst_slope = self._misses(aside)
        largest = torch.cat([misses, value, worst_value]).max()
        steepest = torch.cat([slope, worst_slope]).max()
        return TabulationError(float(largest), float(steepest), float(slope.square().mean().sqrt()))

    def _misses(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """|difference| of log p_g and ‖difference‖₂ of its gradient at points (n, 2), (n,) each."""
        x = x.detach().requires_grad_()
        with torch.enable_grad():
            difference = self.log_prob(x) - self.model.log_prob(x)
            (gradient,) = torch.autograd.grad(difference.sum(), x)
        return difference.detach().abs(), gradient.norm(dim=1)


class _Bicubic(torch.autograd.Function):
    """Value of each point's own bicubic polynomial; its gradient comes with it for two more products."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, cells: Tensor, low: Tensor, steps: Tensor, last: Tensor) -> Tensor:
        place = (x - low) / steps
        corner = torch.minimum(place.floor(), last).clamp(min=0)
        t = place - corner  # in [0, 1]
        whole = corner.long()
        zero, one, square = torch.zeros_like(t), torch.ones_like(t), t * t
        parts = [one, t, square, square * t, zero, one, 2 * t, 3 * square]
        basis = torch.stack(parts, -1).reshape(-1, 2, 2, 4)  # point, coordinate, derivative, power
        found = basis[:, 0] @ cells[whole[:, 0], whole[:, 1]] @ basis[:, 1].mT  # (n, 2, 2)
        ctx.save_for_backward(torch.stack([found[:, 1, 0], found[:, 0, 1]], 1) / steps)
        return found[:, 0, 0]

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None, None, None]:
        (gradient,) = ctx.saved_tensors
        return upstream[:, None] * gradient, None, None, None, None


def spline_coefficients(values: Tensor) -> Tensor:
    """B-spline coefficients (n + 2, m + 2) of the bicubic spline through values (n, m) on a uniform grid.

    At a node (c₋₁ + 4c₀ + c₁)/6 is the value; not-a-knot ends ask the third derivative to be continuous at
    the second node and the last but one, which on a uniform grid says that fourth differences vanish there.
    """
    padded = nn.functional.pad(values, (1, 1, 1, 1))
    along_first = torch.linalg.solve(_collocation(values.shape[0], values), padded)
    coefficients: Tensor = torch.linalg.solve(_collocation(values.shape[1], values), along_first.mT).mT
    return coefficients


def _collocation(count: int, like: Tensor) -> Tensor:
    """The (count + 2)² system of one coordinate: an end, the nodes, an end."""
    matrix = torch.zeros(count + 2, count + 2).to(like)
    nodes = torch.arange(count, device=like.device)
    for offset, weight in enumerate((1 / 6, 4 / 6, 1 / 6)):
        matrix[nodes + 1, nodes + offset] = weight
    fourth_difference = torch.tensor([1.0, -4.0, 6.0, -4.0, 1.0]).to(like)
    matrix[0, :5] = fourth_difference
    matrix[-1, -5:] = fourth_difference
    return matrix


def _polynomials(coefficients: Tensor) -> Tensor:
    """Each cell's polynomial in powers of its own [0, 1]², (n - 1, m - 1, 4, 4).

    Taken out of the B-spline basis once and in double precision: a gradient from the differences of
    single-precision coefficients would lose digits as the grid gets finer.
    """
    rows = [[1.0, 4.0, 1.0, 0.0], [-3.0, 0.0, 3.0, 0.0], [3.0, -6.0, 3.0, 0.0], [-1.0, 3.0, -3.0, 1.0]]
    powers = torch.tensor(rows).to(coefficients) / 6
    patches = coefficients.unfold(0, 4, 1).unfold(1, 4, 1)
    return powers @ patches @ powers.T


@torch.no_grad()
def _evaluate(model: DensityModel, points: Tensor) -> Tensor:
    return torch.cat([model.log_prob(points[i : i + CHUNK]) for i in range(0, len(points), CHUNK)])


def _check(model: DensityModel, low: Tensor, high: Tensor, shape: tuple[int, int]) -> None:
    if model.dim != 2:
        raise ConfigError("the density's dimension", model.dim, "only a density of the plane can be tabulated.")
    if min(shape) < 4:
        raise ConfigError("the table's shape", shape, "needs at least 4 nodes along each coordinate.")
    if not bool((high > low).all()):
        raise ConfigError("the table's window", (low.tolist(), high.tolist()), "needs high above low in both.")
