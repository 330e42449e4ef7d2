"""Training B(z): by autograd, and by compiled steps."""
