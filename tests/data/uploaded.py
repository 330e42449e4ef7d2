"""Points of an uploaded table, read as the app reads them."""

from __future__ import annotations

from bdsg.data import uploads
from bdsg.data.tables import Options, Table


def read_points(content: bytes, name: str, columns: uploads.Columns | None = None, *, skip: bool = False) -> Table:
    """Two columns; by default the first two of numbers."""
    shown = uploads.preview(content, name, Options(skip=skip))
    return uploads.points_of(shown, columns or (shown.numeric[0], shown.numeric[1]), skip=skip)
