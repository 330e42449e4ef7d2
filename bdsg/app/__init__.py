"""The app: pages over one visit, and the components that they show."""

from bdsg.extras import need

need("app", "streamlit", "plotly", "optuna")
