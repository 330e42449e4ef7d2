"""Compiled inner loops of training B(z) in the plane, single precision, without a graph and without allocation.

Arrays lie feature by feature, (rows, columns) with one column a point, so that every inner loop runs along memory.
``bdsg.boundary.terms`` and ``bdsg.boundary.generators.one_level`` say the same in PyTorch: the tests compare the two.
"""
