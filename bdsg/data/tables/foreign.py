"""Files that are no table of text, whatever their names say: what they are, and what to do with them."""

from __future__ import annotations

import codecs

from bdsg.errors import ConfigError

SAVE = "open it there and save it as CSV UTF-8."
UNPACK = "unpack it first."
EXPORT = "export it as CSV UTF-8."

SIGNATURES = (
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ", "an xz archive", UNPACK),
    (b"7z\xbc\xaf", "a 7z archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", UNPACK),
    (b"PAR1", "a Parquet file", "let its name end in .parquet."),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)", SAVE),
    (b"%PDF", "a PDF document", EXPORT),
    (b"\x93NUMPY", "a NumPy array", EXPORT),
    (b"\x89HDF", "an HDF5 file", EXPORT),
    (b"SQLite format 3", "an SQLite database", EXPORT),
    (b"ARROW1", "an Arrow file", EXPORT),
    (b"\x89PNG", "a picture", EXPORT),
    (b"\xff\xd8\xff", "a picture", EXPORT),
    (codecs.BOM_UTF32_LE, "UTF-32 text", "save it as CSV UTF-8."),
    (codecs.BOM_UTF32_BE, "UTF-32 text", "save it as CSV UTF-8."),
    (codecs.BOM_UTF16_LE, "UTF-16 text", "save it as CSV UTF-8."),
    (codecs.BOM_UTF16_BE, "UTF-16 text", "save it as CSV UTF-8."),
)
"""First bytes, what begins with them, and the remedy; UTF-32 before UTF-16, whose mark it begins with."""

MARKUP = ((b"<!doctype html", "HTML"), (b"<html", "HTML"), (b"<table", "HTML"), (b"<?xml", "XML"), (b"{", "JSON"))
"""Text that begins so is no table."""

ZIPPED = (
    (b"xl/workbook", "an Excel workbook", SAVE),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet", SAVE),
    (b".npy", "a NumPy archive", EXPORT),
)
"""What the names in a ZIP archive tell of it."""

NEAR = 65_536
"""Bytes at each end of a ZIP archive in which its names are looked for."""


def check_text(content: bytes, name: str) -> None:
    """Raises ConfigError that says what the file is, where it is no text."""
    if found := _what_it_is(content):
        what, remedy = found
        raise ConfigError(name, what, f"must be UTF-8 text: {remedy}")
    place = content.find(b"\0")
    if place >= 0:
        line = content.count(b"\n", 0, place) + 1
        around = content[max(0, place - 10) : place + 10]
        raise ConfigError(f"{name} line {line}", around, "must be UTF-8 text: save it as CSV UTF-8, without NUL bytes.")


def check_parquet(content: bytes, name: str) -> None:
    """Raises ConfigError for a file that is no Parquet, though its name says so."""
    if not content.startswith(b"PAR1"):
        what, _ = _what_it_is(content) or ("another kind of file", "")
        raise ConfigError(name, what, "cannot be read as Parquet: let its name end as its kind does, such as .csv.")


def _what_it_is(content: bytes) -> tuple[str, str] | None:
    if content.startswith(b"PK\x03\x04"):
        ends = content[:NEAR] + content[-NEAR:]
        zipped = ((what, remedy) for sign, what, remedy in ZIPPED if sign in ends)
        return next(zipped, ("a ZIP archive", UNPACK))
    for sign, what, remedy in SIGNATURES:
        if content.startswith(sign):
            return what, remedy
    begin = content[:200].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if markup := next((what for sign, what in MARKUP if begin.startswith(sign)), None):
        return markup, EXPORT
    begin = content[:200]
    if len(begin) > 3 and max(begin[::2].count(0), begin[1::2].count(0)) > len(begin) // 3:
        return "UTF-16 text", "save it as CSV UTF-8."
    return None
