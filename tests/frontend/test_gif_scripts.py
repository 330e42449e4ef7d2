"""The GIF encoder, run by Node; its files are decoded by Pillow, which knows nothing of it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from tests.frontend.scripts import node

DRIVER = """
const aligned = ({ buffer, byteOffset, length }) => buffer.slice(byteOffset, byteOffset + length);
const [width, height, count] = new Int32Array(aligned(payloads[1])), all = new Uint32Array(aligned(payloads[0]));
const frames = Array.from({ length: count }, (_, k) => all.subarray(k * width * height, (k + 1) * width * height));
const counts = new Map();
for (const frame of frames) countColours(frame, counts);
const palette = paletteOf(counts), writer = new GifWriter(width, height, palette);
frames.forEach((frame, k) => writer.frame(frame, k < count - 1 ? 6 : 200));
print([palette.length, Buffer.from(writer.finish()).toString("base64")]);
"""


def encoded(frames: np.ndarray, folder: Path) -> tuple[int, bytes]:
    """Colours of the palette, and the GIF of frames (n, height, width, 3)."""
    count, height, width, _ = frames.shape
    pixels = np.concatenate([frames, np.full((*frames.shape[:3], 1), 255, np.uint8)], axis=-1)
    paths = folder / "pixels", folder / "sizes"
    paths[0].write_bytes(pixels.tobytes())
    paths[1].write_bytes(np.array([width, height, count], np.int32).tobytes())
    colours, text = node(("export/palette", "export/gif"), DRIVER, *paths, folder=folder)
    return colours, base64.b64decode(text)


def decoded(gif: bytes) -> np.ndarray:
    """All frames as a viewer shows them, (n, height, width, 3)."""
    with Image.open(io.BytesIO(gif)) as image:
        return np.stack([np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)])


def few_colours() -> Iterator[tuple[str, np.ndarray]]:
    """Frames that a palette of 255 colours holds exactly."""
    generator = np.random.default_rng(0)
    colours = generator.integers(256, size=(255, 3), dtype=np.uint8)
    yield "one pixel, one colour", np.full((1, 1, 1, 3), 77, np.uint8)
    yield "one colour", np.full((3, 40, 31, 3), (1, 2, 250), np.uint8)
    yield "one frame of noise", colours[generator.integers(255, size=(1, 97, 131))]
    yield "noise: the code table fills and is cleared", colours[generator.integers(255, size=(4, 211, 203))]
    yield "two colours in long runs", colours[(np.arange(3 * 300 * 7) // 5000 % 2).reshape(3, 300, 7)]
    still = colours[generator.integers(9, size=(1, 23, 29))].repeat(50, axis=0)
    for k in range(1, 50):
        still[k:, k % 23, (7 * k) % 29] = colours[100 + k]  # one pixel a frame
    still[20] = still[19]  # and one frame in which nothing changes
    yield "many frames that hardly change", still


@pytest.mark.parametrize(("name", "frames"), list(few_colours()))
def test_what_the_palette_holds_comes_back_exactly(name: str, frames: np.ndarray, tmp_path: Path) -> None:
    colours, gif = encoded(frames, tmp_path)
    assert colours == len(np.unique(frames.reshape(-1, 3), axis=0))
    np.testing.assert_array_equal(decoded(gif), frames)


@pytest.mark.parametrize("length", [*range(252, 262), *range(3836, 3844)])
def test_code_sizes_change_where_the_reader_changes_them(length: int, tmp_path: Path) -> None:
    """No pair of neighbours repeats, so that each pixel teaches a code: the end falls on either side of a change."""
    values = (np.cumsum(1 + np.arange(length) // 251) % 251).astype(np.uint8)
    assert len(np.unique(np.stack([values[:-1], values[1:]]), axis=1).T) == length - 1
    frames = np.repeat(values[None, None, :, None], 3, axis=3)
    np.testing.assert_array_equal(decoded(encoded(frames, tmp_path)[1]), frames)


def test_more_colours_than_a_palette_come_back_near(tmp_path: Path) -> None:
    x, y = np.meshgrid(np.linspace(0, 1, 120), np.linspace(0, 1, 90))
    frames = np.stack([np.stack([255 * x, 255 * y, np.full_like(x, 40 * k)], -1) for k in range(3)]).astype(np.uint8)
    colours, gif = encoded(frames, tmp_path)
    error = np.abs(decoded(gif).astype(int) - frames)
    assert colours == 255
    # 255 boxes over 3 squares of 256 x 256: 28 a side if they were squares.
    assert error.mean() < 6
    assert error.max() <= 28


def test_times_and_loop(tmp_path: Path) -> None:
    frames = np.zeros((3, 4, 5, 3), np.uint8)
    frames[1:, 1, 2] = 255
    with Image.open(io.BytesIO(encoded(frames, tmp_path)[1])) as image:
        assert image.info["loop"] == 0  # for ever
        assert [frame.info["duration"] for frame in ImageSequence.Iterator(image)] == [60, 60, 2000]


@pytest.mark.parametrize(("count", "kept"), [(2, 2), (100, 100), (120, 120), (121, 61), (400, 101), (1001, 113)])
def test_every_kth_snapshot_is_kept_with_the_last(count: int, kept: int, tmp_path: Path) -> None:
    numbers, delay = node(("export/film",), f"print([filmFrames({count}), filmDelay({kept})]);", folder=tmp_path)
    assert (len(numbers), numbers[0], numbers[-1]) == (kept, 0, count - 1)
    assert len(set(np.diff(numbers[:-1]))) <= 1
    assert 5 <= delay <= 8
