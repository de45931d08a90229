"""Everything a running product has written down, raw: what a thorough search for one person goes through."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kenes.identity.sealing import Keyring, PersonKey, UnsealError
from kenes.kafka.reader import read_to_end
from kenes.mongo.client import connected
from schemas.topics import all_topics
from services.petitions.service import Petitions
from tests.processes import Product

PEOPLE = "people"
KEYRING = Keyring(b"k" * 32)
DATABASES = ("petitions", PEOPLE)
VAULT = "vault.keys"
_SEALED = re.compile(rb"[A-Za-z0-9_-]{40,}")


@dataclass(frozen=True)
class Trail:
    """Bytes by the place they were found in. `keys` are the people's keys in the vault at that time, by index."""

    places: dict[str, bytes]
    keys: dict[bytes, PersonKey]

    def told(self, words: Iterable[bytes]) -> dict[bytes, list[str]]:
        """Where each of the words stands, in any spelling a program would write it in."""
        return {
            word: [name for name, text in self.places.items() if any(each in text for each in spellings(word))]
            for word in words
        }

    def opened(self, keys: Iterable[PersonKey], contexts: Iterable[str]) -> list[str]:
        """Every sealed text anywhere that one of the keys opens."""
        sealed = {found.decode() for text in self.places.values() for found in _SEALED.findall(text)}
        asked = list(contexts)
        return [text for key in keys for each in sealed for text in _open(key, each, asked)]


def _open(key: PersonKey, sealed: str, contexts: Iterable[str]) -> Iterator[str]:
    for context in contexts:
        try:
            yield key.open(sealed, context)
        except (UnsealError, UnicodeDecodeError):
            continue


def spellings(word: bytes) -> set[bytes]:
    """A text as UTF-8, as JSON escapes, upper and lower case, and in base64 at each of the three alignments."""
    text = word.decode()
    plain = {text, text.lower(), text.upper(), json.dumps(text)[1:-1], json.dumps(text)[1:-1].upper()}
    encoded = {
        base64.b64encode(b"\0" * shift + word)[4 if shift else 0 :].rstrip(b"=")[:-2].replace(*pair)
        for shift in range(3)
        for pair in ((b"+", b"+"), (b"+", b"-"))
    }
    return {each.encode() for each in plain} | encoded


def trail(product: Product) -> Trail:
    """All records of all topics, all documents of all collections, and all logs, as they are now."""
    return asyncio.run(_trail(product))


async def _trail(product: Product) -> Trail:
    places = {log.name: log.read_bytes() for log in product.logs.glob("*.log")}
    for topic in all_topics(Petitions.topics):
        found = bytearray()
        async for records in read_to_end(product.kafka.bootstrap, topic, dict.fromkeys(range(topic.partitions), 0)):
            for record in records:
                headers = b"\n".join(name.encode() + b"=" + value for name, value in record.headers)
                found += b"\n".join((record.key or b"", headers, record.value or b"", b""))
        places[f"topic {topic.name}"] = bytes(found)
    keys: dict[bytes, PersonKey] = {}
    for each_database in DATABASES:
        async with connected(product.mongo.uri, each_database) as database:
            for name in await database.list_collection_names():
                documents = [document async for document in database[name].find()]
                places[f"collection {name}"] = b"\n".join(_flat(each) for each in documents)
                if name == VAULT:
                    keys = {each["_id"]: KEYRING.unwrap(each["_id"], each["key"]) for each in documents}
    return Trail(places, keys)


def _flat(value: object) -> bytes:
    """A document as the bytes of its names and values."""
    match value:
        case dict():
            return b" ".join(_flat(part) for pair in value.items() for part in pair)
        case list():
            return b" ".join(_flat(part) for part in value)
        case bytes():
            return value
        case _:
            return str(value).encode()
