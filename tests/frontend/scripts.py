"""Runs the browser's modules in Node.js, which reads their TypeScript as it stands."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests import needs

SOURCES = needs.ROOT / "bdsg" / "frontend" / "src"
SCORING = ("core/arrays", "math/contours", "math/nearest", "math/mixture", "math/scores")


def node(
    names: Sequence[str],
    driver: str,
    *files: Path,
    folder: Path,
    watched: Mapping[str, Sequence[str]] | None = None,
) -> Any:
    """Run a driver that sees all that the named modules export, and whose ``print`` takes one value.

    Args:
        files: the driver's ``payloads``.
        watched: functions of modules in whose place the driver's globals of the same names are called.
    """
    script = folder / "script.mjs"
    imports = [f'import * as module_{k} from "{(SOURCES / name).as_uri()}.ts";' for k, name in enumerate(names)]
    head = [
        'import { readFileSync } from "node:fs";',
        *imports,
        f"Object.assign(globalThis, {', '.join(f'module_{k}' for k in range(len(names)))});",
        "const print = (value) => console.log(JSON.stringify(value));",
        "const payloads = process.argv.slice(2).map((name) => new Uint8Array(readFileSync(name)));",
    ]
    script.write_text("\n".join([*head, driver]), encoding="utf-8")
    command = [needs.node(), "--import", _watching(watched or {}, folder).as_uri(), str(script), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _watching(watched: Mapping[str, Sequence[str]], folder: Path) -> Path:
    """A module that puts another one in the place of each watched one."""
    places = {}
    for k, (name, functions) in enumerate(watched.items()):
        real, other = f"{(SOURCES / name).as_uri()}.ts", folder / f"watched_{k}.mjs"
        calls = [f"export const {one} = (...given) => globalThis.{one}(...given);" for one in functions]
        other.write_text("\n".join([f'export * from "{real}?real";', *calls]), encoding="utf-8")
        places[real] = other.as_uri()
    hooks = folder / "hooks.mjs"
    hooks.write_text(
        'import { registerHooks } from "node:module";\n'
        f"const places = {json.dumps(places)};\n"
        "registerHooks({ resolve(given, context, next) {\n"
        "  const found = next(given, context);\n"
        "  return found.url in places ? { ...found, url: places[found.url], format: 'module' } : found;\n"
        "} });\n",
        encoding="utf-8",
    )
    return hooks
