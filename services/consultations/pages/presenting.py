"""A consultation as the pages show it: words in the reader's language, where it stands, and the time that is left."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from kenes.bodies import body_name
from kenes.home import home_day
from kenes.web.i18n import Translator
from services.consultations.domain.consultation import Consultation, Status
from services.consultations.words import Words, read_in

KINDS: Final = {Status.OPEN: "accent", Status.ANSWERING: "caution", Status.REPORTED: "good"}


@dataclass(frozen=True)
class Shown:
    """What a card or a page needs. `status` is a label and the kind of its tag; `left` is empty once nothing runs."""

    consultation: Consultation
    title: Words
    status: tuple[str, str]
    left: str
    body: str
    kind: str

    @property
    def id(self) -> str:
        """The consultation's id."""
        return self.consultation.id

    @property
    def href(self) -> str:
        """The address of its page."""
        return f"/consultations/{self.consultation.id}"

    @property
    def open(self) -> bool:
        """People are heard now."""
        return is_open(self.consultation, datetime.now(UTC))


def present(consultation: Consultation, t: Translator, now: datetime | None = None) -> Shown:
    """The consultation in the language of `t` at `now` (UTC)."""
    return Shown(
        consultation=consultation,
        title=read_in(consultation.title, t.language),
        status=(t(f"status.{consultation.status}"), KINDS.get(consultation.status, "neutral")),
        left=_left(consultation, t, now or datetime.now(UTC)),
        body=body_name(consultation.body, t.language),
        kind=t(f"kind.{consultation.kind}"),
    )


def is_open(consultation: Consultation, now: datetime) -> bool:
    """Whether people are heard at `now`; the clock may say so a moment later."""
    closes_at = consultation.closes_at
    return consultation.status is Status.OPEN and closes_at is not None and now < closes_at


def _left(consultation: Consultation, t: Translator, now: datetime) -> str:
    if consultation.status is Status.ANSWERING and consultation.duty is not None:
        return t("consultation.report_due", when=home_day(consultation.duty.due_at))
    if consultation.status is not Status.OPEN or consultation.closes_at is None:
        return ""
    days = (home_day(consultation.closes_at) - home_day(now)).days
    if now >= consultation.closes_at:
        return t("consultation.time_over")
    return t("time.days_left", count=days) if days > 0 else t("time.last_day")
