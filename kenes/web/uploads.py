"""Forms with files in them (RFC 7578): bounded as every body is, and parsed by the framework's parser."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from kenes.web.bodies import FORM, MAX_FIELDS, Form, read_body
from kenes.web.context import header
from kenes.web.problems import Problem

MEDIA_TYPE: Final = "multipart/form-data"
LONGEST_NAME: Final = 200
"""Letters of a file's name that are kept."""


@dataclass(frozen=True)
class UploadedFile:
    """A file as it was sent: its name says nothing that may be trusted, and no folder."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Upload:
    """The fields and the files of a form; a file field that was left empty is not among `files`."""

    form: Form
    files: Mapping[str, UploadedFile]


async def read_upload(request: Request, *, limit: int, files: int, field_limit: int = 256 * 1024) -> Upload:
    """A form of at most `limit` bytes with at most so many `files`; each field at most `field_limit` bytes.

    Raises the problems of `read_body`, 415 where it is no such form, 400 where it cannot be read.
    """
    kind = (header(request.scope, b"content-type") or b"").partition(b";")[0].strip().lower()
    if kind != MEDIA_TYPE.encode():
        raise Problem(415, "media-type-unsupported", values={"accepted": MEDIA_TYPE}, headers={"accept": MEDIA_TYPE})
    body = await read_body(request, limit=limit)
    parser = MultiPartParser(
        request.headers, _whole(body), max_files=files, max_fields=MAX_FIELDS, max_part_size=field_limit
    )
    parser.spool_max_size = limit  # nothing of what people hand in is put on a disk
    try:
        found = await parser.parse()
    except (MultiPartException, ValueError, LookupError):
        # Parts that are cut off, headers without end, an encoding nobody knows.
        raise Problem(400, "form-malformed") from None
    form, sent = Form(), dict[str, UploadedFile]()
    try:
        for name, value in found.multi_items():
            if isinstance(value, UploadFile):
                # A browser sends a field that nobody touched as a file without name.
                if value.filename:
                    sent[name] = UploadedFile(_plain(value.filename), await value.read())
            elif "\0" in name or "\0" in value or not (value.isascii() or value.encode() in body):
                # The parser reads what is not UTF-8 as if it were Latin-1.
                raise Problem(400, "form-malformed")
            else:
                form.setdefault(name, []).append(value.replace("\r\n", "\n"))
    finally:
        await found.close()
    request.scope[FORM] = form
    return Upload(form, sent)


async def _whole(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _plain(name: str) -> str:
    """The last part of a path, whichever way its slashes lean, without what cannot be shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable())[-LONGEST_NAME:]
