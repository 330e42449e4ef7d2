"""Writes the browser's types of payloads, and the figures that both sides share, as TypeScript.

``python -m bdsg.app.components.browser_types`` writes the two files anew; a test compares them.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import re
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from bdsg.app.components import canvas_encoding, payload_shapes
from bdsg.config import constants as config_constants
from bdsg.config.schedule import Change
from bdsg.config.sections import UnitsConfig
from bdsg.data import window
from bdsg.metrics import contour_distances

SOURCES = Path(__file__).parents[2] / "frontend" / "src" / "core"
HEAD = "// Written by `python -m bdsg.app.components.browser_types`: "
NAMES = {UnitsConfig: "Units"}
PLAIN = {str: "string", bool: "boolean", int: "number", float: "number"}
ARRAYS: dict[type[Any], str] = {
    np.uint8: "Uint8Array",
    np.int16: "Int16Array",
    np.int32: "Int32Array",
    np.float32: "Float32Array",
    np.float64: "Float64Array",
}
SHARED: Mapping[types.ModuleType, tuple[str, ...]] = {
    config_constants: (
        "WARM_UP", "START_RADIUS", "RIDGE", "START_OUTSIDE", "SMALLEST_SHARE", "SMALLEST_DISTANCE", "LOG_RATIO_CAP",
        "LEVEL_RANGE", "HIGHEST", "ENDS", "PLACES", "BEND", "COVERED", "REACH", "PROBES", "FEWEST_PROBES",
    ),
    window: ("FULL_SCALE",),
    canvas_encoding: ("HEAT_SPAN",),
    contour_distances: ("TIE",),
}  # fmt: skip


def shared() -> Iterator[tuple[str, Any, str]]:
    """Name, value and docstring of each of ``SHARED``."""
    for module, names in SHARED.items():
        body = ast.parse(inspect.getsource(module)).body
        words = {
            ast.unparse(given.targets[0]): told.value.value
            for given, told in itertools.pairwise(body)
            if isinstance(given, ast.Assign) and isinstance(told, ast.Expr) and isinstance(told.value, ast.Constant)
        }
        yield from ((name, getattr(module, name), " ".join(str(words[name]).split())) for name in names)


def constants() -> str:
    """The module of shared figures."""
    lines = [f"/** {words} */\nexport const {name} = {_written(value)};" for name, value, words in shared()]
    return "\n".join([f"{HEAD}figures that the server and the browser share.", "", *lines, ""])


def _written(value: Any) -> str:
    """1e-9 as the formatter of TypeScript wants it, not 1e-09."""
    return re.sub(r"e([+-])0", r"e\1", json.dumps(value))


def payloads() -> str:
    """The module of the payloads' types."""
    tensor = "export interface Tensor<T> {\n  shape: number[];\n  values: T;\n}"
    return "\n\n".join([f"{HEAD}what the server sends.", tensor, *map(interface, payload_shapes.RECORDS)]) + "\n"


def interface(record: type[Any]) -> str:
    """A record as an interface; what it inherits is inherited."""
    parents = ", ".join(_name(base) for base in record.__bases__ if base is not object)
    head = f"export interface {_name(record)}" + (f" extends {parents}" if parents else "")
    return "\n".join([f"{head} {{", *(f"  {line};" for line in _fields(record)), "}"])


def _fields(record: type[Any]) -> Iterator[str]:
    hints = get_type_hints(record, include_extras=True)
    for name in inspect.get_annotations(record):
        kind = hints[name]
        given = [one for one in get_args(kind) if one is not type(None)]
        left_out = len(given) < len(get_args(kind)) and (record is Change or get_origin(given[0]) is Annotated)
        yield f"{name}?: {typed(given[0])}" if left_out else f"{name}: {typed(kind)}"


def typed(kind: Any) -> str:
    """A Python type in TypeScript."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return f"Tensor<{ARRAYS[parts[1]]}>"
    if origin in (types.UnionType, Union):
        return " | ".join("null" if one is type(None) else typed(one) for one in parts)
    if origin is Literal:
        return " | ".join(json.dumps(one) for one in parts)
    if origin is list:
        return f"{typed(parts[0])}[]"
    if origin is tuple:
        return f"{typed(parts[0])}[]" if parts[-1] is Ellipsis else f"[{', '.join(map(typed, parts))}]"
    if origin is dict:
        return f"Record<string, {typed(parts[1])}>"
    return PLAIN.get(kind) or _name(kind)


def _name(record: type[Any]) -> str:
    return NAMES.get(record, record.__name__)


def main() -> None:
    """Write both files."""
    (SOURCES / "constants.ts").write_text(constants(), encoding="utf-8")
    (SOURCES / "payloads.ts").write_text(payloads(), encoding="utf-8")


if __name__ == "__main__":
    main()
