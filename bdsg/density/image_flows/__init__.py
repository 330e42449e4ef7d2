"""Residual flows of images."""
