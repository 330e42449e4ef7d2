"""B(z): what it is trained for, its networks, the level sets that it seeks, and its training."""
