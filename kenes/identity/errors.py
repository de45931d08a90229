"""Why a token was refused. One exception, one closed list of reasons: callers map them, people never parse text."""

from enum import StrEnum


class Reason(StrEnum):
    """The machine-readable code of a refusal; it appears in problem documents, logs and metrics."""

    TOKEN_MALFORMED = "token-malformed"  # noqa: S105 - a code, not a password
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - a code, not a password
    TOKEN_NOT_YET_VALID = "token-not-yet-valid"  # noqa: S105 - a code, not a password
    ISSUER_UNKNOWN = "issuer-unknown"
    AUDIENCE_WRONG = "audience-wrong"
    SIGNATURE_INVALID = "signature-invalid"
    CLAIMS_MISSING = "claims-missing"
    KEYS_UNAVAILABLE = "keys-unavailable"

    @property
    def temporary(self) -> bool:
        """True when the caller did nothing wrong and may try the same token again later (HTTP 503)."""
        return self is Reason.KEYS_UNAVAILABLE


class TokenRefusedError(Exception):
    """A token that is not accepted.

    `detail` is an English sentence for developers. It never repeats anything the token said, because a token
    that was refused is text chosen by a stranger.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
