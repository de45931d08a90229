"""A dead letter opened for an operator: the record as far as it can be read, personal data masked."""

import base64
from dataclasses import dataclass
from typing import Any, Final

import orjson

from kenes.kafka.records import Record
from kenes.observe.masking import Masker
from schemas.dead_letter import DeadLetter
from schemas.topics import Topic
from services.console.sampling.masked import PERSONAL, key_of

SHOWN: Final = 20_000
"""Letters of a value that are shown."""
_MASKER: Final = Masker(PERSONAL)


@dataclass(frozen=True)
class Opened:
    """What was in the record. `value` is JSON set out, or the text as far as it is one; `whole` is false where cut."""

    headers: tuple[tuple[str, str], ...]
    key: str
    value: str
    whole: bool
    reason: str
    stack: str


def opened(letter: DeadLetter, topic: Topic) -> Opened:
    """A letter about a record of `topic`, made fit to be looked at."""
    at = letter.origin
    key = Record(topic.name, at.partition, at.offset, at.timestamp, base64.b64decode(letter.key or ""), None, ())
    value = _value(base64.b64decode(letter.value or ""))
    return Opened(
        headers=tuple((name, _MASKER.text(_text(base64.b64decode(told)))) for name, told in letter.headers.items()),
        key=key_of(topic, key),
        value=value[:SHOWN],
        whole=len(value) <= SHOWN,
        reason=_MASKER.text(letter.reason),
        stack=_MASKER.text(letter.stack),
    )


def _value(content: bytes) -> str:
    try:
        told: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        return _MASKER.text(_text(content))
    return orjson.dumps(_MASKER.value(told), option=orjson.OPT_INDENT_2).decode()


def _text(content: bytes) -> str:
    """As text; bytes that are none of it are written as escapes, so that it is seen what came."""
    return content.decode("utf-8", "backslashreplace")
