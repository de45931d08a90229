"""The machine a benchmark ran on, so that its numbers can be read a year later."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from kenes.local import jars
from kenes.local.mongo import PYTHON, EmbeddedMongo

_LIBRARIES = ("faust-streaming", "aiokafka", "motor", "pymongo", "uvicorn", "uvloop", "starlette", "pydantic")


def describe(mongo: EmbeddedMongo) -> dict[str, Any]:
    """Processor, memory, system, servers and the libraries on the path of a signature."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "kafka": _kafka(),
        "mongo": _mongo(mongo),
        # Anything else that ran here took from the numbers.
        "busy_before": f"{psutil.cpu_percent(interval=1.0):.0f} %",
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _kafka() -> str:
    listed = Path(jars.__file__).with_name("kafka-jars.txt").read_text(encoding="utf-8")
    core = next(line for line in listed.splitlines() if line.startswith("org.apache.kafka:kafka_2.13:"))
    return f"Apache Kafka {core.split()[0].split(':')[2]}, one KRaft node"


def _mongo(mongo: EmbeddedMongo) -> str:
    if mongo.engine == PYTHON:
        return f"{PYTHON} {version('secantusdb')}"
    asked = subprocess.run([str(mongo.executable()), "--version"], capture_output=True, text=True, check=True)
    return asked.stdout.splitlines()[0]
