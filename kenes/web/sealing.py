"""Secrets handed to a browser: stored as a hash, and what belongs to them sealed under a key only the holder has.

Whoever reads the database finds neither a usable token nor a readable value.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TOKEN_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TEXT_LENGTH: Final = 43  # of 32 bytes in unpadded base64url


def new_token() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(TOKEN_BYTES)


def encode_token(token: bytes) -> str:
    """Unpadded base64url, as it stands in a cookie or a form."""
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


def decode_token(text: str) -> bytes | None:
    """The bytes of a token; None for any text that `encode_token` would not have written."""
    if len(text) != _TEXT_LENGTH:
        return None
    try:
        token = base64.b64decode(text + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return token if encode_token(token) == text else None


def token_hash(token: bytes) -> bytes:
    """What the database keeps: SHA-256. Finding it by equality gives nothing away about a token of 256 random bits."""
    return hashlib.sha256(token).digest()


def seal(token: bytes, purpose: str, value: dict[str, Any]) -> bytes:
    """`value` under AES-256-GCM with a key derived from `token` and `purpose`; the nonce stands first."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key(token, purpose)).encrypt(nonce, orjson.dumps(value), token_hash(token))


def unseal(token: bytes, purpose: str, sealed: bytes) -> dict[str, Any] | None:
    """The value; None where the bytes were not sealed with this token for this purpose."""
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        opened = AESGCM(_key(token, purpose)).decrypt(nonce, ciphertext, token_hash(token))
    except (InvalidTag, ValueError):
        return None
    value: dict[str, Any] = orjson.loads(opened)
    return value


def _key(token: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"kenes {purpose} v1".encode()).derive(token)
