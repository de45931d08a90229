"""Pseudonyms and sealed text. Personal data leaves a process only in these forms.

Everything derives from one master key by HKDF (RFC 5869); text is sealed with AES-256-GCM under random nonces.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12
DIGEST = 16


class UnsealError(ValueError):
    """The text was not sealed under this key, or was changed."""


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    """Raises `UnsealError`. The decoder's default would pass over what is not base64url, and read it as unchanged."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise UnsealError("not sealed text") from error


def _digest(key: bytes, *parts: str) -> bytes:
    return hmac.digest(key, "\x1f".join(parts).encode(), hashlib.sha256)


class Box:
    """Seals under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _cipher(self) -> AESGCM:
        # Made in a microsecond whenever it is used: it has 2.5 kB, and a process remembers thousands of people's keys.
        return AESGCM(self._key)

    def seal_bytes(self, data: bytes, context: bytes = b"") -> bytes:
        """Nonce and ciphertext. `context` is not kept, but must be the same to open."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher().encrypt(nonce, data, context)

    def open_bytes(self, sealed: bytes, context: bytes = b"") -> bytes:
        """What was sealed; raises `UnsealError`."""
        try:
            return self._cipher().decrypt(sealed[:NONCE], sealed[NONCE:], context)
        except (InvalidTag, ValueError) as error:
            raise UnsealError("not sealed under this key, or changed") from error

    def seal(self, text: str, context: str = "") -> str:
        """Sealed text, base64url."""
        return _b64(self.seal_bytes(text.encode(), context.encode()))

    def open(self, sealed: str, context: str = "") -> str:
        """What was sealed by `seal`; raises `UnsealError`."""
        return self.open_bytes(_unb64(sealed), context.encode()).decode()


class PersonKey(Box):
    """A person's own key. Destroying it erases, everywhere, what was sealed under it."""

    def __init__(self, key: bytes) -> None:
        super().__init__(key)
        self._naming = hmac.digest(key, b"entry", hashlib.sha256)

    @staticmethod
    def generate() -> bytes:
        """32 random bytes."""
        return os.urandom(32)

    def entry(self, subject: str) -> str:
        """A name for the person's act on `subject` that only this key can derive."""
        return _b64(_digest(self._naming, subject)[:DIGEST])


class Keyring:
    """The keys that derive from the master key."""

    def __init__(self, master: bytes) -> None:
        self._pseudonyms = self._derive(master, b"pseudonyms")
        self._people = self._derive(master, b"people")
        self._owners = Box(self._derive(master, b"owners"))
        self._wrapping = Box(self._derive(master, b"person keys"))
        self._boxes = self._derive(master, b"boxes")
        self._subject_key = lru_cache(maxsize=4096)(lambda subject: _digest(self._pseudonyms, subject))

    @staticmethod
    def _derive(master: bytes, label: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"kenes " + label).derive(master)

    def pseudonym(self, subject: str, person: str) -> str:
        """The person's name on one subject (a petition, a consultation). By themselves two cannot be joined."""
        return _b64(_digest(self._subject_key(subject), person)[:DIGEST])

    def index(self, person: str) -> bytes:
        """Under which a person's key and entries are kept. Never leaves the database."""
        return _digest(self._people, person)[:DIGEST]

    def seal_owner(self, index: bytes) -> str:
        """A person's index for a topic: different each time."""
        return _b64(self._owners.seal_bytes(index))

    def open_owner(self, owner: str) -> bytes:
        """The index in a sealed owner; raises `UnsealError`."""
        return self._owners.open_bytes(_unb64(owner))

    def box(self, purpose: str) -> Box:
        """What seals texts of the service's own for one purpose: nobody else can open or make them."""
        return Box(_digest(self._boxes, purpose))

    def wrap(self, index: bytes, key: bytes) -> bytes:
        """A person's key as it is stored."""
        return self._wrapping.seal_bytes(key, index)

    def unwrap(self, index: bytes, wrapped: bytes) -> PersonKey:
        """A person's stored key; raises `UnsealError`."""
        return PersonKey(self._wrapping.open_bytes(wrapped, index))
