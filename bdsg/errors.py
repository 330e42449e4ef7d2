"""Exceptions whose message says what went wrong, by how much, and what to do."""

from __future__ import annotations

import errno

LONGEST_KEY = 200
LONGEST_VALUE = 80
LONGEST_REMEDY = 400
"""Characters: names that a file brings may be longer, or go on in the next line."""

LONGEST_REASON = 200
"""Characters of what another library says."""


def on_a_line(text: str, most: int) -> str:
    """A text without ends of lines, cut to ``most`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def remedy_of(error: OSError) -> str:
    """What to do when the system refuses to write, by its reason."""
    return _REMEDIES.get(error.errno or 0, "choose another directory.")


_REMEDIES = {
    errno.ENOSPC: "free some space or choose another directory.",
    errno.EDQUOT: "free some of your quota or choose another directory.",
    errno.EFBIG: "raise the limit of a file's size or choose another directory.",
    errno.EACCES: "give yourself the right to read, write and enter it, or choose another directory.",
    errno.EPERM: "give yourself the right to read, write and enter it, or choose another directory.",
    errno.EROFS: "its disk may only be read, so choose another directory.",
    errno.EEXIST: "it is a file, so choose another directory.",
    errno.ENOTDIR: "a part of that path is a file, so choose another directory.",
    errno.ENAMETOOLONG: "choose a shorter name.",
    errno.EMFILE: "close other programs, or raise the limit of open files.",
    errno.ENFILE: "close other programs, or raise the limit of open files.",
}


class BDSGError(Exception):
    """Base of every error that this package raises on purpose."""


class ConfigError(BDSGError, ValueError):
    """A setting that cannot work: names its key, its value and the remedy."""

    def __init__(self, key: str, value: object, remedy: str) -> None:
        try:
            shown = repr(value)
        except (RecursionError, ValueError):  # nested hundreds deep, or a number of thousands of digits
            shown = f"a {type(value).__name__} too long to show"
        parts = on_a_line(key, LONGEST_KEY), on_a_line(shown, LONGEST_VALUE), on_a_line(remedy, LONGEST_REMEDY)
        super().__init__("{} is {}, but {}".format(*parts))
        self.key, self.value, self.remedy = key, value, remedy


class DivergenceError(BDSGError, ArithmeticError):
    """Training produced NaN or infinity."""

    def __init__(self, stage: str, step: int, term: str, suggestion: str) -> None:
        super().__init__(
            f"The {stage} training diverged at step {step}: {term} is no longer a finite number. {suggestion}"
        )
        self.stage, self.step, self.term, self.suggestion = stage, step, term, suggestion


class InverseError(BDSGError, ArithmeticError):
    """The fixed-point inverse of a residual block did not converge."""

    def __init__(self, residual: float, tolerance: float, iterations: int) -> None:
        super().__init__(
            f"The inverse of a residual block is off by {residual:.2e} after {iterations} iterations, "
            f"but must come within {tolerance:.0e}: allow more iterations or lower density.coefficient."
        )
        self.residual, self.tolerance, self.iterations = residual, tolerance, iterations


class LipschitzError(BDSGError, ArithmeticError):
    """A residual branch is not a contraction, so its block is not invertible."""

    def __init__(self, block: int, bound: float) -> None:
        super().__init__(
            f"Residual branch {block} has the Lipschitz bound {bound:.4f}, but it must stay below 1: "
            "use more power iterations or lower density.coefficient."
        )
        self.block, self.bound = block, bound


class StoreError(BDSGError):
    """A saved run or file that is missing, damaged, or cannot be written."""


class DataError(BDSGError):
    """A data set that is missing, damaged, or cannot be fetched: names the file, where it comes from and goes to."""


class EmptyBoundaryError(ConfigError):
    """No point of the plane is as dense as epsilon, so there is no boundary."""

    def __init__(self, epsilon: float, highest: float) -> None:
        super().__init__(
            "epsilon",
            epsilon,
            f"the density is nowhere above {highest:.3g}, so nothing would count as normal: "
            f"choose an epsilon below it, for example {0.1 * highest:.2g}.",
        )
