"""`python -m deploy.dependencies`: ask PyPI for advisories on every locked dependency, by pip-audit.

Exits 1 where one is known. Where nobody answers, that is said, and is no failure: the lock has not changed by it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.checks.tools import run

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements/runtime.txt", "requirements/dev.txt", "requirements/check.txt")
_OPTIONS = ("--no-deps", "--disable-pip", "--require-hashes", "--vulnerability-service", "pypi", "--format", "json")


def verdict(lock: str, dependencies: Sequence[dict[str, Any]]) -> tuple[bool, list[str]]:
    """Whether a lock may stand, and what to say of it. `dependencies` is pip-audit's own list."""
    unknown = [each["name"] for each in dependencies if "skip_reason" in each]
    known = [
        f"{lock}: {each['name']} {each['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none'}"
        for each in dependencies
        for flaw in each.get("vulns", ())
    ]
    if len(unknown) == len(dependencies):
        return True, [f"{lock}: skipped: the advisory service does not answer"]
    told = f"{lock}: {len(dependencies) - len(unknown)} dependencies asked about, {len(known)} advisories"
    return not known, [told, *known, *(f"{lock}: {name} is not known there" for name in unknown)]


def main() -> int:
    """The command."""
    good = True
    for lock in LOCKS:
        ran = run(ROOT, ["pip-audit", "--requirement", lock, *_OPTIONS, "--progress-spinner", "off"])
        try:
            found = json.loads(ran.stdout)["dependencies"]
        except ValueError:  # it ended before it could ask
            stands, lines = (
                False,
                [f"{lock}: pip-audit ended with status {ran.returncode}: {ran.stderr.strip()[-500:]}"],
            )
            if "ConnectionError" in ran.stderr or "Failed to connect" in ran.stderr:
                stands, lines = True, [f"{lock}: skipped: the advisory service does not answer"]
        else:
            stands, lines = verdict(lock, found)
        good = good and stands
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
