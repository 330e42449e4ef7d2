"""The page that sets BDSG beside its rivals."""
