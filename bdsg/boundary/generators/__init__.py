"""B(z): the networks that map latent points to the boundary."""
