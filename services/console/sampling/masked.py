"""An event as an operator may see it: what it says, without who said it."""

from typing import Any, Final

import orjson

from kenes.kafka.records import Record
from kenes.observe.masking import MASK, Masker
from schemas.envelope import decode
from schemas.topics import Topic

PERSONAL: Final = frozenset(
    {
        *("sealed", "owner", "entry", "note", "private", "pseudonym", "signer", "voter", "author", "by", "actor"),
        *("eligibility", "operator", "destination", "subscriber"),
        # A dead letter holds a whole record, whatever is in it: its own page opens it member by member.
        *("key", "value", "headers"),
    }
)
"""Members that name a person, or belong to one."""

_masker: Final = Masker(PERSONAL)


def masked_event(topic: Topic, record: Record) -> dict[str, Any]:
    """The payload with personal members masked. Raises `UnreadableEventError` for what is no event of the topic."""
    event = decode(topic.types, record.headers, record.value)
    found: dict[str, Any] = _masker.mapping(orjson.loads(event.data.model_dump_json()))
    return found


def masked_text(text: str) -> str:
    """A text without what looks like a person's."""
    return _masker.text(text)


def key_of(topic: Topic, record: Record) -> str:
    """A record's key; a mask where keys stand for people."""
    if record.key is None:
        return ""
    if topic.key.startswith(("pseudonym", "subscriber")):
        return MASK
    return masked_text(record.key.decode("utf-8", "replace"))


def kind_of(record: Record) -> str:
    """The event type a record says it is; empty where it says none."""
    return next((value.decode("utf-8", "replace") for name, value in record.headers if name == "ce_type"), "")
