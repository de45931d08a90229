"""A backup's folder: compressed lines, and a list of what must be in them. Nothing is read before it is checked."""

import gzip
import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from kenes.kafka.copying import Span
from kenes.kafka.records import Record

MANIFEST = "manifest.json"
COLLECTIONS = "collections"
LINES = ".jsonl.gz"


class BackupError(RuntimeError):
    """A folder that is no whole backup, or a place that is no place for one."""


@dataclass(frozen=True)
class FileEntry:
    """One file: how many lines it has, and its SHA-256. A partition's also says which offsets it holds."""

    lines: int
    sha256: str
    span: Span | None = None


@dataclass
class Manifest:
    """What a backup holds, by file. `made` is when it was begun, ISO 8601."""

    made: str
    files: dict[str, FileEntry] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Written last: a folder without it is no backup."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Manifest":
        """Reads the list, and checks each file against it. Raises `BackupError`."""
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BackupError(f"{folder} has no {MANIFEST}: it is no backup, or was not made to its end") from None
        files = {name: _entry(entry) for name, entry in told["files"].items()}
        for name, kept in files.items():
            file = folder / name
            if not file.exists() or _digest(file) != kept.sha256:
                raise BackupError(f"{file} is missing or is not what was written")
        return cls(told["made"], files)


def topic_file(topic: str, partition: int) -> str:
    """Where a partition is kept."""
    return f"topics/{topic}/{partition}{LINES}"


class LineFile:
    """A file being written, within `with`; `kept` afterwards. The same lines make the same bytes."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = folder / name
        self._lines = 0

    def __enter__(self) -> Self:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._raw = self._file.open("wb")
        self._packed = gzip.GzipFile("", "wb", mtime=0, fileobj=self._raw)
        return self

    def __exit__(self, *_error: object) -> None:
        with self._raw:  # also where what is left cannot be written
            self._packed.close()

    def write(self, line: str) -> None:
        """Adds a line."""
        self._packed.write(line.encode() + b"\n")
        self._lines += 1

    def entry(self, span: Span | None = None) -> FileEntry:
        """What to remember of it."""
        return FileEntry(self._lines, _digest(self._file), span)


def new_folder(folder: Path) -> None:
    """Makes a folder for a backup. Raises `BackupError` where something is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty")


def read_lines(file: Path) -> Iterator[str]:
    """The lines of a file."""
    with gzip.open(file, "rt", encoding="utf-8") as unpacked:
        for line in unpacked:
            yield line.rstrip("\n")


def record_line(record: Record) -> str:
    """A record as a line: offset, timestamp, key, value, headers; bytes in base64."""
    headers = [[name, _text(value)] for name, value in record.headers]
    return json.dumps([record.offset, record.timestamp, _text(record.key), _text(record.value), headers])


def line_record(topic: str, partition: int, line: str) -> Record:
    """The record of a line."""
    offset, timestamp, key, value, headers = json.loads(line)
    named = [(name, _bytes(text) or b"") for name, text in headers]
    return Record(topic, partition, offset, timestamp, _bytes(key), _bytes(value), named)


def _text(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode("ascii")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _entry(entry: dict[str, Any]) -> FileEntry:
    span = entry["span"]
    return FileEntry(entry["lines"], entry["sha256"], None if span is None else Span(**span))
