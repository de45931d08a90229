"""A petition as the pages show it: texts in the reader's language, the count of this moment, the time that is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from kenes.home import home_day
from kenes.regions import place_name, region_name
from kenes.web.charts import Threshold
from kenes.web.i18n import Translator
from schemas.petitions.v1 import Goal, Wording
from schemas.terms import Term
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePack, RulePacks
from services.petitions.domain.status import Status
from services.petitions.live import LiveCounts
from services.petitions.pages.addressing import regions_of

LIVE = "/api/petitions/v1/petitions/{}/live"


@dataclass(frozen=True)
class Presented:
    """What a card or a page needs, at `now` (UTC), in the language of `t`. What is not shown is not put into words."""

    petition: Petition
    pack: RulePack
    count: int
    t: Translator
    now: datetime

    @cached_property
    def on_paper(self) -> int:
        """Signatures on paper that count toward the goals."""
        return self.petition.on_paper if self.pack.paper is not None and self.pack.paper.counts else 0

    @cached_property
    def text(self) -> Wording:
        """In the reader's language, where the author wrote it in that."""
        return self.petition.text.read_in(self.t.language)

    @cached_property
    def thresholds(self) -> list[Threshold]:
        """What so many signatures bring, lowest first."""
        return thresholds(self.petition.goals, self.t, self.on_paper)

    @cached_property
    def status(self) -> tuple[str, str]:
        """A label, and the kind of its tag."""
        return self.t(f"status.{self.petition.status}"), _KINDS.get(self.petition.status, "neutral")

    @cached_property
    def deadline(self) -> str:
        """How long it may be signed still, or how long ago it ended; empty before it opens."""
        return _deadline(self.petition, self.t, self.now)

    @cached_property
    def about(self) -> str:
        """What it is about, and where it belongs."""
        text = self.petition.text
        where = place(self.pack, self.petition.unit, text.region, self.t)
        return f"{self.t(f'category.{text.category}')} · {where}"

    @cached_property
    def addressee(self) -> str:
        """Who must answer."""
        return self.pack.addressed(self.petition.unit)[self.t.language]

    @cached_property
    def window(self) -> str:
        """How long signatures are collected."""
        return term(self.pack.window, self.t)

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
        """It can be signed; what was put away is not offered any more."""
        return self.petition.status is not Status.ARCHIVED and self.petition.window.refusal(datetime.now(UTC)) is None

    @property
    def counted(self) -> int:
        """All signatures that count toward the goals."""
        return self.count + self.on_paper

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
        pack, count = self._packs.pinned(petition.rules), self._counts.get(petition.id).count
        return Presented(petition, pack, count, t, now or datetime.now(UTC))


def thresholds(goals: Sequence[Goal], t: Translator, on_paper: int = 0) -> list[Threshold]:
    """What so many signatures bring, lowest first. The meter shows those made here: it ends by `on_paper` sooner."""
    return [
        Threshold(max(goal.signatures - on_paper, 1), t(f"effect.{goal.effect}"), told=goal.signatures)
        for goal in goals
    ]


def term(length: Term, t: Translator) -> str:
    """A length of time in words."""
    for unit in ("working_days", "days", "weeks", "months"):
        number = getattr(length, unit)
        if number is not None:
            return t(f"term.{unit}", count=number)
    raise ValueError("a term has a length")


_KINDS = {
    Status.COLLECTING: "accent",
    Status.DISCUSSION: "accent",
    Status.GATHERING: "caution",
    Status.MODERATION: "caution",
    Status.RETURNED: "caution",
    Status.CONSIDERATION: "caution",
    Status.SUSPENDED: "caution",
    Status.ANSWERED: "good",
}


def _deadline(petition: Petition, t: Translator, now: datetime) -> str:
    end = petition.closed_at or petition.closes_at
    if end is None or petition.status in _NOT_COUNTED:
        return ""
    days = (home_day(end) - home_day(now)).days
    if petition.closed_at is not None or end <= now:
        return t("time.days_over", count=-days) if days < 0 else t("deadline.ended_today")
    return t("time.days_left", count=days) if days > 0 else t("time.last_day")


_NOT_COUNTED = (Status.MODERATION, Status.RETURNED, Status.REJECTED, Status.SUSPENDED)


def place(pack: RulePack, unit: str | None, region: str | None, t: Translator) -> str:
    """Where a petition belongs: to the unit whose body is asked, else to the region that it names, else to all of it.

    A country other than that of the regions we know is called by its name.
    """
    if found := pack.unit(unit):
        return found.name[t.language]
    if region:
        return region_name(region, t.language)
    return t("about.country") if regions_of(pack, t.language) else place_name(pack.jurisdiction, t.language)


_CODED = ("closed", "answered")
"""Milestones whose reason is a code; of the others it is what somebody wrote, or a number."""


_COUNTED = ("reached", "paper-entered")
"""Milestones whose reason is a number of signatures."""


def why(what: str, reason: str | None, t: Translator) -> str:
    """The reason of a milestone in words; empty where it has none."""
    if reason is None:
        return ""
    if what in _CODED:
        return t(f"story.reason.{reason}")
    if what in _COUNTED:
        return t(f"story.{what}.body", count=int(reason))
    return reason
