"""Compiled training of residual flows of the plane: no autograd, nothing allocated per layer."""
