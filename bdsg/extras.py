"""Parts that need more packages than the detector: what to install for them."""

from __future__ import annotations

import importlib.util

from bdsg.errors import BDSGError


class MissingExtraError(BDSGError, ImportError):
    """A part of this package is used whose own packages are not installed."""

    def __init__(self, extra: str, module: str) -> None:
        super().__init__(f'The package {module} is not installed, which this part needs: pip install "bdsg[{extra}]".')
        self.extra, self.module = extra, module


def need(extra: str, *modules: str) -> None:
    """Make sure of the packages of an extra, without loading them.

    Raises:
        MissingExtraError: one is not installed; the sentence has the command that installs them.
    """
    for module in modules:
        if not installed(module):
            raise MissingExtraError(extra, module)


def installed(module: str) -> bool:
    """Whether a package is there, without loading it."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # ValueError: half loaded, by whoever stands in for it
        return False
