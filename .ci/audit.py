"""Ask pip-audit about requirements.lock, and say how many packages it really knows of.

pip-audit itself says "No known vulnerabilities found" where the service knows none of the packages.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
SECONDS = 120


def main() -> int:
    """Ask, print, and return the exit code: 1 for a known vulnerability alone."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--disable-pip", "--require-hashes"]
    command += ["--progress-spinner", "off", "--timeout", "5", "-f", "json"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
        packages = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        print(f"Not audited: the advisory service took more than {SECONDS} s.")
        return 0
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        print(f"Not audited: no answer from the advisory service ({last[:200]}).")
        return 0
    code, words = verdict(packages)
    print(words)
    return code


def verdict(packages: list[dict[str, Any]]) -> tuple[int, str]:
    """Exit code and words for pip-audit's list of packages."""
    found = [f"{one['name']} {one['version']}: {v['id']}" for one in packages for v in one.get("vulns", [])]
    known = [one for one in packages if "skip_reason" not in one]
    if found:
        return 1, "Known vulnerabilities:\n" + "\n".join(found)
    if not known:
        return 0, f"Not audited: the advisory service here knows none of the {len(packages)} packages."
    return 0, f"Audited {len(known)} of {len(packages)} locked packages: no known vulnerability."


if __name__ == "__main__":
    sys.exit(main())
