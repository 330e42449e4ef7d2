"""The commands of ``python -m bdsg`` that have a file of their own."""
