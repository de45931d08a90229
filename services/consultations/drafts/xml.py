"""XML from outside: no document type, no entities of its own, no network."""

from typing import Final

from lxml import etree

from services.consultations.drafts.errors import DraftError, Fault
from services.consultations.drafts.limits import Limits

BYTE_ORDER_MARKS: Final = (b"\xfe\xff", b"\xff\xfe")


def parsed(data: bytes, limits: Limits, part: str = "document") -> etree._Element:
    """The root element. Raises `DraftError` where the XML is faulty, declares a document type or is too large."""
    if len(data) > limits.text_bytes:
        raise DraftError(0, part, Fault.TOO_LARGE, f"{len(data)} bytes of XML, over {limits.text_bytes}")
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
        raise DraftError(error.lineno or 0, part, Fault.NOT_XML, error.msg or "") from error
    except ValueError as error:
        raise DraftError(0, part, Fault.NOT_XML, str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DraftError(1, part, Fault.DOCTYPE)
    return root


def _refuse_doctype(data: bytes, part: str) -> None:
    """Before the parser sees it: entities are expanded while the document type is read."""
    plain = data.decode("utf-16", "ignore").encode() if data[:2] in BYTE_ORDER_MARKS else data.replace(b"\0", b"")
    at = plain.find(b"<!DOCTYPE")
    if at >= 0 or b"<!ENTITY" in plain:
        raise DraftError(plain.count(b"\n", 0, max(at, 0)) + 1, part, Fault.DOCTYPE)
