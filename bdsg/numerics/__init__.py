"""How it is computed: compiled kernels, threads and devices."""
