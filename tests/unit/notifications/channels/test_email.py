"""Letters: what they carry, what a title cannot do in them, and what a relay's answer means for the channel."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.mail.address import parse_mailbox
from kenes.mail.message import Mail
from kenes.mail.sender import MailRefusedError, MailUnavailableError, Reply
from kenes.web.i18n import LANGUAGES
from schemas.parts import Language
from services.notifications.channels.email import EmailChannel
from services.notifications.channels.port import Fact, Gone, Notice, Outcome, Retry, Sent
from tests.unit.notifications.channels.support import ID, TITLE, UNSUBSCRIBE, URL, WORDING, item, notice

FROM = parse_mailbox("Kenes <no-reply@petitions.example>")


class Relay:
    """Keeps letters, or fails."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails
        self.taken: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        if self.fails is not None:
            raise self.fails
        self.taken.append(mail)


def channel(relay: Relay | None = None) -> EmailChannel:
    return EmailChannel(relay or Relay(), WORDING, "notices.petitions.example")


def parsed(told: Notice) -> EmailMessage:
    content = channel().letter("aigerim@example.org", told).message(FROM).as_bytes()
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_can_be_unsubscribed_from_by_one_click_and_read_in_both_parts(language: Language) -> None:
    message = parsed(notice(language=language))

    assert message["list-unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert message["list-id"] == "<notices.petitions.example>"
    assert message["message-id"] == f"<{ID}@petitions.example>"
    assert (message["auto-submitted"], message["precedence"]) == ("auto-generated", None)
    assert message["content-language"] == language
    for part in parts(message):
        assert TITLE in part
        assert URL in part
        assert UNSUBSCRIBE in part
    assert message["subject"].endswith(TITLE)


def test_the_same_delivery_has_the_same_message_id_at_every_try() -> None:
    first, second = (parsed(notice(item(title=title)))["message-id"] for title in ("a", "b"))
    assert first == second


def test_a_digest_tells_each_thing_and_counts_them_in_the_subject() -> None:
    told = notice(*(item(title=f"Петиция {number}") for number in range(3)), language="ru")
    message = parsed(told)
    assert message["subject"] == "3 новости по вашим подпискам"
    for part in parts(message):
        assert [f"Петиция {number}" in part for number in range(3)] == [True] * 3


def test_numbers_days_and_codes_are_written_for_the_reader() -> None:
    facts = {Fact.SIGNATURES: 50_000, Fact.OUTCOME: "satisfied"}
    text, html = parts(parsed(notice(item(facts=facts), language="en")))
    assert "Signatures: 50,000" in text.splitlines()
    assert "Decision: Granted" in text.splitlines()
    assert "<strong>Signatures:</strong> 50,000" in html


def test_markup_in_a_title_is_text() -> None:
    text, html = parts(parsed(notice(item(title="<script>alert(1)</script> & {{ t }}"))))
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ t }}" in html
    assert "<script>alert(1)</script> & {{ t }}" in text


@given(st.text(max_size=300))
def test_no_title_reaches_into_the_headers(title: str) -> None:
    message = parsed(notice(item(title=title + "\r\nBcc: b@example.org\n\nX: y")))
    assert message.get_all("to") == ["aigerim@example.org"]
    assert message["bcc"] is None
    assert message["x"] is None
    assert len(message.get_all("subject", [])) == 1


def test_an_event_of_a_kind_not_known_yet_reads_as_news() -> None:
    message = parsed(notice(item(kind="notifications.tea.poured.v9"), language="en"))
    assert message["subject"] == f"There is news: {TITLE}"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Sent()),
        (MailUnavailableError("away"), Retry("relay-away")),
        (MailUnavailableError("later", Reply(451, "4.7.1")), Retry("deferred", status=451)),
        (MailRefusedError("no", Reply(550, "5.1.1")), Gone("no-mailbox", 550)),
        (MailRefusedError("no", Reply(556, "5.1.10")), Gone("no-mailbox", 556)),
        (MailRefusedError("no", Reply(550, "5.2.1")), Gone("no-mailbox", 550)),
        (MailRefusedError("full", Reply(552, "5.2.2")), Retry("refused", status=552)),
        (MailRefusedError("sender", Reply(550, "5.1.8")), Retry("refused", status=550)),
        (MailRefusedError("policy", Reply(550, "5.7.1")), Retry("refused", status=550)),
        (MailRefusedError("bare", Reply(550)), Retry("refused", status=550)),
    ],
)
async def test_only_a_fault_of_the_address_ends_the_channel(error: Exception | None, outcome: Outcome) -> None:
    assert await channel(Relay(error)).send("aigerim@example.org", notice()) == outcome


@pytest.mark.parametrize("address", ["", "nobody", "a@example.org\r\nBcc: b@example.org"])
async def test_what_is_no_address_takes_nothing(address: str) -> None:
    relay = Relay()
    assert await channel(relay).send(address, notice()) == Gone("no-address")
    assert relay.taken == []
