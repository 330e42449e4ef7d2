"""How soon everything starts: ``python -m tests.bench.start [--repeats N]``; needs Chromium and an idle machine.

First ever: no machine code and no results are kept anywhere.  The click on Train comes as soon as the page stands.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.bench.reports import Row, machine, write
from tests.browser.serving import ROOT, chromium_path, launch, running

SNAPSHOT = ".bdsg.player:not([data-frames='0'])"
CONFIG = {"data": {"preset": "bimodal"}}


def seconds_of(command: list[str], environment: dict[str, str], folder: Path) -> float:
    """Of a command of ``python -m bdsg``; what it prints is dropped."""
    begun = time.monotonic()
    whole = [sys.executable, "-m", "bdsg", *command]
    variables = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
    subprocess.run(whole, env=variables, cwd=folder, check=True, capture_output=True)
    return time.monotonic() - begun


def fresh(folder: Path) -> dict[str, str]:
    """An environment without results, and without machine code of the kernels."""
    return {"BDSG_CACHE": str(folder / "runs"), "NUMBA_CACHE_DIR": str(folder / "kernels")}


def commands(folder: Path) -> Row:
    """The command line: the first run ever, another one after it, and the commands that train nothing."""
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "other.json").write_text(json.dumps({**CONFIG, "seed": 1}))
    first = seconds_of(["run", "config.json", "--out", "a", "--quiet"], fresh(folder), folder)
    after = seconds_of(["run", "other.json", "--out", "b", "--quiet"], fresh(folder), folder)
    plain = {name: seconds_of([name], fresh(folder), folder) for name in ("presets", "--help")}
    return {"run, first ever (s)": first, "run, afterwards (s)": after} | {f"{n} (s)": s for n, s in plain.items()}


def visits(browser: Browser, folder: Path) -> Row:
    """The app: from the click on Train to the first snapshot, on a server that has just begun, and on a warm one."""
    with running("app.py", folder / "cache", folder / "log", **fresh(folder)) as (address, _):
        cold = seconds_to_snapshot(browser, f"{address}/boundary?data.preset=bimodal")
        time.sleep(60)  # the rest is compiled
        warm = seconds_to_snapshot(browser, f"{address}/boundary?data.preset=bimodal&seed=1")
    with running("app.py", folder / "cache", folder / "log", **fresh(folder)) as (address, _):
        again = seconds_to_snapshot(browser, f"{address}/boundary?data.preset=bimodal&seed=2")
    return {
        "Train to the first snapshot, first start ever (s)": cold,
        "the same, later start (s)": again,
        "the same, warm server (s)": warm,
    }


def seconds_to_snapshot(browser: Browser, address: str) -> float:
    """From a click on Train, as soon as it is there, to the first snapshot."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.get_by_role("button", name="Train", exact=True).click()
    begun = time.monotonic()
    page.wait_for_selector(SNAPSHOT, timeout=180_000)
    taken = time.monotonic() - begun
    page.close()
    return taken


def repeated(measure: Callable[[Path], Row], times: int) -> list[Row]:
    """The median of each figure, and the least and the most."""
    rows = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure(Path(folder)))
            print(rows[-1], flush=True)
    every = {name: sorted(row[name] for row in rows) for name in rows[0]}
    return [
        {"figure": name, "median": statistics.median(values), "least": values[0], "most": values[-1]}
        for name, values in every.items()
    ]


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--out", type=Path, default=Path("bench"))
    chosen = options.parse_args()
    path = chromium_path()
    assert path is not None, "No Chromium on the PATH: install it first."
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        app = repeated(lambda folder: visits(browser, folder), chosen.repeats)
        browser.close()
    sections = {"app": app, "command line": repeated(commands, chosen.repeats)}
    print(write(chosen.out, "start", sections, machine()))


if __name__ == "__main__":
    main()
