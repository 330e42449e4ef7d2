"""What a run is, what it tells on its way, and how it is kept."""
