"""A petition from its draft to the official answer, everybody in a browser of their own.

Once in Kazakh on phones that run no script, once in Russian on desktops.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pytest
from playwright.async_api import Page, expect

from kenes.web.i18n import Translator
from tests.e2e import desks, steps
from tests.e2e.browsing import DESKTOP, PHONE, Visiting, Visitor, in_browser, words
from tests.e2e.site import TEXTS, Client

pytestmark = in_browser
AUTHOR, SUPPORTER, OFFICIAL, OF_ANOTHER_BODY = "madina", "serik", "saule", "kamila"
MODERATOR, COLLEAGUE = "gulnar", "timur"

FAULT = {
    "kk": "Мұны кім және қай мерзімде істеуі керек екенін жазыңыз.",
    "ru": "Напишите, кто и к какому сроку должен это сделать.",
}
MENDED = {
    "kk": "Мәдениет министрлігі келесі жылдың 1 наурызына дейін кітапханалардың жұмыс уақытын ұзартсын.",
    "ru": "Министерству транспорта до 1 марта поставить освещённые павильоны у всех посёлков.",
}
INVITATION = {
    "kk": "10 желтоқсанда сағат 15:00-де министрліктің 204-бөлмесінде кездесеміз.",
    "ru": "Встретимся 10 декабря в 15:00 в министерстве, кабинет 204.",
}
DRAFT = {
    "kk": "Өтінішті қанағаттандыру көзделіп отыр. Пікіріңізді күтеміз.",
    "ru": "Мы намерены удовлетворить просьбу. Ждём ваших замечаний.",
}
REMARK = {
    "kk": "Қай ауылдардан басталатынын және ақшаның қайдан алынатынын да жазыңыздар.",
    "ru": "Напишите и то, с каких посёлков начнут и откуда возьмут деньги.",
}
ANSWER = {
    "kk": "Біз келістік. Жұмыс екі ауылда наурызда басталады.",
    "ru": "Мы согласны. Работы начнутся в марте, их закончат до лета.",
    "media_kk": "Министрлік тұрғындардың өтінішін толық орындайды.",
    "media_ru": "Министерство полностью выполнит просьбу жителей.",
}
LONG_WINDED = {
    "kk": "Өтінішті қарау нәтижелері бойынша тиісті мемлекеттік органдармен келісімдер жүргізілгеннен кейін бюджеттік "
    "бағдарламаларға өзгерістер енгізу мүмкіндігін қарастыру қажеттілігі туралы ұсыныстар әзірленетін болады.",
    "ru": "По результатам рассмотрения обращения с учётом необходимости согласования с уполномоченными "
    "государственными органами предложений о внесении изменений в соответствующие бюджетные программы сообщаем "
    "о целесообразности дополнительной проработки поставленных вопросов.",
}


@dataclass(frozen=True)
class Life:
    """One petition among people who read `say` and see the pages as `visit` shows them."""

    petition: str
    say: Translator
    visit: Visiting

    @property
    def path(self) -> str:
        """Its page."""
        return f"/petitions/{self.petition}"

    async def opens(self, visitor: Visitor, status: str) -> None:
        """Opens its page once it says where the petition is."""
        shown = visitor.page.locator(".page-head .tag", has_text=self.say(f"status.{status}"))
        await steps.open_until(shown, visitor.site.url + self.path)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("language", "width", "script"),
    [pytest.param("kk", PHONE, False, id="kk-phone-no-script"), pytest.param("ru", DESKTOP, True, id="ru-desktop")],
)
async def test_from_the_draft_to_the_official_answer(
    visit: Visiting, client: Client, language: str, width: int, script: bool
) -> None:
    petition = await client.petition(language, author=AUTHOR, until="draft", moderated=True)
    seen = partial(visit, locale=f"{language}-KZ", width=width, java_script_enabled=script)
    life = Life(petition, words[language], seen)
    async with seen(person=AUTHOR) as author:
        await hand_in(life, author)
        await support(life)
        await client.sign_by_crowd(petition, 1)
        await return_it_past_a_colleague(life)
        await mend_it_and_find_it_final(life, author)
        await publish_it(life)
        await client.sign_by_crowd(petition, 2)
        await life.opens(author, "consideration")
        await consider_it(life, author)
        await discuss_it(life)
        await refuse_another_body(life)
        await answer_it(life)
        await life.opens(author, "answered")
    await read_it(life)
    assert (await client.read(f"/petitions/{petition}"))["status"] == "answered"


async def hand_in(life: Life, author: Visitor) -> None:
    """The author finds the draft among what is theirs, and hands it in."""
    say = life.say
    line = author.page.locator(".ledger-line", has=author.page.locator(f'a[href="{life.path}"]'))
    await steps.open_until(line, f"{author.site.url}/me")
    await expect(line).to_contain_text(say("move.draft"))
    await line.get_by_role("link", name=TEXTS[say.language]["title"]).click()
    await steps.steer(author.page, "submit", say)
    await expect(author.page.locator(".page-head")).to_contain_text(say("status.gathering"))


async def support(life: Life) -> None:
    """Somebody with the link, who is not signed in yet, supports it."""
    async with life.visit() as supporter:
        await supporter.open(life.path)
        await expect(supporter.page.locator("aside")).to_contain_text(life.say("petition.gathering_body"))
        await expect(supporter.page.locator(".threshold")).to_contain_text(life.say("effect.moderation"))
        await supporter.page.locator(f'a[href="{life.path}/sign"]').click()
        await supporter.choose(SUPPORTER)
        await steps.confirm_signature(supporter.page, say=life.say)


async def take_it(life: Life, moderator: Visitor) -> None:
    """From the queue to the petition, and on the desk."""
    queue = f"/moderation/{life.petition}"
    link = moderator.page.locator(f'a[href="{queue}"]')
    await steps.open_until(link, f"{moderator.site.url}/moderation")
    await link.click()
    await expect(moderator.heading).to_have_text(TEXTS[life.say.language]["title"])
    await steps.press(moderator.page, life.say("moderation.lock.confirm"))
    await expect(moderator.page.locator("#state")).to_contain_text(life.say("moderation.held.you"))


async def return_it_past_a_colleague(life: Life) -> None:
    """One moderator has it on the desk: the other sees that and cannot decide. It goes back to the author."""
    say = life.say
    async with life.visit(person=MODERATOR) as moderator, life.visit(person=COLLEAGUE, expected=("409",)) as colleague:
        await take_it(life, moderator)
        await colleague.open(f"/moderation/{life.petition}")
        await expect(colleague.page.locator("#state")).to_contain_text(say("moderation.held.another"))
        await desks.judge(colleague.page, "approve", say)
        await expect(colleague.page.locator(".error-summary")).to_contain_text(say("problem.locked.title"))

        await desks.give_back(moderator.page, "unclear", FAULT[say.language], say)
        await expect(moderator.page.locator("#state")).to_contain_text(say("moderation.verdict.return"))


async def mend_it_and_find_it_final(life: Life, author: Visitor) -> None:
    """The author reads what is wrong, mends it and hands it in: from now on the text is final."""
    say, page = life.say, author.page
    await life.opens(author, "returned")
    await expect(page.locator("main")).to_contain_text(say("mine.returned"))
    for told in (say("moderation.fault.unclear"), FAULT[say.language]):
        await expect(page.locator(".panel")).to_contain_text(told)
    await page.get_by_role("link", name=say("mine.act.edit"), exact=True).click()
    await page.locator("#proposal").fill(MENDED[say.language])
    await steps.press(page, say("edit.save"))
    await expect(page.locator("main")).to_contain_text(MENDED[say.language])
    await steps.steer(page, "submit", say)
    await life.opens(author, "moderation")
    await author.open(f"{life.path}/edit")
    await expect(author.heading).to_have_text(say("problem.not-a-draft.title"))


async def publish_it(life: Life) -> None:
    """A moderator reads the second version and publishes it: it is listed, and anybody can sign."""
    say = life.say
    async with life.visit(person=COLLEAGUE) as moderator:
        await take_it(life, moderator)
        await expect(moderator.page.locator("main")).to_contain_text(say("moderation.revision", number=2))
        await expect(moderator.page.locator("#text")).to_contain_text(MENDED[say.language])
        await desks.judge(moderator.page, "approve", say)
        await expect(moderator.page.locator("#state")).to_contain_text(say("moderation.verdict.approve"))
    async with life.visit() as reader:
        card = reader.page.locator(f'.petition-card a[href="{life.path}"]')
        await steps.open_until(card, f"{reader.site.url}/petitions")
        await card.click()
        await expect(reader.page.locator(f'a[href="{life.path}/sign"]')).to_be_visible()


async def refuse_another_body(life: Life) -> None:
    """It is neither on the desk of another body nor open to it by its address."""
    desk = f"/agency/{life.petition}"
    async with life.visit(person=OF_ANOTHER_BODY, expected=("403",)) as official:
        await official.open("/agency")
        assert await official.page.locator(f'a[href="{desk}"]').count() == 0
        for address in (desk, f"{desk}/signers"):
            response = await official.open(address)
            assert response.status == 403
            await expect(official.heading).to_have_text(life.say("problem.not-allowed.title"))


async def consider_it(life: Life, author: Visitor) -> None:
    """The body takes charge, invites the author and publishes what it means to decide; all of it is public."""
    say, desk = life.say, f"/agency/{life.petition}"
    async with life.visit(person=OFFICIAL) as official:
        page = official.page
        await steps.open_until(page.locator(f'a[href="{desk}"]'), f"{official.site.url}/agency")
        await page.locator(f'a[href="{desk}"]').click()
        await steps.press(page, say("agency.charge_confirm"))
        await expect(page.locator("dl.summary")).to_contain_text(say("agency.in_charge"))
        await page.locator("#message").fill(INVITATION[say.language])
        await steps.press(page, say("agency.invite_confirm"))
        await expect(official.heading).to_have_text(TEXTS[say.language]["title"])
        await desks.write(page, "draft", "satisfied", DRAFT, say)
        await steps.press(page, say("agency.send.draft-answer"))
        await page.wait_for_url(f"**{life.path}")
    drafted = author.page.get_by_role("heading", name=say("answers.draft"), exact=True)
    await steps.open_until(drafted, author.site.url + life.path)
    for told in (say("story.charge"), INVITATION[say.language], DRAFT[say.language]):
        await expect(author.page.locator("main")).to_contain_text(told)


async def discuss_it(life: Life) -> None:
    """A citizen says what the draft lacks, and the body reads it from its desk."""
    say, said = life.say, REMARK[life.say.language]
    async with life.visit(person=SUPPORTER) as citizen:
        page = citizen.page
        await citizen.open(life.path)
        await page.get_by_role("link", name=say("answers.discuss"), exact=True).click()
        await expect(page.locator("main")).to_contain_text(say("discussion.answer_lead"))
        await page.get_by_label(say("discussion.text")).fill(said)
        await steps.press(page, say("discussion.send"))
        line = page.locator(".ledger-line", has_text=said)
        await expect(line).to_contain_text(say("discussion.about_answer", number=1))
    async with life.visit(person=OFFICIAL) as official:
        await official.open(f"/agency/{life.petition}")
        await official.page.get_by_role("link", name=say("answers.discuss"), exact=True).click()
        await expect(official.page.locator(".ledger-line", has_text=said)).to_be_visible()


async def answer_it(life: Life) -> None:
    """An answer in one language is refused; a heavy one is called so; what was written is kept until it is right."""
    say = life.say
    async with life.visit(person=OFFICIAL, expected=("422",)) as official:
        page = official.page
        await official.open(f"/agency/{life.petition}")
        await desks.write(page, "answer", "satisfied", {"kk": LONG_WINDED["kk"]}, say)
        await expect(page.locator(".error-summary")).to_contain_text(
            say("agency.error.statement", language=say("agency.in.ru"))
        )
        await expect(page.locator("#kk")).to_have_value(LONG_WINDED["kk"])
        await desks.write(page, "answer", "satisfied", LONG_WINDED, say)
        assert await ease(page, "kk", say) == await ease(page, "ru", say) == "very-hard"
        await expect(page.locator("main")).to_contain_text(say("readability.hardest"))
        await steps.press(page, say("agency.change"))
        await expect(page.locator("#ru")).to_have_value(LONG_WINDED["ru"])
        await desks.write(page, "answer", "satisfied", ANSWER, say)
        assert await ease(page, "kk", say) == await ease(page, "ru", say) == "plain"
        await steps.press(page, say("agency.send.answer"))
        await page.wait_for_url(f"**{life.path}")


async def ease(page: Page, language: str, say: Translator) -> str:
    """How hard the statement in a language was found to be."""
    section = page.get_by_role("region", name=f"{say('agency.statement')}: {say(f'agency.in.{language}')}", exact=True)
    told = await section.locator(".tag").inner_text()
    return next(each for each in ("plain", "hard", "very-hard") if say(f"readability.{each}") == told)


async def read_it(life: Life) -> None:
    """Anybody reads the answer in their language, the course of the petition, and why it had been given back."""
    say = life.say
    async with life.visit() as reader:
        page = reader.page
        await life.opens(reader, "answered")
        answer = page.get_by_role("region", name=say("answers.title"), exact=True)
        await expect(answer).to_contain_text(say("agency.outcome.satisfied"))
        await expect(answer).to_contain_text(ANSWER[say.language])
        await expect(answer).to_contain_text(ANSWER[f"media_{say.language}"])
        await expect(page.locator("main")).to_contain_text(say("discussion.over"))
        await page.get_by_role("link", name=say("discussion.all", count=1), exact=True).click()
        await expect(page.locator(".ledger-line", has_text=REMARK[say.language])).to_be_visible()
        await page.goto(reader.site.url + life.path)
        await page.get_by_role("link", name=say("discussion.draft", number=1), exact=True).click()
        await expect(page.locator(".answer")).to_contain_text(DRAFT[say.language])
        await page.goto(reader.site.url + life.path)
        story = page.locator(".timeline-title")
        told = ("returned", "published", "reached", "charge", "invited", "answer-drafted", "answered")
        shown = await story.all_inner_texts()
        assert [each for each in shown if each in {say(f"story.{one}") for one in told}] == [
            say(f"story.{one}") for one in told
        ]
        entries = page.locator(".log-entry", has_text=TEXTS[say.language]["title"])
        published = entries.filter(has=page.locator(f'a[href="{life.path}"]'))
        await steps.open_until(published, f"{reader.site.url}/petitions/moderation-log")
        await expect(published.first).to_contain_text(say("moderation.verdict.approve"))
        await expect(entries.filter(has_text=FAULT[say.language]).first).to_contain_text(
            say("moderation.fault.unclear")
        )
