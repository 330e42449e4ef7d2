"""Tables that people bring: one reader, with the limits of the app or of the command line."""

from bdsg.data.tables.examined import Examined, Table
from bdsg.data.tables.limits import Limits, Options
from bdsg.data.tables.marks import AmbiguousError
from bdsg.data.tables.reader import examine, read_table

__all__ = ["AmbiguousError", "Examined", "Limits", "Options", "Table", "examine", "read_table"]
