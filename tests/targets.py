"""Other processors, as far as one processor can stand in for them: what its code is compiled and chosen for."""

from __future__ import annotations

import os
from pathlib import Path

_HASWELL = (
    "64bit avx avx2 bmi bmi2 cmov crc32 cx16 cx8 f16c fma fsgsbase fxsr invpcid lzcnt mmx movbe pclmul popcnt rdrnd "
    "sahf sse sse2 sse3 sse4.1 sse4.2 ssse3 xsave xsaveopt"
)

TARGETS: dict[str, dict[str, str]] = {
    "this": {},
    "avx2": {
        "NUMBA_CPU_NAME": "haswell",
        "NUMBA_CPU_FEATURES": ",".join(f"+{feature}" for feature in _HASWELL.split()),
        "OPENBLAS_CORETYPE": "Haswell",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
    },
    "generic": {
        "NUMBA_CPU_NAME": "generic",
        "OPENBLAS_CORETYPE": "Nehalem",
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
    },
}
"""For Numba's kernels, NumPy's and SciPy's BLAS, and PyTorch; ``this`` is the machine's own."""


def environment(target: str, cache: Path) -> dict[str, str]:
    """The environment of a process that computes as on a target, one thread, its machine code in ``cache``."""
    root = str(Path(__file__).resolve().parents[1])
    own = {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": root, "OMP_NUM_THREADS": "1"}
    return {**os.environ, **TARGETS[target], **own}
