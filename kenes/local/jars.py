"""Kafka's jars: fetched by their Maven coordinates, checked against the committed SHA-256 list, kept in a cache."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import requests
from maven_artifact.artifact import Artifact
from maven_artifact.downloader import Downloader
from maven_artifact.requestor import RequestException

from kenes.local.errors import LocalStackError

LIST: Final = Path(__file__).with_name("kafka-jars.txt")
_PARALLEL: Final = 6
_TRIES: Final = 4
_PAUSE: Final = 0.5
"""Half of the seconds between the first two tries; each further pause is twice as long."""
_CHUNK: Final = 1 << 16
_STALL_SECONDS: Final = 30.0
"""Seconds without a byte after which a download is tried again."""
_ABANDONED_SECONDS: Final = 600.0
"""Seconds since the last byte after which nobody fetches a file any more: many times a stall."""


@dataclass(frozen=True)
class Jar:
    """One line of the committed list."""

    coordinate: str
    sha256: str

    @property
    def filename(self) -> str:
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


class Fetch(Protocol):
    """Write the bytes of a coordinate to a path, telling the size of each piece as it arrives."""

    def __call__(self, coordinate: str, target: Path, arrived: Callable[[int], None]) -> None: ...


def read_list(path: Path = LIST) -> list[Jar]:
    """The jars of the committed list, in its order."""
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return [Jar(coordinate, digest) for coordinate, digest in pairs]


def cache_folder() -> Path:
    """Where downloads are kept for all clones: KENES_CACHE, else `~/.cache/kenes`."""
    chosen = os.environ.get("KENES_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "kenes"


def ensure_jars(cache: Path, jars: Iterable[Jar] | None = None, fetch: Fetch | None = None) -> list[Path]:
    """The paths of all jars under `cache/jars`, each one verified now; the missing and the damaged are fetched.

    An interrupted download goes on with the jars that are not there yet: a jar gets its name only when it is whole
    and its digest is right. Raises LocalStackError when a jar cannot be fetched or has another digest, or the
    cache cannot be written.
    """
    wanted = list(read_list() if jars is None else jars)
    folder = cache / "jars"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _forget_abandoned(folder)
    except OSError as error:
        raise _refused(folder, error) from error
    missing = [jar for jar in wanted if not is_whole(folder / jar.filename, jar.sha256)]
    if missing:
        _fetch_all(missing, folder, fetch or from_maven)
    return [folder / jar.filename for jar in wanted]


def _refused(folder: Path, error: OSError) -> LocalStackError:
    return LocalStackError(
        f"the folder {folder} cannot be written ({error.strerror}): choose another cache with KENES_CACHE"
    )


def is_whole(path: Path, sha256: str) -> bool:
    """True when the file is there and its bytes are the ones of the digest."""
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def from_maven(coordinate: str, target: Path, arrived: Callable[[int], None]) -> None:
    """Fetches from the Maven repository; KENES_MAVEN_REPOSITORY names a mirror of it."""
    mirror = os.environ.get("KENES_MAVEN_REPOSITORY")
    source = Downloader(base=mirror) if mirror else Downloader()
    url = source.resolver.uri_for_artifact(Artifact.parse(coordinate))
    answer = source.requestor.request(url, None, stream=True, timeout=_STALL_SECONDS)
    with answer, target.open("wb") as output:
        for chunk in answer.iter_content(_CHUNK):
            output.write(chunk)
            arrived(len(chunk))


def _forget_abandoned(folder: Path) -> None:
    """Removes what killed downloads have left, but not what another process is fetching now."""
    for part in folder.glob(".*.jar.*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > _ABANDONED_SECONDS:
                part.unlink()


def _fetch_all(missing: list[Jar], folder: Path, fetch: Fetch) -> None:
    progress = _Progress(len(missing))
    pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="jars")
    try:
        pending = [pool.submit(_fetch_one, jar, folder, fetch, progress) for jar in missing]
        for one in as_completed(pending):
            one.result()
            progress.finished()
    finally:
        progress.cancelled.set()
        pool.shutdown(cancel_futures=True)
        progress.close()


def _fetch_one(jar: Jar, folder: Path, fetch: Fetch, progress: _Progress) -> None:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{jar.filename}.", dir=folder)
    except OSError as error:
        raise _refused(folder, error) from error
    os.close(handle)
    part = Path(name)
    try:
        _with_retries(jar, part, fetch, progress)
        if not is_whole(part, jar.sha256):
            raise LocalStackError(
                f"{jar.coordinate} does not have the SHA-256 of {LIST.name}: refused; try again or check the network"
            )
        part.replace(folder / jar.filename)
    finally:
        part.unlink(missing_ok=True)


def _with_retries(jar: Jar, part: Path, fetch: Fetch, progress: _Progress) -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            return fetch(jar.coordinate, part, progress.arrived)
        except (OSError, requests.RequestException, RequestException) as error:
            if attempt == _TRIES:
                raise LocalStackError(
                    f"cannot download {jar.coordinate} ({error}); what has arrived is kept, try again later"
                ) from error
            if progress.cancelled.wait(_PAUSE * 2**attempt):
                raise CancelledError from error
    return None


class _Progress:
    """One line that moves on a terminal; a line at the start and one at the end elsewhere."""

    def __init__(self, total: int) -> None:
        self.cancelled = threading.Event()
        self._total = total
        self._done = 0
        self._bytes = 0
        self._shown = 0.0
        self._moving = sys.stderr.isatty()
        self._write(f"Downloading Apache Kafka: {total} jars\n")

    def arrived(self, count: int) -> None:
        if self.cancelled.is_set():  # Ctrl-C, or another jar failed: leave the transfer at its next piece
            raise CancelledError
        self._bytes += count
        if self._moving and time.monotonic() - self._shown > 0.1:
            self._shown = time.monotonic()
            self._write(f"\r  {self._text()} ")

    def finished(self) -> None:
        self._done += 1

    def close(self) -> None:
        self._write(f"{chr(13) if self._moving else ''}  {self._text()} \n")

    def _text(self) -> str:
        return f"{self._done}/{self._total} jars, {self._bytes / 1e6:.1f} MB"

    @staticmethod
    def _write(text: str) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()
