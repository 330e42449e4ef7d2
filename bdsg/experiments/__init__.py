"""One run, from the config on: problem, density, B(z), scores; comparisons, costs and exports."""
