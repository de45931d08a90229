"""Stores of one process, in the place of the database's; the tests of the real ones keep them to the same promises."""

from dataclasses import replace
from datetime import datetime

from kenes.mail.links import StoredLink
from kenes.web.confirmations import StoredConfirmation
from kenes.web.sessions import StoredSession


class MemorySessionStore:
    """Sessions in memory."""

    def __init__(self) -> None:
        self.sessions: dict[bytes, StoredSession] = {}

    async def create(self, stored: StoredSession) -> None:
        self.sessions[stored.id] = stored

    async def read(self, session_id: bytes, now: datetime) -> StoredSession | None:
        stored = self.sessions.get(session_id)
        return stored if stored is not None and stored.expires > now else None

    async def replace(self, session_id: bytes, sealed: bytes) -> bool:
        stored = self.sessions.get(session_id)
        if stored is None:
            return False
        self.sessions[session_id] = replace(stored, sealed=sealed)
        return True

    async def touch(self, session_id: bytes, expires: datetime) -> None:
        stored = self.sessions.get(session_id)
        if stored is not None:
            self.sessions[session_id] = replace(stored, expires=expires)

    async def delete(self, session_id: bytes) -> None:
        self.sessions.pop(session_id, None)

    async def owned(self, owner: bytes, now: datetime) -> list[datetime]:
        return sorted(each.expires for each in self.sessions.values() if each.owner == owner and each.expires > now)

    async def delete_owned(self, owner: bytes) -> int:
        owned = [key for key, stored in self.sessions.items() if stored.owner == owner]
        for key in owned:
            del self.sessions[key]
        return len(owned)

    async def sweep(self, now: datetime, limit: int) -> int:
        expired = [key for key, stored in self.sessions.items() if stored.expires <= now][:limit]
        for key in expired:
            del self.sessions[key]
        return len(expired)


class MemoryConfirmationStore:
    """Confirmations in memory."""

    def __init__(self) -> None:
        self.confirmations: dict[bytes, StoredConfirmation] = {}

    async def create(self, stored: StoredConfirmation) -> None:
        self.confirmations[stored.id] = stored

    async def read(self, confirmation_id: bytes) -> StoredConfirmation | None:
        return self.confirmations.get(confirmation_id)

    async def spend(self, confirmation_id: bytes) -> bool:
        stored = self.confirmations.get(confirmation_id)
        if stored is None or stored.used:
            return False
        self.confirmations[confirmation_id] = replace(stored, used=True)
        return True

    async def sweep(self, now: datetime, limit: int) -> int:
        expired = [key for key, stored in self.confirmations.items() if stored.expires <= now][:limit]
        for key in expired:
            del self.confirmations[key]
        return len(expired)


class MemoryLinkStore:
    """Links in memory."""

    def __init__(self) -> None:
        self.links: dict[bytes, StoredLink] = {}

    async def create(self, stored: StoredLink) -> None:
        self.links[stored.id] = stored

    async def read(self, link_id: bytes) -> StoredLink | None:
        return self.links.get(link_id)

    async def spend(self, link_id: bytes) -> bool:
        stored = self.links.get(link_id)
        if stored is None or stored.used:
            return False
        self.links[link_id] = replace(stored, used=True)
        return True

    async def to_mailbox(self, mailbox: bytes, since: datetime) -> int:
        return sum(each.mailbox == mailbox and each.issued > since for each in self.links.values())

    async def by_client(self, client: bytes, since: datetime) -> int:
        return sum(each.client == client and each.issued > since for each in self.links.values())

    async def discard(self, link_id: bytes) -> None:
        self.links.pop(link_id, None)

    async def forget(self, mailbox: bytes) -> None:
        self.links = {key: each for key, each in self.links.items() if each.mailbox != mailbox}

    async def sweep(self, now: datetime, limit: int) -> int:
        expired = [key for key, stored in self.links.items() if stored.expires <= now][:limit]
        for key in expired:
            del self.links[key]
        return len(expired)
