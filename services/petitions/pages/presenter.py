"""A petition as the pages show it: texts in the reader's language, the count of this moment, the time that is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kenes.web.charts import Threshold
from kenes.web.formats import HOME_ZONE
from kenes.web.i18n import Translator
from schemas.petitions.v1 import Goal
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePack, RulePacks
from services.petitions.domain.status import Status
from services.petitions.domain.terms import Term
from services.petitions.live import LiveCounts
from services.petitions.pages.regions import region_name

LIVE = "/api/petitions/v1/petitions/{}/live"


@dataclass(frozen=True)
class Presented:
    """What a card or a page needs. `status` is a label and the kind of its tag."""

    petition: Petition
    pack: RulePack
    count: int
    thresholds: list[Threshold]
    status: tuple[str, str]
    deadline: str
    about: str
    addressee: str
    window: str

    @property
    def id(self) -> str:
        """The petition's id."""
        return self.petition.id

    @property
    def href(self) -> str:
        """The address of its page."""
        return f"/petitions/{self.petition.id}"

    @property
    def live(self) -> str:
        """The address of its stream of counts."""
        return LIVE.format(self.petition.id)

    @property
    def collecting(self) -> bool:
        """It can be signed."""
        return self.petition.window.refusal(datetime.now(UTC)) is None

    @property
    def goal(self) -> int:
        """The signatures of the highest goal."""
        return self.petition.goal.signatures


class Presenter:
    """Presents petitions."""

    def __init__(self, packs: RulePacks, counts: LiveCounts) -> None:
        self._packs = packs
        self._counts = counts

    def of(self, petition: Petition, t: Translator, now: datetime | None = None) -> Presented:
        """The petition in the language of `t` at `now` (UTC)."""
        pack = self._packs.pinned(petition.rules)
        count = self._counts.get(petition.id).count
        return Presented(
            petition=petition,
            pack=pack,
            count=count,
            thresholds=thresholds(petition.goals, t),
            status=_status(petition, t),
            deadline=_deadline(petition, t, now or datetime.now(UTC)),
            about=_about(petition, t),
            addressee=pack.addressee[t.language],
            window=term(pack.window, t),
        )


def thresholds(goals: Sequence[Goal], t: Translator) -> list[Threshold]:
    """What so many signatures bring, lowest first."""
    return [Threshold(goal.signatures, t(f"effect.{goal.effect}")) for goal in goals]


def term(length: Term, t: Translator) -> str:
    """A length of time in words."""
    for unit in ("working_days", "days", "weeks", "months"):
        number = getattr(length, unit)
        if number is not None:
            return t(f"term.{unit}", count=number)
    raise ValueError("a term has a length")


_KINDS = {
    Status.COLLECTING: "accent",
    Status.GATHERING: "caution",
    Status.MODERATION: "caution",
    Status.RETURNED: "caution",
    Status.CONSIDERATION: "caution",
    Status.SUSPENDED: "caution",
    Status.ANSWERED: "good",
}


def _status(petition: Petition, t: Translator) -> tuple[str, str]:
    return t(f"status.{petition.status}"), _KINDS.get(petition.status, "neutral")


def _deadline(petition: Petition, t: Translator, now: datetime) -> str:
    """How long it may be signed still, or how long ago it ended; empty before it opens."""
    end = petition.closed_at or petition.closes_at
    if end is None or petition.status in _NOT_COUNTED:
        return ""
    days = (end.astimezone(HOME_ZONE).date() - now.astimezone(HOME_ZONE).date()).days
    if petition.closed_at is not None or end <= now:
        return t("time.days_over", count=-days) if days < 0 else t("deadline.ended_today")
    return t("time.days_left", count=days) if days > 0 else t("time.last_day")


_NOT_COUNTED = (Status.MODERATION, Status.RETURNED, Status.REJECTED, Status.SUSPENDED)


def _about(petition: Petition, t: Translator) -> str:
    text = petition.text
    place = region_name(text.region, t.language) if text.region else t("about.country")
    return f"{t(f'category.{text.category}')} · {place}"


_CODED = ("closed", "answered")
"""Milestones whose reason is a code; of the others it is what somebody wrote, or a number."""


def why(what: str, reason: str | None, t: Translator) -> str:
    """The reason of a milestone in words; empty where it has none."""
    if reason is None:
        return ""
    if what in _CODED:
        return t(f"story.reason.{reason}")
    return t("story.reached.body", count=int(reason)) if what == "reached" else reason
