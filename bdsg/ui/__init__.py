"""The app's parts that pages share: the queue of runs, controls, the player and links."""

from bdsg.extras import need

need("app", "streamlit", "plotly", "optuna")
