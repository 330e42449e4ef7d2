"""One visit: what was chosen, its address, its history, and what its browser keeps."""
