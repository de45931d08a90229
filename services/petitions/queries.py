"""Reads for the API and the pages. What a client has just done is never missing from what it reads next."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any
from weakref import WeakValueDictionary

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring, UnsealError
from kenes.kafka.records import Receipt
from kenes.kafka.waiting import Decisions
from kenes.mongo import private_entries
from kenes.mongo.client import Database, Document
from kenes.mongo.folding import Lookup, find_in
from kenes.mongo.private_entries import entry_key, entry_range
from kenes.mongo.projection import LiveCollections, Projection
from kenes.mongo.vault import Vault
from kenes.service.answers import ReceiptView
from kenes.service.receipt_reads import stored_receipt
from schemas.envelope import sequence_of
from schemas.petitions.v1 import Commented, Created, OrganiserJoined, SignatureAccepted, SignatureWithdrawn
from services.petitions.answering.desk import DutyReads
from services.petitions.answering.export import SignerLists
from services.petitions.answering.handing import Handing
from services.petitions.directory import Directory
from services.petitions.discussion.reads import DiscussionReads
from services.petitions.domain.evolution import evolve
from services.petitions.domain.petition import Petition
from services.petitions.moderation.reads import ModerationReads
from services.petitions.projection import history_range, load_petition, tally_ids
from services.petitions.search.following import Search
from services.petitions.search.wanted import Filter

_Act = Created | Commented | OrganiserJoined
"""What leaves an entry among a person's own."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A line of a person's own page. `signed` is false once withdrawn.

    `listed` and `region` are of the signature; `None` where the last act does not tell.
    """

    petition: str
    at: datetime
    signed: bool
    listed: bool | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class TookPart:
    """A comment of a person's own, or that they stood behind a petition: `what` tells which. `at` is ISO 8601."""

    petition: str
    at: str
    what: str
    listed: bool
    text: str | None = None


class Queries:
    """Reads the projections' live versions."""

    def __init__(
        self,
        database: Database,
        projections: Sequence[Projection],
        *,
        keyring: Keyring,
        vault: Vault,
        directory: Directory,
        search: Search,
        recent: Decisions,
        recent_signatures: Decisions,
    ) -> None:
        self._live = LiveCollections(database, projections)
        self._keyring = keyring
        self._vault = vault
        self._directory = directory
        self.search = search
        self._recent = recent
        self._recent_signatures = recent_signatures
        # By the last decision folded into them: while somebody has one, it is that object, and is not read again.
        self._folded: WeakValueDictionary[tuple[str, int], Petition] = WeakValueDictionary()
        self.discussions = DiscussionReads(self._live, recent)
        self.moderation = ModerationReads(database, projections)
        self.duties = DutyReads(database, projections)
        self.signers = Handing(SignerLists(database, projections, keyring, vault), database, keyring)

    async def petition(self, petition: str) -> Petition | None:
        """A petition with every decision this process knows of, also those the projection has yet to fold."""
        listing = self._directory.get(petition)
        known = None if listing is None else self._folded.get((petition, listing.sequence))
        if known is not None:
            return known
        return self._current(petition, await (await self._live.of("petitions")).find_one({"_id": petition}))

    def _current(self, petition: str, document: Document | None) -> Petition | None:
        found = None if document is None else self._loaded(document)
        folded = -1 if document is None else document["s"]
        listing = self._directory.get(petition)
        if listing is None or listing.sequence <= folded:
            return found
        newer = [
            decision
            for decision in self._recent.latest()
            if decision.event.subject == petition and sequence_of(decision.event) > folded
        ]
        return reduce(lambda state, decision: evolve(state, decision.data, decision.event.time), newer, found)

    def _loaded(self, document: Document) -> Petition:
        place = (document["_id"], document["s"])
        petition = self._folded.get(place)
        if petition is None:
            petition = self._folded[place] = load_petition(document)
        return petition

    async def petitions(self, wanted: Filter) -> list[Petition]:
        """Petitions that pass a filter: with words the best match first, else the newest opened."""
        return await self.search.petitions(wanted)

    async def similar(self, text: str, limit: int) -> list[Petition]:
        """Petitions about what a title or text is about, the most alike first."""
        return await self.search.similar(text, limit)

    async def by_ids(self, ids: Sequence[str]) -> list[Petition]:
        """Petitions by id as `petition` gives them, in the order asked; unknown ids are left out."""
        stored = await find_in(await self._live.of("petitions"), Lookup("petitions", "_id", ids))
        documents = {document["_id"]: document for document in stored}
        found = (self._current(petition, documents.get(petition)) for petition in ids)
        return [petition for petition in found if petition is not None]

    async def petition_receipt(self, receipt: Receipt) -> ReceiptView | None:
        """What became of a life-cycle request, or `None` while it is undecided."""
        return await self._receipt("petition_receipts", receipt)

    async def signature_receipt(self, receipt: Receipt) -> ReceiptView | None:
        """What became of a signature request, or `None` while it is undecided."""
        return await self._receipt("signatures", receipt)

    async def _receipt(self, collection: str, receipt: Receipt) -> ReceiptView | None:
        return await stored_receipt(await self._live.of(collection), receipt, "petition")

    async def history(self, petition: str) -> dict[datetime, dict[str, int]]:
        """Accepted minus withdrawn signatures by minute (UTC) and region."""
        minutes: dict[datetime, dict[str, int]] = {}
        async for document in (await self._live.of("history")).find({"_id": history_range(petition)}):
            for minute, acts in document["minutes"].items():
                at = datetime.fromisoformat(f"{document['hour']}:{minute}:00+00:00")
                regions = minutes.setdefault(at, {})
                for sign, what in ((1, "accepted"), (-1, "withdrawn")):
                    for region, number in acts.get(what, {}).items():
                        regions[region] = regions.get(region, 0) + sign * number
        return dict(sorted(minutes.items()))

    async def standing(self, petition: str, person: Person) -> bool | None:
        """Whether the person's signature on this petition counts.

        `None` where nothing under the person's key tells: nobody signed, or somebody who was erased since.
        """
        signer = self._keyring.pseudonym(petition, person.id)
        for decision in reversed(self._recent_signatures.latest()):
            if isinstance(decision.data, SignatureAccepted | SignatureWithdrawn) and decision.data.signer == signer:
                return isinstance(decision.data, SignatureAccepted)
        key = await self._vault.find(person.id)
        if key is None:
            return None
        entry = entry_key(self._keyring.index(person.id), key.entry(petition))
        found = await (await self._live.of("signed")).find_one({"_id": entry})
        return None if found is None else bool(found["signed"])

    async def signed_by(self, person: Person) -> list[Signed]:
        """What the person signed, the latest first."""
        key = await self._vault.find(person.id)
        if key is None:
            return []
        signed = {
            entry["_id"][-private_entries.LENGTH :].decode(): (note, entry["signed"])
            for note, entry in await self._entries("signed", person)
        }
        for decision in self._recent_signatures.latest():
            data = decision.data
            if not isinstance(data, SignatureAccepted | SignatureWithdrawn):
                continue
            if data.mine.entry in signed or key.entry(decision.event.subject) == data.mine.entry:
                # Not yet projected, or not yet projected again.
                signed[data.mine.entry] = (json.loads(key.open(data.mine.note)), isinstance(data, SignatureAccepted))
        lines = [_line(note, on) for note, on in signed.values()]
        return sorted(lines, key=lambda line: line.at, reverse=True)

    async def authored_by(self, person: Person) -> list[str]:
        """Ids of the petitions the person started, the latest first."""
        return [note["petition"] for note in await self._notes("authored", person, Created)]

    async def took_part(self, person: Person) -> list[TookPart]:
        """The person's comments and petitions they stood behind, the latest first."""
        return [TookPart(**note) for note in await self._notes("took_part", person, Commented, OrganiserJoined)]

    async def _notes(self, collection: str, person: Person, *kinds: type[_Act]) -> list[Any]:
        """The notes of a person's acts, the latest first, with those of decisions that are not folded yet."""
        key = await self._vault.find(person.id)
        if key is None:
            return []
        notes = {entry["_id"]: note for note, entry in await self._entries(collection, person)}
        for decision in self._recent.latest():
            if isinstance(decision.data, kinds):
                mine = decision.data.mine
                # Others' notes do not open under this person's key.
                with suppress(UnsealError):
                    notes[entry_key(self._keyring.index(person.id), mine.entry)] = json.loads(key.open(mine.note))
        return sorted(notes.values(), key=lambda note: str(note["at"]), reverse=True)

    async def _entries(self, collection: str, person: Person) -> list[tuple[Any, Document]]:
        key = await self._vault.find(person.id)
        if key is None:
            return []
        cursor = (await self._live.of(collection)).find({"_id": entry_range(self._keyring.index(person.id))})
        entries = []
        async for entry in cursor:
            # What was written before the person was erased stands under the same index, and is noise.
            with suppress(UnsealError):
                entries.append((json.loads(key.open(entry["note"])), entry))
        return sorted(entries, key=lambda pair: str(pair[0]["at"]), reverse=True)

    async def latest_names(self, petition: str, limit: int) -> list[str]:
        """Public names of the latest signers who chose to be listed: first name and initial."""
        cursor = (await self._live.of("tallies")).find({"_id": {"$in": tally_ids(petition)}}, {"latest": 1})
        listed = [each async for tally in cursor for each in tally.get("latest", ())]
        latest = sorted(listed, key=lambda each: each["at"], reverse=True)[:limit]
        names = [await self.public_name(each["owner"], each["sealed"], petition) for each in latest]
        return [name for name in names if name]

    async def public_name(self, owner: str, sealed: str, petition: str) -> str | None:
        """First name and initial of who sealed this, or `None` once that person was erased."""
        key = await self._vault.key_at(self._keyring.open_owner(owner))
        if key is None:
            return None
        try:
            told = json.loads(key.open(sealed, petition))
        except UnsealError:
            return None
        initial = f"{told['family_name'][:1].upper()}." if told["family_name"] else ""
        return f"{told['given_name']} {initial}".strip() or None


def _line(note: dict[str, Any], signed: bool) -> Signed:
    at = datetime.fromisoformat(note["at"])
    return Signed(note["petition"], at, signed, note.get("listed"), note.get("region"))
