"""What a client with a refused bearer token is told."""

from __future__ import annotations

from typing import Final

from kenes.identity.errors import Reason, TokenRefusedError
from kenes.web.problems import Problem

_RETRY_AFTER: Final = "5"


def token_problem(error: Exception) -> Problem:
    """401 with the challenge of RFC 6750, or 503 where we, not the client, lack the issuer's keys."""
    if not isinstance(error, TokenRefusedError):
        raise TypeError("only a refused token is told as one") from error
    if error.reason.temporary:
        return Problem(503, error.reason.value, headers={"retry-after": _RETRY_AFTER})
    return Problem(401, error.reason.value, headers={"www-authenticate": _challenge(error.reason)})


def _challenge(reason: Reason) -> str:
    return f'Bearer error="invalid_token", error_description="{reason.value}"'
