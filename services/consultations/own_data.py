"""Everything the service holds about a person, as one document: what they wrote, and what they voted."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel

from kenes.identity.person import Person
from kenes.service.own_data import DataElsewhere
from kenes.web.i18n import Translator
from services.consultations.own import Own
from services.consultations.queries import Queries
from services.consultations.reading import Comment


class DataComment(BaseModel):
    """A comment as it is held, whatever became of it. `text` is empty once it was taken back."""

    comment: str
    consultation: str
    pseudonym: str
    clause: str
    version: int
    parent: str | None
    stakeholder: str
    verified: bool
    region: str | None
    language: str
    text: str
    listed: bool
    at: datetime
    standing: str


class DataComments(BaseModel):
    """All comments."""

    what: str
    items: list[DataComment]


class DataBallot(BaseModel):
    """The person's votes in one consultation, by comment, and for whom they spoke last."""

    consultation: str
    pseudonym: str
    stakeholder: str
    votes: dict[str, str]


class DataVotes(BaseModel):
    """All votes."""

    what: str
    items: list[DataBallot]


class MyData(BaseModel):
    """What the consultations service holds about the person; each part says what it is."""

    made_at: datetime
    what: str
    comments: DataComments
    votes: DataVotes
    elsewhere: DataElsewhere


@dataclass(frozen=True)
class OwnData:
    """Tells people what is held about them, as a file and by the API."""

    own: Own
    queries: Queries

    async def told(self, person: Person, t: Translator) -> MyData:
        """All of it, described in the language of `t`."""
        written = await self.own.written(person)
        said = await self.own.said(person, [each.id for each in await self.queries.consultations()])
        pseudonym = self.own.keyring.pseudonym
        return MyData(
            made_at=datetime.now(UTC),
            what=t("data.what"),
            comments=DataComments(what=t("data.comments"), items=[_comment(each) for each in written]),
            votes=DataVotes(
                what=t("data.votes"),
                items=[
                    DataBallot(
                        consultation=consultation,
                        pseudonym=pseudonym(consultation, person.id),
                        stakeholder=each.stakeholder,
                        votes=each.votes,
                    )
                    for consultation, each in said.items()
                ],
            ),
            elsewhere=DataElsewhere(what=t("data.elsewhere")),
        )


def _comment(comment: Comment) -> DataComment:
    document = comment.document
    return DataComment(
        comment=comment.id,
        consultation=comment.consultation,
        pseudonym=comment.author,
        clause=comment.clause,
        version=comment.version,
        parent=comment.parent,
        stakeholder=comment.stakeholder,
        verified=comment.verified,
        region=document["region"],
        language=comment.language,
        text=comment.text,
        listed=document["listed"],
        at=comment.at,
        standing=comment.standing,
    )
