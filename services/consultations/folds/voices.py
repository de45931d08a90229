"""How many people were heard, from which classes and regions: comments count often, people once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kenes.mongo.client import Document
from kenes.mongo.operations import Operation, Update

PEOPLE = "people"
"""The name of the sum over all classes and regions."""


def voice_id(consultation: str, author: str) -> str:
    """The document that counts one person's comments in one consultation."""
    return f"{consultation}/{author}"


def fold_voices(steps: Iterable[tuple[Document, int]], stored: Mapping[Any, Document]) -> Iterator[Operation]:
    """The fold into `voices` (comments by person) and `people` (persons by consultation).

    `steps` are comments as they are stored, each with 1 where it was made and -1 where it was taken back; `stored` are
    the voices of their authors.
    """
    voices: dict[str, Counter[str]] = {}
    changes: dict[str, Counter[str]] = {}
    people: dict[str, Counter[str]] = {}
    for document, step in steps:
        key = voice_id(document["consultation"], document["author"])
        voice = voices.setdefault(key, _counted(stored.get(key, {})))
        for name in _names(document):
            before, after = voice[name], voice[name] + step
            voice[name] = after
            changes.setdefault(key, Counter())[name] += step
            if (before > 0) is not (after > 0):
                people.setdefault(document["consultation"], Counter())[name] += 1 if after > 0 else -1
    for key, change in changes.items():
        yield Update("voices", key, {"$inc": dict(change)})
    for consultation, change in people.items():
        yield Update("people", consultation, {"$inc": dict(change)})


def _names(document: Document) -> Iterator[str]:
    yield PEOPLE
    yield f"classes.{document['stakeholder']}"
    if document["region"] is not None:
        yield f"regions.{document['region']}"


def _counted(stored: Document) -> Counter[str]:
    found = Counter({PEOPLE: stored.get(PEOPLE, 0)})
    for group in ("classes", "regions"):
        found.update({f"{group}.{name}": number for name, number in stored.get(group, {}).items()})
    return found
