"""The packed form against the safetensors format itself, and against damage."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from bdsg.errors import StoreError
from bdsg.runs.tensor_file import pack, unpack


def test_layout_is_safetensors() -> None:
    payload = pack({"a": np.array([[1.5, -2.0]], dtype=np.float32)}, {"step": 3})
    (length,) = struct.unpack("<Q", payload[:8])
    header = json.loads(payload[8 : 8 + length])
    assert header["a"] == {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]}
    assert json.loads(header["__metadata__"]["json"]) == {"step": 3}
    assert payload[8 + length :] == struct.pack("<2f", 1.5, -2.0)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "int32", "int64", "uint8", "bool"])
def test_round_trip_keeps_type_shape_and_bits(dtype: str) -> None:
    array = np.arange(12).reshape(2, 3, 2).astype(dtype)
    strided = array[:, ::2]  # not contiguous
    arrays, meta = unpack(pack({"a": array, "b": strided, "none": np.empty((0, 3))}, {"x": [1, None, "ε"]}))
    np.testing.assert_array_equal(arrays["a"], array)
    np.testing.assert_array_equal(arrays["b"], strided)
    assert (arrays["a"].dtype, arrays["b"].shape, arrays["none"].shape) == (array.dtype, (2, 2, 2), (0, 3))
    assert meta == {"x": [1, None, "ε"]}


def test_special_values_survive() -> None:
    array = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    assert unpack(pack({"a": array}, {}))[0]["a"].tobytes() == array.tobytes()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_meta_must_be_finite(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        pack({}, {"loss": value})


PAYLOAD = pack({"a": np.arange(4.0)}, {"k": 1})


def test_a_cut_payload_is_refused() -> None:
    for length in range(len(PAYLOAD)):
        with pytest.raises(StoreError, match="cannot be read"):
            unpack(PAYLOAD[:length])


def test_foreign_bytes_are_refused() -> None:
    random = np.random.default_rng(0)
    for length in range(200):
        with pytest.raises(StoreError, match="cannot be read"):
            unpack(random.bytes(length))


def test_an_altered_header_raises_nothing_else() -> None:
    (length,) = struct.unpack("<Q", PAYLOAD[:8])
    refused = 0
    for position in range(8 + length):
        for flip in (0x01, 0x02, 0x10, 0x20, 0xFF):
            altered = bytearray(PAYLOAD)
            altered[position] ^= flip
            try:
                arrays, _ = unpack(bytes(altered))
            except StoreError:
                refused += 1
            else:
                assert sum(array.nbytes for array in arrays.values()) == 32  # it still fits the data
    assert refused > 100
