"""Baselines that are networks trained here."""
