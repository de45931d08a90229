"""Comments as the pages show them: by whom, what became of them, what was answered, and how people voted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kenes.identity.person import Person
from kenes.web.i18n import Translator
from schemas.consultations.parts import ReplyOutcome
from schemas.parts import Statement
from services.consultations.domain.comment import Standing
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.rules import ConsultationPack
from services.consultations.pages.site import ConsultationSite
from services.consultations.reading import Comment
from services.consultations.threads import Thread
from services.consultations.words import Words, read_in

OUTCOMES: Final = {ReplyOutcome.ACCEPTED: "good", ReplyOutcome.PARTLY: "good", ReplyOutcome.DECLINED: "bad"}


@dataclass(frozen=True)
class Answer:
    """What the body said to a comment. `kind` is that of the tag of its outcome."""

    outcome: str
    statement: Words
    at: Any
    kind: str = "neutral"


@dataclass(frozen=True)
class ShownComment:
    """One comment for one reader. `vote` is what the reader said; `why` tells why it is hidden.

    `version` counts all votes ever made on it: which of two counts is the newer.
    """

    comment: Comment
    name: str | None
    mine: bool
    vote: str | None
    votes: dict[str, int]
    version: int
    answer: Answer | None
    why: tuple[str, str] | None

    @property
    def id(self) -> str:
        """The comment's id."""
        return self.comment.id

    @property
    def href(self) -> str:
        """The address that leads to it, whatever page it stands on."""
        return f"/consultations/{self.comment.consultation}/comments/{self.comment.id}"

    @property
    def shown(self) -> bool:
        """Everybody may read it."""
        return self.comment.standing is Standing.SHOWN


@dataclass(frozen=True)
class ShownThread:
    """A comment with those replies that stand below it; `count` there are in all."""

    head: ShownComment
    replies: tuple[ShownComment, ...]
    count: int
    whole: bool


class Showing:
    """Shows comments of one consultation to one reader, a visitor or somebody signed in."""

    def __init__(
        self, site: ConsultationSite, consultation: Consultation, t: Translator, person: Person | None
    ) -> None:
        self._site = site
        self._consultation = consultation
        self._t = t
        self._me = None if person is None else site.keyring.pseudonym(consultation.id, person.id)

    async def all(self, comments: Iterable[Comment], votes: Mapping[str, str]) -> dict[str, ShownComment]:
        """By id; `votes` are the reader's own."""
        found = await self._site.ledger.with_answers(comments)
        known = await self._site.names.of(each for each in found if each.standing is Standing.SHOWN)
        return {each.id: self._one(each, known.get(each.id), votes.get(each.id)) for each in found}

    async def threads(self, threads: Iterable[Thread], votes: Mapping[str, str]) -> list[ShownThread]:
        """Whole threads."""
        found = list(threads)
        shown = await self.all((each for thread in found for each in (thread.head, *thread.replies)), votes)
        return [
            ShownThread(shown[each.head.id], tuple(shown[reply.id] for reply in each.replies), each.count, each.whole)
            for each in found
        ]

    def _one(self, comment: Comment, name: str | None, vote: str | None) -> ShownComment:
        tally = self._site.votes.of(comment.consultation, comment.id)
        return ShownComment(
            comment=comment,
            name=name,
            mine=comment.author == self._me,
            vote=vote,
            votes=tally.view(),
            version=tally.acts,
            answer=answer_of(comment, self._t),
            why=self._why(comment),
        )

    def _why(self, comment: Comment) -> tuple[str, str] | None:
        hidden = comment.document["hidden"]
        if hidden is None:
            return None
        pack = self._site.packs.pinned(self._consultation.rules)
        return reason_name(hidden["reason"], pack, self._t), hidden["explanation"]


def answer_of(comment: Comment, t: Translator) -> Answer | None:
    """The official reply, if there is one."""
    reply = comment.document["reply"]
    if reply is None:
        return None
    statement = Statement.model_validate(reply["statement"])
    kind = OUTCOMES.get(reply["outcome"], "neutral")
    return Answer(t(f"outcome.{reply['outcome']}"), read_in(statement, t.language), reply["at"], kind)


def reason_name(code: str, pack: ConsultationPack, t: Translator) -> str:
    """Why a comment may be hidden, as the rule pack names it."""
    for reason in pack.hiding:
        if reason.code == code:
            return str(reason.name[t.language])
    return code
