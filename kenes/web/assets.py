"""Static files named by their content: a new text is a new address, so browsers may keep each for ever.

All files are read and compressed once, at start; what is not among them does not exist, whatever the path says.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kenes.web.context import RawHeader, header
from kenes.web.problems import Problem

KIT_STATIC: Final = Path(__file__).parent / "static"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_COMPRESSED_ALREADY: Final = frozenset({".woff2", ".png", ".jpg", ".jpeg", ".webp", ".avif", ".gz"})
# Not all systems know these, and a browser told `nosniff` takes no script without its type.
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file in memory: its bytes, the same gzipped where that is smaller, and its headers."""

    body: bytes
    gzipped: bytes | None
    media_type: str


class Assets:
    """The files of one or more folders, served below `prefix`. A later folder may replace a file of an earlier one.

    Those of the folders in `named` have the name in their address, too: services on one host each serve their own.
    """

    def __init__(
        self,
        folders: Iterable[Path] = (KIT_STATIC,),
        *,
        named: Mapping[str, Path] | None = None,
        prefix: str = "/static/",
    ) -> None:
        self._prefix = prefix
        self._urls: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        found = {name: ("", path) for folder in folders for name, path in _files(folder)}
        for own, folder in (named or {}).items():
            found |= {name: (f"{own}/", path) for name, path in _files(folder)}
        for name, (below, path) in found.items():
            body = path.read_bytes()
            hashed = below + _hashed(name, body)
            self._urls[name] = prefix + hashed
            self._assets[hashed] = _asset(path, body)

    def url(self, name: str, /) -> str:
        """The address of `kenes.css`: `/static/kenes.0123456789ab.css`. Raises KeyError where there is no such file."""
        return self._urls[name]

    def route(self) -> Route:
        """Serves all of them."""
        return Route(self._prefix + "{name:path}", self._serve, name="static", include_in_schema=False)

    async def _serve(self, request: Request) -> Response:
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise Problem(404, "not-found")
        headers = {"content-type": asset.media_type, "cache-control": _FOR_EVER}
        if asset.gzipped is None:
            return Response(asset.body, headers=headers)
        headers["vary"] = "Accept-Encoding"
        if not _takes_gzip(request.scope["headers"]):
            return Response(asset.body, headers=headers)
        return Response(asset.gzipped, headers={**headers, "content-encoding": "gzip"})


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(folder).as_posix(), path


def _hashed(name: str, body: bytes) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{hashlib.sha256(body).hexdigest()[:12]}{path.suffix}"))


def _asset(path: Path, body: bytes) -> Asset:
    guessed = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    gzipped = None if path.suffix in _COMPRESSED_ALREADY else gzip.compress(body, 9, mtime=0)
    return Asset(body, gzipped if gzipped is not None and len(gzipped) < len(body) else None, guessed)


def _takes_gzip(headers: list[RawHeader]) -> bool:
    accepted = header({"headers": headers}, b"accept-encoding") or b""
    for part in accepted.lower().split(b","):
        name, _, quality = part.partition(b";")
        if name.strip() == b"gzip":
            return quality.strip() not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}
    return False
