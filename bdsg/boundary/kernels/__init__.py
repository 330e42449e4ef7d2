"""Compiled inner loops of training B(z) in the plane, single precision, without a graph and without allocation.

Arrays lie feature by feature, (rows, columns) with one column a point, so that every inner loop runs along memory.
``loss_terms.py`` and ``generators/`` say the same in PyTorch: the tests compare the two.
"""
