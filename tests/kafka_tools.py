"""Kafka's own command-line tools, as an operator would run them beside the console."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from kenes.local.jars import cache_folder, ensure_jars, read_list
from kenes.local.java import find_java

TOOLS: Final = Path(__file__).with_name("kafka-tools.txt")
OFFSETS: Final = "org.apache.kafka.tools.GetOffsetShell"
GROUPS: Final = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
CONSUMER: Final = "org.apache.kafka.tools.consumer.ConsoleConsumer"


def command(tool: str, bootstrap: str, *arguments: str) -> list[str]:
    """How a tool is run."""
    jars = [*ensure_jars(cache_folder()), *ensure_jars(cache_folder(), read_list(TOOLS))]
    path = os.pathsep.join(map(str, jars))
    quick = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
    return [str(find_java()), *quick, "-cp", path, tool, "--bootstrap-server", bootstrap, *arguments]


def told(tool: str, bootstrap: str, *arguments: str) -> str:
    """What a tool prints."""
    ran = subprocess.run(command(tool, bootstrap, *arguments), capture_output=True, text=True, timeout=200, check=True)
    return ran.stdout


def rows(table: str) -> list[dict[str, str]]:
    """The rows of the tables a tool prints, by column; tables of several groups follow each other."""
    found: list[dict[str, str]] = []
    columns: list[str] = []
    for line in table.splitlines():
        cells = line.split()
        if cells[:1] == ["GROUP"]:
            columns = cells
        elif cells and columns:
            found.append(dict(zip(columns, cells, strict=False)))
    return found
