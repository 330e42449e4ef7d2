"""The tour: its steps, its panel above the pages, and what a run shows of each."""
