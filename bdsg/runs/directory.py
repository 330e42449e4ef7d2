"""A run's directory, written and read back.

It holds ``config.json``, ``result.json`` (the scores), ``boundary.csv`` (one B(z) a row),
``density.safetensors`` (the density's weights) and ``arrays.safetensors`` (all else).  The last one
is written last and seals the others: it holds their digests, so that a file that was cut, altered
or left over from another run is told from a sound one.  ``boundary.csv`` is for people and is
never read back.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

from bdsg.config import FORMAT, ExperimentConfig
from bdsg.errors import LONGEST_REASON, ConfigError, StoreError, on_a_line, remedy_of
from bdsg.runs import tensor_file
from bdsg.runs.result import SHAPES, Result, RunArrays, required

CONFIG, SUMMARY, BOUNDARY = "config.json", "result.json", "boundary.csv"
DENSITY, ARRAYS = "density.safetensors", "arrays.safetensors"


def write_run(result: Result, directory: str | Path) -> None:
    """Write the five files of a run: all of them, or none, and what was there before stays as it was.

    Raises:
        StoreError: the directory cannot be written, or the summary holds a number that is not finite.
    """
    folder, contents = Path(directory), _contents(result)
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_together(folder, contents)


def read_run(directory: str | Path) -> Result:
    """Read what :func:`write_run` wrote.

    Raises:
        StoreError: a file is missing, cut, altered, or of another version of this package.
    """
    folder = Path(directory)
    arrays, seal = read_sealed(folder / ARRAYS)
    _check_shapes(folder / ARRAYS, arrays)
    written = {name: read_bytes(folder / name) for name in (CONFIG, SUMMARY, DENSITY)}
    digests = seal.get("files")
    for name in (SUMMARY, DENSITY):
        found = hashlib.sha256(written[name]).hexdigest()
        if not isinstance(digests, dict) or digests.get(name) != found:
            raise damaged(folder / name, "it is not the file that the run wrote")
    try:
        config = ExperimentConfig.from_json(written[CONFIG].decode())
    except (ConfigError, UnicodeDecodeError) as error:
        raise damaged(folder / CONFIG, str(error)) from error
    if config.key() != seal.get("key"):
        raise damaged(folder / CONFIG, "it is not the config of this run")
    try:
        summary = json.loads(written[SUMMARY])
    except (ValueError, RecursionError) as error:
        raise damaged(folder / SUMMARY, str(error)) from error
    return Result(config, RunArrays.from_dict(arrays), summary, tensor_file.unpack(written[DENSITY])[0])


def sealed(name: str, arrays: tensor_file.Arrays, facts: dict[str, Any]) -> bytes:
    """Arrays and JSON-able facts, with the format's version and a digest of both.

    Raises:
        StoreError: the facts hold a number that is not finite.
    """
    try:
        facts = {"format": FORMAT, **facts}
        return tensor_file.pack(arrays, {**facts, "sha256": _digest(arrays, facts)})
    except ValueError as error:
        raise _not_finite(name, error) from error


def read_sealed(path: Path) -> tuple[tensor_file.Arrays, dict[str, Any]]:
    """The arrays and facts of a file that :func:`sealed` made.

    Raises:
        StoreError: the file is missing, cut, altered, or of another version of this package.
    """
    payload = read_bytes(path)
    try:
        arrays, facts = tensor_file.unpack(payload)
    except StoreError as error:
        raise damaged(path, str(error.__cause__)) from error
    written = facts.pop("sha256", None) if isinstance(facts, dict) else None
    if written is None:
        raise damaged(path, "it has no digest")
    if facts.get("format") != FORMAT:
        found = facts.get("format")
        raise StoreError(f"{path} has format {found!r}, but this version reads {FORMAT}: run the experiment again.")
    if written != _digest(arrays, facts):
        raise damaged(path, "it does not match its digest")
    return arrays, facts


def damaged(path: Path, reason: str) -> StoreError:
    """The error for a file that is not as it was written."""
    told = on_a_line(reason, LONGEST_REASON).rstrip(".")
    return StoreError(f"{path} is damaged ({told}): run the experiment again.")


def read_bytes(path: Path) -> bytes:
    """The contents of a file; raises StoreError with the path and the remedy."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreError(
            f"{path} is missing: name a directory that `python -m bdsg run CONFIG.json --out DIR` wrote."
        ) from error
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}): check what it is and its permissions.") from error


def write_atomically(path: Path, content: bytes) -> None:
    """Through a file beside it, flushed to the disk, then renamed over it."""
    write_together(path.parent, {path.name: content})


def write_together(folder: Path, contents: dict[str, bytes]) -> None:
    """Files by their names, each written aside; they are renamed in their order when there was room for all."""
    asides = {name: folder / f".{name}.{secrets.token_hex(8)}" for name in contents}
    try:
        for name, content in contents.items():
            with open(asides[name], "xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        with _alone(folder):
            for name, aside in asides.items():
                os.replace(aside, folder / name)
    finally:
        for aside in asides.values():
            aside.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, where the system has such locks: files of two runs, written at once, would mix."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a network's file system may know none
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write into a sentence."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror or error}): {remedy_of(error)}") from error


def _contents(result: Result) -> dict[str, bytes]:
    """Each file's name and bytes, the seal last."""
    try:
        summary = json.dumps(result.summary, indent=2, allow_nan=False).encode()
    except ValueError as error:
        raise _not_finite(SUMMARY, error) from error
    density = tensor_file.pack(result.parameters, {})
    files = {SUMMARY: summary, DENSITY: density}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    rows = "".join(f"{x!r},{y!r}\n" for x, y in result.arrays.boundary.tolist())
    return {
        CONFIG: result.config.to_json().encode(),
        **files,
        BOUNDARY: f"x,y\n{rows}".encode(),
        ARRAYS: sealed(ARRAYS, result.arrays.to_dict(), {"key": result.config.key(), "files": digests}),
    }


def _not_finite(name: str, error: ValueError) -> StoreError:
    return StoreError(f"{name} cannot be written ({error}): every number in it must be finite.")


def _digest(arrays: tensor_file.Arrays, facts: dict[str, Any]) -> str:
    """SHA-256 of the facts and of each array's name, type, shape and contents."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, allow_nan=False).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f" {name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _check_shapes(path: Path, arrays: tensor_file.Arrays) -> None:
    """Every array that a run must have is there, and the lengths agree."""
    sizes: dict[str, int] = {}
    for name, shape in SHAPES.items():
        if name not in arrays:
            if required(name):
                raise damaged(path, f"the array {name} is missing")
            continue
        found = arrays[name].shape
        agrees = len(found) == len(shape) and all(
            n == (size if isinstance(size, int) else sizes.setdefault(size, n))
            for n, size in zip(found, shape, strict=True)
        )
        if not agrees:
            raise damaged(path, f"the array {name} has the shape {found} instead of {shape}")
