"""The answer to a campaign reaches everybody who says the same once, whoever asks and whatever is behind."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.records import Recorded
from schemas.consultations.comments import CampaignReached, CampaignReplied, CommentRefused, Retracted
from schemas.consultations.parts import ReplyOutcome
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.topics import COMMENTS, Topic
from services.consultations.domain import comment as comments
from services.consultations.domain.comment import Comment
from services.consultations.ledger import reaching
from services.consultations.ledger.accounts import Account, dump_account, load_account
from services.consultations.ledger.folding import LEDGER
from services.consultations.ledger.reaching import Reaching
from services.consultations.stream import comment_rules
from tests.unit.consultations.hearings import NOW, PACKS, STATEMENT, recorded
from tests.unit.consultations.ledger.logs import BASE, TEXTS, posted
from tests.unit.notifications.following_world import Documents
from tests.unit.store import Store

ENOUGH = 100
RULES = comment_rules(PACKS, cast(Any, {}))


class Site:
    """One consultation: its log, what deciding knows of it, and a ledger that is as far behind as a test likes."""

    def __init__(self) -> None:
        self.log: list[Recorded] = []
        self.states: dict[str, Comment | None] = {}
        self.store = Store()
        self.folded = 0
        self.down = False

    # What a `LiveVersions`, a `Version` and a producer do.

    async def get(self, _projection: Any) -> Site:
        """The live version."""
        return self

    def collection(self, name: str) -> Documents:
        """What the ledger keeps."""
        return Documents(self.store, name)

    async def send(self, _topic: Topic, key: bytes, event: Event[Payload]) -> None:
        """Decides a request at once."""
        if self.down:
            raise BrokerUnavailableError("as the test has it")
        assert key == b"c"
        data: Any = event.data
        self.say(comments.decide(self.states.get(data.comment), None, data, NOW, PACKS))

    # What a test does.

    def say(self, data: Payload) -> None:
        """Appends a decision, and stores what deciding knows as it is stored."""
        [*_, decision] = recorded(COMMENTS, [*(each.data for each in self.log), data])
        self.log.append(decision)
        comment: str = cast(Any, data).comment
        after = RULES.evolve(self.states.get(comment), decision.event)
        self.states[comment] = None if after is None else RULES.load(RULES.dump(after))

    def fold(self, most: int = 10**6) -> None:
        """Folds so many more decisions."""
        new = self.log[self.folded : self.folded + most]
        if new:
            self.store.apply(self.store.fold(LEDGER, new))
            self.folded += len(new)

    def clock(self) -> Reaching:
        """The clock of a process that has just started."""
        return Reaching(cast(Any, self), cast(Any, self))

    async def settle(self) -> None:
        """Goes on until the ledger has folded everything and nothing is asked for any more."""
        for _ in range(ENOUGH):
            length = len(self.log)
            self.fold()
            await self.clock().tick()
            if length == len(self.log):
                return
        raise AssertionError(f"after {ENOUGH} pages there is still something to ask for")

    def accounts(self) -> list[Account]:
        """Those that have not joined another."""
        return [load_account(each) for each in self.store.all("accounts") if each["joined"] is None]

    def reached(self) -> Counter[tuple[int, str]]:
        """How often an answer has reached a comment."""
        pages = [each.data for each in self.log if isinstance(each.data, CampaignReached)]
        return Counter((page.answer.sequence, comment) for page in pages for comment in page.comments)


def answered(comment: str) -> CampaignReplied:
    """An answer to everybody who says what this comment says."""
    return CampaignReplied(consultation="c", comment=comment, outcome=ReplyOutcome.NOTED, statement=STATEMENT)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["post", "post", "retract", "answer", "fold", "tick", "tick"]),
        st.integers(0, 15),
        st.integers(0, len(TEXTS) - 1),
    ),
    max_size=40,
)


async def live(site: Site, steps: list[tuple[str, int, int]]) -> None:
    """Lets happen what can, while two processes ask by a ledger that is behind."""
    clocks = [site.clock(), site.clock()]
    for what, number, text in steps:
        comment = f"c-{number}"
        state = site.states.get(comment)
        if what == "fold":
            site.fold(number)
        elif what == "tick":
            await clocks[number % 2].tick()
        elif state is None:
            site.say(posted(number, TEXTS[text]))
        elif state.standing is comments.Standing.SHOWN:
            site.say(answered(comment) if what == "answer" else Retracted(consultation="c", comment=comment))


@settings(max_examples=120)
@given(STEPS)
async def test_every_sender_is_reached_once_by_the_answer_that_counts(steps: list[tuple[str, int, int]]) -> None:
    site = Site()
    with patch.object(reaching, "MOST_REACHED", 2):
        await live(site, steps)
        await site.settle()
    found = site.reached()
    assert set(found.values()) <= {1}, "no answer reaches a comment twice"
    numbers = {each["_id"]: int(each["place"].rpartition("#")[2]) for each in site.store.all("campaign_members")}
    for account in site.accounts():
        assert not account.unreached
        if account.reply is not None:
            by_it = {numbers[comment] for answer, comment in found if answer == account.reply["s"]}
            assert set(account.alone) <= by_it


async def test_who_joins_an_answered_campaign_is_reached_and_no_one_else_again() -> None:
    site = Site()
    for number in range(0, 10, 2):
        site.say(posted(number, BASE))
    site.say(answered("c-2"))
    await site.settle()
    site.say(posted(11, BASE))
    site.say(posted(12, TEXTS[5]))
    await site.settle()
    pages = [each.data.comments for each in site.log if isinstance(each.data, CampaignReached)]
    assert pages == [("c-0", "c-2", "c-4", "c-6", "c-8"), ("c-11",)]


@pytest.mark.parametrize(
    ("answers", "reached"),
    [
        (("c-0",), [("c-0",), ("c-6", "c-12")]),
        (("c-6", "c-0"), [("c-0",), ("c-6", "c-12")]),
        (("c-0", "c-6"), [("c-6",), ("c-0", "c-12")]),
    ],
)
async def test_campaigns_that_join_are_reached_by_the_later_answer(
    answers: tuple[str, ...], reached: list[tuple[str, ...]]
) -> None:
    site = Site()
    words = [f"слово{number}" for number in range(30)]
    one, other, bridge = (" ".join(words[first : first + 20]) for first in (0, 6, 3))
    for number, text in ((0, one), (6, other)):
        site.say(posted(number, text))
    for comment in answers:
        site.say(answered(comment))
        await site.settle()
    assert len(site.accounts()) == 2
    site.say(posted(12, bridge))
    await site.settle()
    [joined] = site.accounts()
    pages = [each.data for each in site.log if isinstance(each.data, CampaignReached)]
    assert joined.reply is not None
    assert [each.comments for each in pages if each.answer.sequence == joined.reply["s"]] == reached
    assert len(pages) == 1 + len(answers)


async def test_a_page_is_asked_for_once_and_again_only_where_nothing_became_of_it() -> None:
    site = Site()
    site.say(posted(0, BASE))
    site.say(answered("c-0"))
    site.fold()
    clock = site.clock()
    site.down = True
    await clock.tick()
    site.down = False
    for _ in range(3):  # the ledger is not told meanwhile
        await clock.tick()
    assert len(site.log) == 3
    with patch.object(reaching, "AGAIN", -1.0):
        await clock.tick()
    assert isinstance(site.log[-1].data, CommentRefused)


def test_the_same_people_are_the_same_bytes() -> None:
    at_once, grown = Account("a", "c"), Account("a", "c")
    for number in range(9_000):
        at_once.take(number, None)
        grown.take(number, None)
        if number % 1_000 == 0:
            grown = load_account(dump_account(grown))
    for number in range(0, 9_000, 2):
        grown.close(number, None)
        grown.take(number, None)
    assert dump_account(at_once) == dump_account(grown)
