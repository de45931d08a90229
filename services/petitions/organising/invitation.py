"""The link by which organisers are invited: whoever has it may read the text and stand behind it."""

import hmac

from kenes.identity.sealing import Keyring


def invitation_code(keyring: Keyring, petition: str) -> str:
    """The last part of the link: 22 letters that nobody can guess, the same for the petition's whole life."""
    return keyring.pseudonym(f"organisers of {petition}", "invitation")


def is_invited(keyring: Keyring, petition: str, code: str) -> bool:
    """Whether a code is the petition's own."""
    return hmac.compare_digest(invitation_code(keyring, petition).encode(), code.encode())
