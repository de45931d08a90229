"""XML from outside: no document type, no entities of its own, no network."""

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree
from lxml.etree import ErrorTypes

from services.consultations.drafts.errors import WHOLE, DraftError, Fault
from services.consultations.drafts.limits import Limits

_FAULTS: Final[Mapping[object, Fault]] = {
    ErrorTypes.ERR_DOCUMENT_EMPTY: Fault.XML_EMPTY,
    ErrorTypes.ERR_TAG_NAME_MISMATCH: Fault.XML_TAGS,
    ErrorTypes.ERR_TAG_NOT_FINISHED: Fault.XML_ENDS_EARLY,
    ErrorTypes.ERR_GT_REQUIRED: Fault.XML_ENDS_EARLY,
    ErrorTypes.ERR_COMMENT_NOT_FINISHED: Fault.XML_ENDS_EARLY,
    ErrorTypes.ERR_INVALID_CHAR: Fault.XML_CHARACTER,
    ErrorTypes.ERR_INVALID_ENCODING: Fault.XML_CHARACTER,
}
"""What the commonest damage is called; the parser's own words are English."""
_NAMED: Final = re.compile(r"(?:tag mismatch: \S+ line \d+ and|in tag|Start Tag) (?P<name>[^\s,]+)")
BYTE_ORDER_MARKS: Final = (b"\xfe\xff", b"\xff\xfe")


def parsed(data: bytes, limits: Limits, part: str = "") -> etree._Element:
    """The root element. Raises `DraftError` where the XML is faulty, declares a document type or is too large.

    `part` is the name of the XML inside a packed file.
    """
    if len(data) > limits.text_bytes:
        size = f"{len(data)} bytes of XML, over {limits.text_bytes}"
        raise DraftError(0, part or WHOLE, Fault.TOO_LARGE, size)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    _refuse_doctype(data, part)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _fault(error, part) from error
    except ValueError as error:
        raise DraftError(0, part or WHOLE, Fault.NOT_XML, str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DraftError(1, "DOCTYPE", Fault.DOCTYPE, part=part)
    return root


def _fault(error: etree.XMLSyntaxError, part: str) -> DraftError:
    said = error.msg or ""
    named = _NAMED.search(said)
    element = named["name"] if named else WHOLE
    return DraftError(error.lineno or 0, element, _FAULTS.get(error.code, Fault.NOT_XML), said, part)


def _refuse_doctype(data: bytes, part: str) -> None:
    """Before the parser sees it: entities are expanded while the document type is read."""
    plain = data.decode("utf-16", "ignore").encode() if data[:2] in BYTE_ORDER_MARKS else data.replace(b"\0", b"")
    at = plain.find(b"<!DOCTYPE")
    if at >= 0 or b"<!ENTITY" in plain:
        raise DraftError(plain.count(b"\n", 0, max(at, 0)) + 1, "DOCTYPE", Fault.DOCTYPE, part=part)
