"""Requests and decisions as the product writes them, in any number, for what is measured without its processes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid4, uuid5

from kenes.identity.sealing import Keyring, PersonKey
from schemas.envelope import Event, decision_id
from schemas.payload import Payload
from schemas.petitions.v1 import (
    Assurance,
    Eligibility,
    PrivateEntry,
    Seen,
    SignatureAccepted,
    SignRequested,
)
from schemas.topics import SIGNATURES
from tests.issuer import REGIONS

KEYRING: Final = Keyring(b"k" * 32)
"""The keyring of the products that tests start."""
_NOTE: Final = '{"petition": "00000000-0000-0000-0000-000000000000", "at": "2026-01-01T00:00:00+00:00"}'
_TOLD: Final = '{"given_name": "Айгерім", "family_name": "Серікқызы", "person": "https://id.example/person-123456"}'


def petition_ids(count: int) -> list[str]:
    """Ids that look like those of petitions, the same each time."""
    return [str(uuid5(NAMESPACE_URL, f"bench petition {number}")) for number in range(count)]


def request(petition: str, person: int) -> tuple[bytes, Event[Payload]]:
    """Key and event of one person's request to sign."""
    name = f"person-{person}"
    key = PersonKey(PersonKey.generate())
    data = SignRequested(
        petition=petition,
        signer=KEYRING.pseudonym(petition, name),
        eligibility=Eligibility(age=36, region=REGIONS[0], assurance=Assurance.HIGH, citizen=True),
        listed=False,
        sealed=key.seal(_TOLD, petition),
        mine=_entry(key, petition, name),
        seen=Seen(partition=0, sequence=2),
    )
    event = Event(str(uuid4()), "/petitions", petition, datetime.now(UTC), data)
    return data.signer.encode(), event


def accepted(petitions: list[str], partition: int, count: int) -> Iterator[tuple[bytes, Event[Payload]]]:
    """Keys and events of `count` accepted signatures as they stand on one partition, over some minutes' time."""
    began = datetime.now(UTC).replace(microsecond=0)
    for sequence in range(count):
        petition = petitions[sequence % len(petitions)]
        name = f"person-{partition}-{sequence}"
        key = PersonKey(PersonKey.generate())
        data = SignatureAccepted(
            petition=petition,
            signer=KEYRING.pseudonym(petition, name),
            act=1,
            region=REGIONS[sequence % len(REGIONS)],
            listed=False,
            sealed=key.seal(_TOLD, petition),
            mine=_entry(key, petition, name),
        )
        time = began.replace(minute=sequence * 60 // count)
        name = decision_id(SIGNATURES.name, partition, sequence)
        yield data.signer.encode(), Event(name, "/petitions", petition, time, data, sequence)


def _entry(key: PersonKey, petition: str, name: str) -> PrivateEntry:
    return PrivateEntry(owner=KEYRING.seal_owner(KEYRING.index(name)), entry=key.entry(petition), note=key.seal(_NOTE))
