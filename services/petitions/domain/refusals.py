"""Why a request is refused. The words are stable: clients and translations key on them."""

from enum import StrEnum


class Refusal(StrEnum):
    """A code per reason; `services/petitions/locales` says each in words."""

    PETITION_UNKNOWN = "petition-unknown"
    PETITION_EXISTS = "petition-exists"
    PETITION_NOT_OPEN = "petition-not-open"
    PETITION_CLOSED = "petition-closed"
    NOT_A_DRAFT = "not-a-draft"
    NOT_SUBMITTED = "not-submitted"
    NOT_COLLECTING = "not-collecting"
    NOT_DUE = "not-due"
    NOT_ALLOWED = "not-allowed"
    ALREADY_SIGNED = "already-signed"
    NOT_SIGNED = "not-signed"
    UNDER_AGE = "under-age"
    BIRTH_DATE_MISSING = "birth-date-missing"
    REGION_MISSING = "region-missing"
    ASSURANCE_TOO_LOW = "assurance-too-low"
    NOT_A_CITIZEN = "not-a-citizen"
