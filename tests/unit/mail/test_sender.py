"""Mail over a real socket to the local relay, and what a relay may answer; settings that cannot work are refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.smtp import SMTP

from kenes.local.mail_sink.app import app
from kenes.local.mail_sink.store import KEPT, Inbox, SinkHandler
from kenes.local.ports import free_port
from kenes.mail.message import Mail
from kenes.mail.sender import MailRefusedError, MailUnavailableError, SmtpSender
from kenes.mail.settings import MailSettings
from kenes.setting_files import SettingError, load_settings

LINK = "http://127.0.0.1:8080/petitions/p/by-mail/sign/abc?lang=en"
MAIL = Mail("aigerim@example.org", "Қол қою", f"Open\n{LINK}\n", f'<p><a href="{LINK}">Open</a></p>', "en")


@asynccontextmanager
async def relay(handler: Any) -> AsyncIterator[SmtpSender]:
    port = free_port()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="localhost", loop=loop), "127.0.0.1", port)
    async with server:
        yield SmtpSender(settings(smtp_port=port))


def settings(**changes: Any) -> MailSettings:
    told = {"smtp_host": "127.0.0.1", "smtp_from": "Kenes <no-reply@kenes.test>", "smtp_security": "none"}
    return MailSettings(**(told | changes))


async def test_a_long_subject_comes_through_whole() -> None:
    inbox = Inbox()
    subject = "Қолыңызды растаңыз: " + " ".join(["Мектеп жанындағы өткелдер"] * 6)
    async with relay(SinkHandler(inbox)) as sender:
        await sender.send(replace(MAIL, subject=subject))
    assert next(iter(inbox)).subject == subject


async def test_what_is_sent_is_on_the_page_with_its_link() -> None:
    inbox = Inbox()
    async with relay(SinkHandler(inbox)) as sender:
        await sender.send(MAIL)

    transport = httpx.ASGITransport(app(inbox), client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        (letter,) = (await browser.get("/letters.json")).json()
        assert (letter["to"], letter["subject"], letter["links"]) == (["aigerim@example.org"], "Қол қою", [LINK])
        assert letter["from"] == "Kenes <no-reply@kenes.test>"
        for language, words in (("kk", "Кімге"), ("ru", "Кому"), ("en", "To")):
            listed = await browser.get("/", headers={"accept-language": language})
            assert words in listed.text
            assert "Қол қою" in listed.text
        page = await browser.get("/letters/1")
        assert f'<a href="{LINK}">' in page.text
        framed = await browser.get("/letters/1/html")
        assert "sandbox" in framed.headers["content-security-policy"]
        assert (await browser.get("/letters/2")).status_code == 404
        assert (await browser.get("/", headers={"host": "evil.example"})).status_code == 400
        assert (await browser.delete("/letters")).status_code == 204
        assert (await browser.get("/letters.json")).json() == []


def test_the_oldest_letters_give_way_and_numbers_go_on() -> None:
    inbox = Inbox()
    for number in range(KEPT + 2):
        inbox.add(["a@example.org"], f"Subject: {number}\r\n\r\nx".encode())
    assert len(inbox) == KEPT
    assert inbox.get(2) is None
    assert next(iter(inbox)).subject == str(KEPT + 1)


class Answering:
    """A relay that says this of each recipient."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802 - its name there
        return self.answer


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("550 no such user aigerim@example.org", MailRefusedError),
        ("451 later, aigerim@example.org", MailUnavailableError),
    ],
)
async def test_what_the_relay_says_is_told_without_the_address(answer: str, error: type[Exception]) -> None:
    async with relay(Answering(answer)) as sender:
        with pytest.raises(error) as told:
            await sender.send(MAIL)
    assert "aigerim" not in str(told.value)
    assert told.value.__cause__ is None


class Shut:
    async def handle_MAIL(self, *_: Any) -> str:  # noqa: N802 - its name there
        return "530 5.7.0 sign in first"


async def test_a_relay_that_takes_no_mail_of_ours_says_nothing_of_the_letter() -> None:
    async with relay(Shut()) as sender:
        with pytest.raises(MailUnavailableError, match="530"):
            await sender.send(MAIL)


async def test_a_relay_that_greets_nobody_says_nothing_of_the_letter() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 no service\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        with pytest.raises(MailUnavailableError):
            await SmtpSender(settings(smtp_port=server.sockets[0].getsockname()[1])).send(MAIL)


async def test_a_relay_that_is_away_or_wants_no_tls_is_told_as_such() -> None:
    with pytest.raises(MailUnavailableError):
        await SmtpSender(settings(smtp_port=free_port())).send(MAIL)
    async with relay(SinkHandler(Inbox())) as sender:
        strict = SmtpSender(sender._settings.model_copy(update={"smtp_security": "starttls"}))
        with pytest.raises(MailUnavailableError):
            await strict.send(MAIL)


def test_without_a_host_there_is_no_sender() -> None:
    with pytest.raises(ValueError, match="KENES_SMTP_HOST"):
        SmtpSender(MailSettings())


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"KENES_SMTP_FROM": "nobody"}, "KENES_SMTP_FROM"),
        ({"KENES_SMTP_FROM": ""}, "KENES_SMTP_FROM"),
        ({"KENES_SMTP_USER": "kenes"}, "KENES_SMTP_USER"),
        ({"KENES_SMTP_USER": "k", "KENES_SMTP_PASSWORD": "p", "KENES_SMTP_SECURITY": "none"}, "KENES_SMTP_SECURITY"),
        ({"KENES_SMTP_PORT": "0"}, "KENES_SMTP_PORT"),
        ({"KENES_SMTP_PASSWORD_FILE": "/nowhere/at/all"}, "KENES_SMTP_PASSWORD_FILE"),
    ],
)
def test_settings_that_cannot_work_are_named(
    given: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"KENES_SMTP_HOST": "mail.example", "KENES_SMTP_FROM": "Kenes <no-reply@petitions.example>"} | given
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=named):
        load_settings(MailSettings)


def test_the_password_comes_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("secret\n", encoding="utf-8")
    monkeypatch.setenv("KENES_SMTP_HOST", "mail.example")
    monkeypatch.setenv("KENES_SMTP_FROM", "Kenes <no-reply@petitions.example>")
    monkeypatch.setenv("KENES_SMTP_USER", "kenes")
    monkeypatch.setenv("KENES_SMTP_PASSWORD_FILE", str(tmp_path / "password"))
    found = load_settings(MailSettings)
    assert found.smtp_password is not None
    assert found.smtp_password.get_secret_value() == "secret"
    assert "secret" not in repr(found)
