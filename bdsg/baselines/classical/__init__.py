"""Baselines that scikit-learn fits."""
