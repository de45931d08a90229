"""Why a request is refused. The words are stable: clients and translations key on them."""

from enum import StrEnum


class Refusal(StrEnum):
    """A code per reason; `services/petitions/locales` says each in words."""

    PETITION_UNKNOWN = "petition-unknown"
    PETITION_EXISTS = "petition-exists"
    PETITION_NOT_OPEN = "petition-not-open"
    PETITION_CLOSED = "petition-closed"
    NOT_A_DRAFT = "not-a-draft"
    NOT_IN_MODERATION = "not-in-moderation"
    DISCUSSION_TOO_SHORT = "discussion-too-short"
    NOT_DISCUSSED = "not-discussed"
    COMMENT_UNKNOWN = "comment-unknown"
    COMMENT_HIDDEN = "comment-hidden"
    COMMENT_RETRACTED = "comment-retracted"
    ORGANISERS_NOT_ASKED = "organisers-not-asked"
    ORGANISERS_MISSING = "organisers-missing"
    ALREADY_ORGANISER = "already-organiser"
    NOT_ORGANISER = "not-organiser"
    PLACE_NOT_COUNTED = "place-not-counted"
    NOT_COLLECTING = "not-collecting"
    NOT_SUSPENDED = "not-suspended"
    NOT_DUE = "not-due"
    NOT_ALLOWED = "not-allowed"
    TOO_LATE = "too-late"
    NOTHING_OWED = "nothing-owed"
    NOTHING_TO_UNDO = "nothing-to-undo"
    GOAL_NOT_REACHED = "goal-not-reached"
    LOCKED = "locked"
    STALE_REVISION = "stale-revision"
    STALE_VERDICT = "stale-verdict"
    SECOND_PERSON_NEEDED = "second-person-needed"
    REASON_MISSING = "reason-missing"
    REASON_UNKNOWN = "reason-unknown"
    EXPLANATION_MISSING = "explanation-missing"
    SAME_PETITION = "same-petition"
    PAPER_NOT_TAKEN = "paper-not-taken"
    SHEET_ENTERED = "sheet-entered"
    BATCH_UNKNOWN = "batch-unknown"
    STALE_BATCH = "stale-batch"
    PACK_UNKNOWN = "pack-unknown"
    UNIT_UNKNOWN = "unit-unknown"
    TEXT_TOO_LONG = "text-too-long"
    LANGUAGE_MISSING = "language-missing"
    TRANSLATION_COPIED = "translation-copied"
    HIDDEN_CHARACTERS = "hidden-characters"
    LETTERS_MIXED = "letters-mixed"
    TOO_MANY_LINKS = "too-many-links"
    LINK_NOT_ALLOWED = "link-not-allowed"
    LINK_SHORTENED = "link-shortened"
    SUBJECT_PROHIBITED = "subject-prohibited"
    ALREADY_SIGNED = "already-signed"
    NOT_SIGNED = "not-signed"
    OWN_PETITION = "own-petition"
    UNDER_AGE = "under-age"
    BIRTH_DATE_MISSING = "birth-date-missing"
    REGION_MISSING = "region-missing"
    ASSURANCE_TOO_LOW = "assurance-too-low"
    NOT_A_CITIZEN = "not-a-citizen"


TEXT_REFUSALS = (
    Refusal.TEXT_TOO_LONG,
    Refusal.LANGUAGE_MISSING,
    Refusal.TRANSLATION_COPIED,
    Refusal.HIDDEN_CHARACTERS,
    Refusal.LETTERS_MIXED,
    Refusal.TOO_MANY_LINKS,
    Refusal.LINK_NOT_ALLOWED,
    Refusal.LINK_SHORTENED,
    Refusal.SUBJECT_PROHIBITED,
)
"""Why a text cannot be handed in as it is."""
