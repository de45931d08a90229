"""Names that clients give to what they make (`Idempotency-Key`), so that asking again makes nothing twice."""

from typing import Final
from uuid import NAMESPACE_URL, uuid4, uuid5

from starlette.requests import Request

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.web.openapi import Parameter
from kenes.web.problems import Problem

_HEADER: Final = "Idempotency-Key"
KEY_MALFORMED: Final = "idempotency-key-malformed"

IDEMPOTENCY: Final = Parameter(_HEADER, "The same key of the same person names the same thing.", where="header")


def idempotency_key(request: Request) -> str | None:
    """The client's name for what it makes, `None` where it gives none.

    Raises 400 for an empty one and for several: a client that sends them would name all it makes the same, or be
    understood in two ways.
    """
    given = request.headers.getlist(_HEADER)
    if not given:
        return None
    if len(given) > 1 or not given[0].strip():
        raise Problem(400, KEY_MALFORMED)
    return given[0].strip()


def new_id(keyring: Keyring, among: str, person: Person, key: str | None) -> str:
    """The id of something new. The same `key` of the same person names the same thing `among` what has that name."""
    if key is None:
        return str(uuid4())
    return str(uuid5(NAMESPACE_URL, f"{keyring.pseudonym(among, person.id)}/{key}"))
