"""What is used of other libraries beyond what they promise: one module a library, and nothing of the kind elsewhere.

Each module names the versions that it was tried with.  Where there is a public way, that is taken instead: Optuna,
scikit-learn, Plotly and PyTorch need nothing here.
"""
