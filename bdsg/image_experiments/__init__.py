"""Protocols on images: leave one class out, and other data sets against one; scores, tables, files of the page."""
