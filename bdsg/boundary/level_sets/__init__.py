"""Level sets of a density: found, traced, thinned and parametrised."""
