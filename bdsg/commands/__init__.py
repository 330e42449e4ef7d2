"""Commands of ``python -m bdsg``, one file each."""
