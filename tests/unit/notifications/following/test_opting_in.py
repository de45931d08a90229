"""Double opt-in: nothing is kept or told before the reader agreed, and a link that failed can be followed again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from kenes.kafka.records import Receipt, Recorded
from kenes.mail.address import parse_address
from kenes.mail.letter import LOCALES as MAIL_LOCALES
from kenes.mail.links import LinkLimits, MailedLinks
from kenes.mail.message import Mail
from kenes.service.asking import Outcome
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from kenes.web.problems import Problem
from schemas.envelope import Event
from schemas.notifications.parts import Preferences, QuietHours
from schemas.notifications.subscriptions import SubscriptionRefused, Unfollowed
from schemas.payload import Payload
from services.notifications.domain.refusals import Refusal
from services.notifications.domain.subscriber import Subscriber
from services.notifications.following.commands import Who
from services.notifications.following.opting_in import OptingIn, Wish
from services.notifications.serving import FOLDERS
from tests.stores import MemoryLinkStore
from tests.unit.notifications.following_world import KEYRING, START

T = Translator(edge_catalogs((MAIL_LOCALES, FOLDERS.locales)), "ru")
ADDRESS = parse_address("Aigerim@mail.kz")
DONE = Unfollowed(subscriber="s", interest="petition:p")


class Asked:
    """Commands and reads: notes what is asked for, and answers with what the test has."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Payload | None = DONE
        self.preferences: list[Preferences] = []
        self.known = Subscriber(preferences=Preferences(quiet=QuietHours(begin=22, end=7)))

    def subscriber(self, who: Who | str) -> Any:
        """As a command the pseudonym, as a read what is known."""
        return self._known() if isinstance(who, str) else "s"

    async def _known(self) -> Subscriber:
        return self.known

    async def channel_id(self, *_: object) -> str:
        """The id of a destination."""
        return "c"

    async def prefer(self, _who: Who, preferences: Preferences, _wait: float) -> Outcome:
        """Notes the preferences."""
        self.preferences.append(preferences)
        return self._outcome("prefer")

    def __getattr__(self, name: str) -> Any:
        async def ask(*_: object, **__: object) -> Outcome:
            return self._outcome(name)

        return ask

    def _outcome(self, name: str) -> Outcome:
        self.asked.append(name)
        if self.answer is None:
            return Outcome(Receipt(0, 0), "s", None)
        event = Event("e", "/t", "s", START, self.answer, sequence=0)
        return Outcome(Receipt(0, 0), "s", Recorded(0, 0, START, b"s", event))


class Post:
    """Keeps the letters."""

    def __init__(self) -> None:
        self.letters: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        """Keeps one."""
        self.letters.append(mail)


def opted(asked: Asked, post: Post, *, to_mailbox: int = 3) -> OptingIn:
    """The whole of it, in memory."""
    links = MailedLinks(MemoryLinkStore(), LinkLimits(timedelta(hours=24), to_mailbox=to_mailbox, by_client=100))
    return OptingIn(cast(Any, post), links, KEYRING, cast(Any, asked), timedelta(hours=24), "https://kenes.test")


async def written(opting_in: OptingIn, post: Post, who: Who, interest: str | None = "petition:p") -> str:
    """The token in the letter to somebody."""
    await opting_in.write(Wish(who, ADDRESS.written, "ru", interest), "client", T)
    text = post.letters[-1].text
    return text.split("/notifications/confirm/")[1].split("?")[0]


async def test_whoever_reads_the_address_is_told_after_agreeing_once() -> None:
    asked, post = Asked(), Post()
    opting_in = opted(asked, post)
    token = await written(opting_in, post, Who.at(ADDRESS))
    assert asked.asked == []
    assert (await opting_in.look(token)).interest == "petition:p"
    await opting_in.confirm(token, cast(Any, asked), 1)
    assert asked.asked == ["add_channel", "prefer", "follow"]
    # Only the language is another: the rest was chosen before.
    assert asked.preferences == [Preferences(language="ru", quiet=QuietHours(begin=22, end=7))]
    with pytest.raises(Problem, match="link-used"):
        await opting_in.confirm(token, cast(Any, asked), 1)


async def test_an_address_of_an_account_is_confirmed_and_nothing_more() -> None:
    asked, post = Asked(), Post()
    opting_in = opted(asked, post)
    await opting_in.confirm(await written(opting_in, post, Who("p|1", account=True), None), cast(Any, asked), 1)
    assert asked.asked == ["confirm_channel"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "unavailable"),
        (SubscriptionRefused(subscriber="s", request="r", code="too-many-channels"), "too-many-channels"),
    ],
)
async def test_what_failed_can_be_tried_again(answer: Payload | None, code: str) -> None:
    asked, post = Asked(), Post()
    opting_in = opted(asked, post)
    token = await written(opting_in, post, Who.at(ADDRESS))
    asked.answer = answer
    with pytest.raises(Problem, match=code):
        await opting_in.confirm(token, cast(Any, asked), 1)
    asked.answer = SubscriptionRefused(subscriber="s", request="r", code=Refusal.SAME_FOLLOW)  # so already: no failure
    await opting_in.confirm(token, cast(Any, asked), 1)


async def test_a_mailbox_gets_its_share_of_letters_and_no_more() -> None:
    post = Post()
    opting_in = opted(Asked(), post, to_mailbox=2)
    for spelling in ("aigerim@mail.kz", "AIGERIM@mail.kz", "aigerim@MAIL.kz", "aigerim@mail.kz"):
        await opting_in.write(Wish(Who.at(parse_address(spelling)), spelling, "ru"), "client", T)
    assert len(post.letters) == 2
