"""Arrays and JSON in one block of bytes: the format of store, worker pipe and browser alike.

It is the safetensors format, which holds no code and which a browser reads in a few lines.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from bdsg.errors import LONGEST_REASON, StoreError, on_a_line

Arrays = dict[str, np.ndarray]

MOST_HEADER_BYTES = 10_000_000
"""Names, types, shapes and JSON of a block: those of the largest run take a hundredth of this."""


def pack(arrays: Arrays, meta: dict[str, Any]) -> bytes:
    """Encode named arrays and a JSON-able dictionary; inverse of :func:`unpack`."""
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return save(contiguous, metadata={"json": json.dumps(meta, allow_nan=False)})


def unpack(payload: bytes) -> tuple[Arrays, dict[str, Any]]:
    """Decode what :func:`pack` made.

    Raises:
        StoreError: the bytes are truncated, altered or of another kind.
    """
    try:
        (length,) = struct.unpack("<Q", payload[:8])
        if length > min(MOST_HEADER_BYTES, len(payload) - 8):
            raise ValueError(f"its header claims {length:,} bytes")
        header = json.loads(payload[8 : 8 + length])
        meta = json.loads(header.get("__metadata__", {}).get("json", "{}"))
        if not isinstance(meta, dict):
            raise ValueError("its facts are no dictionary")
        return load(payload), meta
    except (SafetensorError, ValueError, struct.error, AttributeError, TypeError, KeyError, RecursionError) as error:
        reason = on_a_line(str(error), LONGEST_REASON)
        raise StoreError(f"The saved arrays cannot be read ({reason}): run the experiment again.") from error
