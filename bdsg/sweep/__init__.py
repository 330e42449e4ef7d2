"""Studies: many settings tried, on one core or on a cluster.  Optuna holds them, Dask carries them."""
