"""BDSG: the Boundary of Distribution Support Generator.

The light half (``config``, ``data``, ``metrics``, ``store``, ``plots``) needs NumPy and SciPy only;
``density``, ``boundary``, ``train`` and ``experiment`` need PyTorch.  Importing ``bdsg`` itself
loads neither PyTorch nor Streamlit.
"""

__version__ = "0.1.0"
