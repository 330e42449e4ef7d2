"""Residual flows: IResNet and ResFlow."""
