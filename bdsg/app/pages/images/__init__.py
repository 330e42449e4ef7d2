"""The page of the image experiments."""
