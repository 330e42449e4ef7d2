"""Compiled inner loops: how Numba is set up, once for all kernels."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import scipy.linalg.cython_blas  # noqa: F401  # kernels multiply matrices by its BLAS, whose threads are set below
from numba.extending import intrinsic

from bdsg.compat.numba_caching import Dispatcher, global_compiler_lock, keep

_FAST = {"nsz", "arcp", "contract", "afn", "reassoc"}
"""Sums may be reordered and vectorised; NaN and infinity keep their meaning."""

_LOG2_E = np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_LARGEST = np.float32(87.0)
_LEAST_NORMAL, _MOST = np.finfo(np.float32).tiny, np.finfo(np.float32).max
_TAYLOR = tuple(np.float32(c) for c in (1.9875691e-4, 1.3981999e-3, 8.3334519e-3, 4.1665796e-2, 1.6666666e-1, 0.5))


_LN2 = np.float32(0.6931471805599453)
_HALF_BITS = np.int32(0x3F3504F3)
"""The bits of √½: a mantissa from there up to √2 is closest to 1."""

_digests: dict[Any, str] = {}


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of NumPy arrays; it releases the interpreter lock while it runs.

    Division by zero gives infinity or NaN, as in NumPy.  The machine code is kept beside the source, or in
    the user's cache folder; where neither can be written, each process compiles anew.
    """
    # With Python's own error model each division would have a branch, and no loop with one becomes vector code.
    # Inlined by force: of a kernel that is called, each caller has a copy, rounded in its own way, and which of them a
    # process links depends on what it compiled and what it loaded.
    with _switched_on():
        compiled: Any = numba.njit(nogil=True, fastmath=_FAST, error_model="numpy", forceinline=True)(function)
    compiled.compile = _switched_on()(compiled.compile)
    _digests[compiled] = _digest(function)
    keep(compiled, function, _digests[compiled])
    return compiled  # type: ignore[no-any-return]


@contextlib.contextmanager
def _switched_on() -> Iterator[None]:
    """NUMBA_DISABLE_JIT is for who looks into functions of their own: ours are of no use as plain Python."""
    config: Any = numba.config
    with global_compiler_lock:
        before, config.DISABLE_JIT = config.DISABLE_JIT, 0
        try:
            yield
        finally:
            config.DISABLE_JIT = before


def _digest(function: Callable[..., Any]) -> str:
    """Of the function's file, this one, the kernels it calls by name, and the constants that are frozen into it."""
    used = [function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__]
    parts = [_digests[part] for part in used if isinstance(part, Dispatcher)]
    parts += [repr(part) for part in used if isinstance(part, int | float | str | tuple | np.number)]
    sources = [_source(__file__), _source(inspect.getfile(function))]
    return hashlib.sha256("".join([*sources, *parts]).encode()).hexdigest()


@functools.cache
def _source(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def _reinterpretation(source: Any, target: Any) -> Any:
    """The same 32 bits as another type: no call, no memory."""

    def typed(_context: Any, _value: Any) -> tuple[Any, Callable[..., Any]]:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))

        return target(source), generate

    return intrinsic(typed)


_bits_of = _reinterpretation(numba.types.float32, numba.types.int32)
_float_of = _reinterpretation(numba.types.int32, numba.types.float32)


@kernel
def exponential_parts(x: np.float32) -> tuple[np.float32, np.int32]:
    """exp(x) = p · 2^k for single precision, |x| clipped at 87: returns p and the bits of 2^k.

    Without a call, so that loops over it become vector instructions; relative error below 2e-7.
    """
    x = min(max(x, -_LARGEST), _LARGEST)
    k = np.float32(np.floor(x * _LOG2_E + np.float32(0.5)))
    f = x - k * _LN2_HIGH - k * _LN2_LOW
    p = _TAYLOR[0]
    p = p * f + _TAYLOR[1]
    p = p * f + _TAYLOR[2]
    p = p * f + _TAYLOR[3]
    p = p * f + _TAYLOR[4]
    p = p * f + _TAYLOR[5]
    return p * f * f + f + np.float32(1.0), (np.int32(k) + np.int32(127)) << np.int32(23)


@kernel
def exponential(x: np.float32) -> np.float32:
    """exp(x) in single precision, |x| clipped at 87, relative error below 3e-7; loops over it become vector code."""
    p, power = exponential_parts(x)
    found: np.float32 = p * _float_of(power)
    return found


@kernel
def logarithm(x: np.float32) -> np.float32:
    """log(x) in single precision for normal x > 0, error below 2e-7·max(1, |log x|); −∞ for less, NaN for NaN.

    x = m·2^k with m in [√½, √2), and log m = 2·artanh(s) with s = (m − 1)/(m + 1), |s| < 0.172.
    """
    bits = _bits_of(x) - _HALF_BITS
    k = bits >> np.int32(23)
    m = _float_of((bits & np.int32(0x007FFFFF)) + _HALF_BITS)
    s = (m - np.float32(1.0)) / (m + np.float32(1.0))
    t = s * s
    series = np.float32(2 / 9) * t + np.float32(2 / 7)
    series = series * t + np.float32(2 / 5)
    series = series * t + np.float32(2 / 3)
    found = np.float32(k) * _LN2 + (s * t * series + s + s)
    if x < _LEAST_NORMAL:
        return np.float32(-np.inf)
    return found if x <= _MOST else x
