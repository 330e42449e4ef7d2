"""Studies: many settings tried, on one core or on a cluster.  Optuna holds them, Dask carries them."""

from bdsg.extras import need

need("tune", "optuna", "distributed", "cmaes")
