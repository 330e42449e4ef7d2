"""Density models p_g: the closed form, IResNet and ResFlow behind one interface."""

from bdsg.density.base import DensityModel
from bdsg.density.closed_form import ClosedForm
from bdsg.density.flows.residual_flow import ResidualFlow
from bdsg.density.spline_table import TabulatedDensity

__all__ = ["ClosedForm", "DensityModel", "ResidualFlow", "TabulatedDensity"]
