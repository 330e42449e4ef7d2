"""Files that a command is given."""

from __future__ import annotations

from pathlib import Path

from bdsg.config import ExperimentConfig
from bdsg.errors import ConfigError, StoreError

MOST_BYTES = 4_000_000_000
MOST_CONFIG_BYTES = 10_000_000


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The contents of a file.

    Raises:
        StoreError: it cannot be read.
        ConfigError: it holds more than ``most`` bytes, which is found before it is read.
    """
    try:
        if (size := path.stat().st_size) > most:
            limit = f"{most / 1e9:g} GB" if most >= 1e9 else f"{most / 1e6:g} MB"
            raise ConfigError(str(path), f"{size / 1e6:,.1f} MB", f"may hold {limit} at most: keep a part of it.")
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}): name a file that exists and is yours.") from error


def read_config(path: Path) -> ExperimentConfig:
    """The config in a JSON file.

    Raises:
        StoreError: the file cannot be read.
        ConfigError: it holds no config.
    """
    try:
        return ExperimentConfig.from_json(read_bytes(path, MOST_CONFIG_BYTES).decode("utf-8-sig"))
    except ConfigError:
        raise
    except ValueError as error:  # not UTF-8, or a number of thousands of digits
        raise ConfigError("config", str(path), f"cannot be read ({error}): save it as JSON in UTF-8.") from error
