"""What a person wrote and said themselves, found by what only their own key can name."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring, PersonKey, UnsealError
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.mongo.folding import Lookup, find_in
from kenes.mongo.private_entries import entry_range
from kenes.mongo.projection import LiveCollections
from kenes.mongo.vault import Vault
from schemas.consultations.parts import Stakeholder
from schemas.consultations.votes import Voted
from services.consultations.reading import Comment
from services.consultations.recent import RecentComments


@dataclass(frozen=True)
class Said:
    """What somebody voted in one consultation, by comment, and for whom they spoke last."""

    stakeholder: Stakeholder
    votes: dict[str, str]


@dataclass(frozen=True)
class Own:
    """Reads for one person at a time. What they have just done is never missing."""

    live: LiveCollections
    comments: Decisions
    votes: Decisions
    vault: Vault
    keyring: Keyring

    async def written(self, person: Person) -> list[Comment]:
        """The person's comments, the latest first; what they took back, too."""
        key = await self.vault.find(person.id)
        if key is None:
            return []
        ids = [note["comment"] for note in await self._notes(person, key)]
        stored = await find_in(await self.live.of("comments"), Lookup("comments", "_id", ids))
        recent = RecentComments(self.comments)
        known = {each["_id"] for each in stored}
        fresh = [
            each
            for each in recent.posted()
            if each["_id"] not in known and each["author"] == self.keyring.pseudonym(each["consultation"], person.id)
        ]
        found = [Comment.of(each) for each in (*recent.current(stored), *fresh)]
        return sorted(found, key=lambda each: each.at, reverse=True)

    async def said(self, person: Person, consultations: Sequence[str]) -> dict[str, Said]:
        """The person's votes in each of these consultations where they voted."""
        voters = {self.keyring.pseudonym(each, person.id): each for each in consultations}
        ballots = await find_in(await self.live.of("ballots"), Lookup("ballots", "_id", voters))
        said = {voters[each["_id"]]: _said(each) for each in ballots}
        for decision in self.votes.latest():
            data = decision.data
            if isinstance(data, Voted) and (consultation := voters.get(data.voter)) is not None:
                before = said.get(consultation)
                votes = {} if before is None else before.votes
                said[consultation] = Said(data.stakeholder, votes | {data.comment: str(data.vote)})
        return said

    async def _notes(self, person: Person, key: PersonKey) -> list[Document]:
        entries = (await self.live.of("written")).find({"_id": entry_range(self.keyring.index(person.id))})
        notes: list[Document] = []
        async for entry in entries:
            # What was written before the person was erased stands under the same index, and is noise.
            with suppress(UnsealError):
                notes.append(json.loads(key.open(entry["note"])))
        return notes


def _said(ballot: Document) -> Said:
    return Said(Stakeholder(ballot["stakeholder"]), dict(ballot.get("votes", {})))
