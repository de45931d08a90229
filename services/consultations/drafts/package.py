"""What is looked at in a word processor's file before anything in it is used."""

import io
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Final

from lxml import etree

from services.consultations.drafts.errors import WHOLE, DraftError, Fault, Notice, Omission
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.xml import parsed

SMALL: Final = 100_000
"""Entries up to so many bytes may shrink as they like: the XML of an empty page shrinks a lot."""
ENCRYPTED: Final = 0x1
COMPOUND_FILE: Final = b"\xd0\xcf\x11\xe0"
"""How the older Word format begins, and a newer one under a password."""
XML_ENDINGS: Final = (".xml", ".rels")
BROKEN: Final = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, KeyError, EOFError, OSError, RuntimeError)
"""What the unpacker raises over files that were damaged, by accident or by design."""
EMBEDDED: Final = ("word/embeddings/", "word/activex/", "word/afchunk")
HYPERLINK: Final = "hyperlink"
DOCUMENT: Final = "word/document.xml"
NEEDED: Final = ("[Content_Types].xml", "_rels/.rels")
"""Without these nothing else is found. Where the text stands, they say."""


def examine(data: bytes, limits: Limits, notices: list[Notice]) -> None:
    """Raises `DraftError` for what is no Word file, unpacks too large, or holds macros, objects or outside parts."""
    if data.startswith(COMPOUND_FILE):
        raise DraftError(0, WHOLE, Fault.OLD_WORD)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as error:
        raise DraftError(0, WHOLE, Fault.NOT_ZIP, str(error)) from error
    with archive:
        entries = archive.infolist()
        _sizes(entries, limits)
        for entry in entries:
            _entry(archive, entry, limits, notices)
        names = {entry.filename for entry in entries}
        if missing := next((each for each in NEEDED if each not in names), None):
            raise DraftError(0, missing, Fault.PART_MISSING)


def _sizes(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """By the sizes that the file declares: the unpacker stops at them, so a lie gains nothing."""
    if len(entries) > limits.entries:
        raise DraftError(0, WHOLE, Fault.TOO_MANY_ENTRIES, f"{len(entries)}, over {limits.entries}")
    if (total := sum(entry.file_size for entry in entries)) > limits.unpacked_bytes:
        raise DraftError(0, WHOLE, Fault.UNPACKS_TOO_LARGE, f"{total} bytes, over {limits.unpacked_bytes}")
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise DraftError(0, entry.filename, Fault.UNPACKS_TOO_LARGE, f"over {limits.ratio} times its size")
    if len({entry.filename.casefold() for entry in entries}) != len(entries):
        raise DraftError(0, WHOLE, Fault.SUSPICIOUS_ENTRY, "a name twice")


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits, notices: list[Notice]) -> None:
    name = entry.filename.casefold()
    if entry.flag_bits & ENCRYPTED:
        raise DraftError(0, entry.filename, Fault.ENCRYPTED)
    if name.startswith(("/", "\\")) or ".." in PurePosixPath(name.replace("\\", "/")).parts:
        raise DraftError(0, entry.filename, Fault.SUSPICIOUS_ENTRY, "a path out of the file")
    if "vbaproject" in name or "vbadata" in name:
        raise DraftError(0, entry.filename, Fault.MACRO)
    if name.startswith(EMBEDDED):
        raise DraftError(0, entry.filename, Fault.EMBEDDED_OBJECT)
    data = _unpacked(archive, entry)
    if name.endswith(XML_ENDINGS):
        root = parsed(data, limits, entry.filename)
        _content_types(root, entry.filename)
        _relationships(root, entry.filename, notices)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    except BROKEN as error:
        raise DraftError(0, entry.filename, Fault.PART_DAMAGED, str(error)) from error


def _content_types(root: etree._Element, part: str) -> None:
    for element in root:
        if "macroenabled" in (kind := (element.get("ContentType") or "").casefold()) or "vbaproject" in kind:
            raise DraftError(element.sourceline or 0, part, Fault.MACRO, kind)
        name = (element.get("PartName") or f".{element.get('Extension')}").casefold()
        if kind.startswith("application/") and kind.endswith("xml") and not name.endswith(XML_ENDINGS):
            # The library reads parts by their type; only by its name did we look at it as XML.
            raise DraftError(element.sourceline or 0, part, Fault.SUSPICIOUS_ENTRY, name)


def _relationships(root: etree._Element, part: str, notices: list[Notice]) -> None:
    """Links to other pages are dropped; whatever else would be fetched from outside is refused."""
    if not part.casefold().endswith(".rels"):
        return
    for element in root:
        if (element.get("TargetMode") or "").casefold() != "external":
            continue
        kind = (element.get("Type") or "").rsplit("/", 1)[-1]
        if kind.casefold() != HYPERLINK:
            raise DraftError(element.sourceline or 0, part, Fault.EXTERNAL_REFERENCE, kind)
        notices.append(Notice(0, part, Omission.LINK))
