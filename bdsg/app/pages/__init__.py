"""One module or folder a page."""
