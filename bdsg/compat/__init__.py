"""What is used of other libraries beyond what they promise: one module a library, and nothing of the kind elsewhere.

Each function names the versions that it was tried on.  Where there is a public way, that is taken instead: Optuna,
scikit-learn, Plotly and PyTorch need nothing here.
"""
