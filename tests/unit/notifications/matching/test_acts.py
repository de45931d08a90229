"""Who acted is told what became of it: their comment, its clause in a new version, what moderators said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from schemas.consultations.comments import CampaignAnswer, CampaignReached, Posted
from schemas.consultations.course import VersionAdded
from schemas.consultations.parts import Anchor, DraftText, Stakeholder
from schemas.envelope import Event, decision_id
from schemas.notifications.consultations import CommentAnswered
from schemas.notifications.fan_outs import FanOutBegun
from schemas.notifications.parts import MOST_KEYS
from schemas.notifications.subscriptions import Followed
from schemas.parts import PrivateEntry
from schemas.payload import Payload
from schemas.petitions import v1 as petitions
from schemas.topics import COMMENTS, CONSULTATIONS, PETITIONS, Topic
from services.notifications.matching.acts import Acts
from services.notifications.people import subscriber_of
from services.notifications.publishing.relay import SUBJECTS
from tests.publicity import about
from tests.unit.notifications.following_world import KEYRING, START, World
from tests.unit.notifications.matching.support import STATEMENT

AUTHOR = "issuer|aigerim"


class Documents:
    """A collection in memory."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    async def find_one(self, query: Document) -> Document | None:
        """The document with an id."""
        return self.documents.get(query["_id"])

    async def replace_one(self, query: Document, document: Document, *, upsert: bool) -> None:
        """Keeps a document."""
        assert upsert
        self.documents[query["_id"]] = document


def acts_of(world: World, *subjects: str) -> Acts:
    """The relay, where the public one has learned of these already."""
    database = {SUBJECTS: Documents(), "drafts": Documents()}
    for name in subjects:
        known = {"about": about(name).model_dump(mode="json"), "sequence": 0}
        database[SUBJECTS].documents[name] = {"_id": name, **known}
    return Acts(KEYRING, cast(Any, database), cast(Any, world))


def decided(topic: Topic, subject: str, *data: Payload) -> list[Recorded]:
    """Decisions as they stand in a topic."""
    return [
        Recorded(
            0,
            number,
            START,
            subject.encode(),
            Event(decision_id(topic.name, 0, number), "/t", subject, START, each, sequence=number),
        )
        for number, each in enumerate(data)
    ]


def posted(clause: str | None) -> Posted:
    """A comment of the author."""
    return Posted(
        consultation="c",
        comment="m",
        author="a",
        version=1,
        anchor=None if clause is None else Anchor(clause=clause),
        parent=None,
        thread=None,
        depth=0,
        stakeholder=Stakeholder.PUBLIC,
        verified=False,
        region=None,
        language="kk",
        text="Келісемін.",
        listed=False,
        sealed="s",
        mine=private_entry(),
        due_at=None,
    )


def version(number: int, *clauses: str) -> VersionAdded:
    """A version with these clauses under one chapter."""
    children = tuple(Clause(id=each, kind=ClauseKind.ARTICLE, text="x") for each in clauses)
    chapter = Clause(id="chp_1", kind=ClauseKind.CHAPTER, children=children)
    texts = (DraftText(language="kk", tree=ClauseTree(clauses=(chapter,))),)
    return VersionAdded(consultation="c", version=number, texts=texts, note=None)


async def test_who_comments_follows_the_comment_and_its_clause() -> None:
    world = World()
    acts = acts_of(world, "c")
    for _ in range(2):  # a batch may come again
        await acts.handle(COMMENTS, decided(COMMENTS, "c", posted("art_1")))
    followed = world.subscriptions.told(Followed)
    assert [each.interest for each in followed] == ["comment:c/m", "said:c/art_1"]
    assert {(each.subscriber, each.since, each.acted) for each in followed} == {
        (subscriber_of(KEYRING, AUTHOR), START, True)
    }
    other = World()
    await acts_of(other, "c").handle(COMMENTS, decided(COMMENTS, "c", posted(None)))
    assert [each.interest for each in other.subscriptions.told(Followed)] == ["comment:c/m"]


async def test_a_clause_that_is_gone_is_told_to_who_spoke_of_it() -> None:
    world = World()
    acts = acts_of(world, "c")
    first, second = decided(CONSULTATIONS, "c", version(1, "art_1", "art_2"), version(2, "art_2", "art_3"))
    await acts.handle(CONSULTATIONS, [first])
    assert world.fan_outs.told(FanOutBegun) == []
    await acts.handle(CONSULTATIONS, [second])
    await acts.handle(CONSULTATIONS, [first, second])
    [begun] = world.fan_outs.told(FanOutBegun)
    assert begun.wanted.keys == ("said:c/art_1",)
    assert (begun.news.event, begun.news.data["version"]) == ("notifications.clause.removed.v1", 2)


async def test_what_moderators_say_goes_to_the_author_alone() -> None:
    world = World()
    returned = petitions.Returned(petition="p", by="m", reasons=("unclear",), explanation="Say who is to do it.")
    begun_at = datetime(2026, 12, 1, tzinfo=UTC)
    begun = petitions.ModerationBegun(petition="p", due_at=begun_at, remind_at=begun_at)
    locked = petitions.Locked(petition="p", by="m", until=begun_at)
    await acts_of(world, "p").handle(PETITIONS, decided(PETITIONS, "p", begun, locked, returned))
    assert [(each.wanted.keys, each.news.event) for each in world.fan_outs.told(FanOutBegun)] == [
        (("author:petition:p",), "notifications.petition.moderation-begun.v1"),
        (("author:petition:p",), "notifications.petition.returned.v1"),
    ]


def private_entry() -> PrivateEntry:
    """The author's entry."""
    return PrivateEntry(owner=KEYRING.seal_owner(KEYRING.index(AUTHOR)), entry="e", note="n")


async def test_who_prepares_a_petition_with_others_is_told_of_them() -> None:
    world = World()
    told: dict[str, Any] = {"petition": "p", "sealed": "s", "mine": private_entry(), "listed": True, "revision": 1}
    joined = petitions.OrganiserJoined(**told, organiser="b", place="FI")
    left = petitions.OrganiserLeft(petition="p", organiser="b")
    comment = petitions.Commented(**told, number=4, by="b", language="kk", text="Келісемін.")
    ripe = petitions.DiscussionRipened(petition="p")
    await acts_of(world, "p").handle(PETITIONS, decided(PETITIONS, "p", joined, left, comment, ripe))
    assert [each.interest for each in world.subscriptions.told(Followed)] == ["petition:p", "comment:p/4"]
    assert [(each.wanted.keys, each.news.event) for each in world.fan_outs.told(FanOutBegun)] == [
        (("author:petition:p",), f"notifications.petition.{each}.v1")
        for each in ("organiser-joined", "organiser-left", "discussion-ripened")
    ]
    assert world.fan_outs.told(FanOutBegun)[0].news.data["place"] == "FI"


def reached(*comments: str, sequence: int = 7) -> CampaignReached:
    """The answer of this sequence has reached comments."""
    answer = CampaignAnswer(sequence=sequence, at=START, outcome="noted", statement=STATEMENT)
    return CampaignReached(consultation="c", comment="m", answer=answer, before=0, comments=comments)


async def test_whom_an_answer_reaches_is_told_the_same_event_page_by_page() -> None:
    world = World()
    acts = acts_of(world, "c")
    first = reached(*(f"m{number}" for number in range(MOST_KEYS + 1)))
    decisions = decided(COMMENTS, "c", first, reached("late"), reached("m0", sequence=8))
    for _ in range(2):  # a batch may come again
        await acts.handle(COMMENTS, decisions)
    begun = world.fan_outs.told(FanOutBegun)
    assert [len(each.wanted.keys) for each in begun] == [MOST_KEYS, 1, 1, 1]
    assert len({each.event for each in begun[:3]}) == 1
    assert begun[3].event != begun[0].event, "another answer is another event"
    assert begun[2].wanted.keys == ("comment:c/late",)
    assert {(each.wanted.late, each.news.event, each.news.data["campaign"]) for each in begun} == {
        (True, CommentAnswered.TYPE, True)
    }
    assert [each.key for each in world.fan_outs.decided[:3]] == [begun[0].event.encode()] * 3
