"""Files that a command is given."""

from __future__ import annotations

from pathlib import Path

from bdsg.config import ExperimentConfig
from bdsg.errors import ConfigError, StoreError


def read_bytes(path: Path) -> bytes:
    """The contents of a file.

    Raises:
        StoreError: it cannot be read.
    """
    try:
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
        return ExperimentConfig.from_json(read_bytes(path).decode("utf-8-sig"))
    except ConfigError:
        raise
    except ValueError as error:  # not UTF-8, or a number of thousands of digits
        raise ConfigError("config", str(path), f"cannot be read ({error}): save it as JSON in UTF-8.") from error
