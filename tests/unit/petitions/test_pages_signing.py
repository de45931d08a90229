"""Signing on the web: nothing by a GET, nothing twice, nothing without a page that says what will be public."""

from datetime import date

import pytest

from kenes.identity.person import Assurance, Person
from kenes.kafka.records import Receipt
from kenes.service.answers import ReceiptView
from schemas.petitions.v1 import PetitionRefused, SignatureAccepted
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.status import Status
from tests.unit.petitions.pages_support import NOW, READER, Asked, Stored, hidden, pages, person, petition

PATH = f"/petitions/{petition().id}"
SIGN = f"{PATH}/sign"


async def test_a_visitor_is_sent_to_sign_in_and_comes_back() -> None:
    async with pages() as world:
        answer = await world.get(SIGN)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/auth/login?next={SIGN}"


async def test_the_page_says_what_will_be_public_and_changes_nothing() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        answer = await world.get(SIGN)
        assert answer.status_code == 200
        assert "Aigerim S." in answer.text
        assert "Almaty city" in answer.text
        assert answer.headers["cache-control"] == "private, no-store"
        assert world.asked.done == []


@pytest.mark.parametrize(("choice", "listed"), [("yes", True), ("no", False), ("", False)])
async def test_confirming_signs_once_as_chosen_and_leads_to_the_receipt(choice: str, listed: bool) -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = hidden((await world.get(SIGN)).text, SIGN) | {"listed": choice}
        answer = await world.post(SIGN, fields)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{PATH}/receipts/signature-3-7"
        assert world.asked.done == [("sign", listed)]
        receipt = await world.get(answer.headers["location"])
        assert "Your signature is counted" in receipt.text
        replayed = await world.post(SIGN, fields)
        assert replayed.status_code == 409
        assert len(world.asked.done) == 1


@pytest.mark.parametrize("missing", ["csrf_token", "confirmation"])
async def test_a_form_that_is_not_from_our_page_signs_nothing(missing: str) -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = hidden((await world.get(SIGN)).text, SIGN)
        answer = await world.post(SIGN, {**fields, missing: "x"})
        assert answer.status_code == 403
        assert world.asked.done == []


async def test_a_confirmation_of_one_petition_is_none_for_another() -> None:
    async with pages(Stored([petition(), petition(number=2)])) as world:
        await world.sign_in(READER)
        fields = hidden((await world.get(SIGN)).text, SIGN)
        answer = await world.post(f"/petitions/{petition(number=2).id}/sign", fields)
        assert answer.status_code == 403
        assert world.asked.done == []


@pytest.mark.parametrize(
    ("who", "status", "words"),
    [
        (person(birth_date=date(NOW.year - 15, 1, 1)), 403, "not old enough"),
        (person(birth_date=None), 403, "could not check your age"),
        (person(region=None), 403, "do not know your region"),
        (person(assurance=Assurance.LOW), 403, "prove more surely"),
        (person(citizen=False), 403, "citizens only"),
    ],
)
async def test_who_cannot_sign_is_told_before_trying(who: object, status: int, words: str) -> None:
    async with pages() as world:
        await world.sign_in(who)  # type: ignore[arg-type]
        answer = await world.get(SIGN)
    assert answer.status_code == status
    assert words in answer.text
    assert 'name="confirmation"' not in answer.text


@pytest.mark.parametrize(
    ("status", "words"),
    [(Status.CLOSED, "collection of signatures is over"), (Status.SUSPENDED, "collection of signatures is over")],
)
async def test_a_petition_that_is_not_open_cannot_be_signed(status: Status, words: str) -> None:
    async with pages(Stored([petition(status)])) as world:
        await world.sign_in(READER)
        answer = await world.get(SIGN)
    assert answer.status_code == 409
    assert words in answer.text


async def test_who_signed_already_is_told_and_may_withdraw() -> None:
    async with pages(Stored(standing_of={READER.id})) as world:
        await world.sign_in(READER)
        answer = await world.get(SIGN)
    assert answer.status_code == 409
    assert f'href="{PATH}/withdraw"' in answer.text


async def test_a_broker_that_is_away_costs_nothing_but_a_second_press() -> None:
    async with pages(asked=Asked(down=True)) as world:
        await world.sign_in(READER)
        answer = await world.post(SIGN, hidden((await world.get(SIGN)).text, SIGN) | {"listed": "yes"})
        assert answer.status_code == 503
        assert 'value="yes" checked' in answer.text
        world.asked.down = False
        again = await world.post(SIGN, hidden(answer.text, SIGN) | {"listed": "yes"})
        assert again.status_code == 303
        assert world.asked.done == [("sign", True)]


async def test_a_refusal_by_the_decider_is_a_page_in_plain_words() -> None:
    async with pages(asked=Asked(refusal=Refusal.ALREADY_SIGNED)) as world:
        await world.sign_in(READER)
        answer = await world.post(SIGN, hidden((await world.get(SIGN)).text, SIGN))
        shown = await world.get(answer.headers["location"])
    assert "You have signed this petition already" in shown.text
    assert "signature-3-7" in shown.text


async def test_a_receipt_says_that_it_is_still_being_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.petitions.pages.receipts.WAIT", 0.01)
    async with pages(asked=Asked(undecided=True)) as world:
        answer = await world.get(f"{PATH}/receipts/signature-3-7")
    assert answer.status_code == 200
    assert "Being decided" in answer.text


@pytest.mark.parametrize(
    "receipt", ["signature-3-8", "signature-x-8", "nonsense", "signature-3-9999999999999999999999999999999999999999"]
)
async def test_a_receipt_of_nothing_or_of_another_petition_is_unknown(receipt: str) -> None:
    other = ReceiptView("another", SignatureAccepted.TYPE, None, NOW)
    async with pages(Stored(receipts={Receipt(3, 8): other})) as world:
        answer = await world.get(f"{PATH}/receipts/{receipt}")
    assert answer.status_code == 404


@pytest.mark.parametrize("status", [Status.MODERATION, Status.REJECTED])
@pytest.mark.parametrize("who", [None, READER])
async def test_a_receipt_holds_when_its_petition_goes_out_of_sight(status: Status, who: Person | None) -> None:
    found = ReceiptView(petition().id, SignatureAccepted.TYPE, None, NOW)
    async with pages(Stored([petition(status)], receipts={Receipt(3, 8): found})) as world:
        if who is not None:
            await world.sign_in(who)
        answer = await world.get(f"{PATH}/receipts/signature-3-8")
        assert (await world.get(PATH)).status_code == 404
    assert answer.status_code == 200
    assert "Your signature is counted" in answer.text
    assert "not public now" in answer.text
    assert petition().text.title not in answer.text
    assert f'href="{PATH}' not in answer.text


async def test_a_refusal_is_told_though_the_petition_was_never_made() -> None:
    found = ReceiptView("never-made", PetitionRefused.TYPE, Refusal.ASSURANCE_TOO_LOW, NOW)
    async with pages(Stored(receipts={Receipt(3, 8): found})) as world:
        answer = await world.get("/petitions/never-made/receipts/petition-3-8")
    assert answer.status_code == 200
    assert "petition-3-8" in answer.text


async def test_who_signed_before_moderation_reads_why_nothing_can_be_withdrawn() -> None:
    async with pages(Stored([petition(Status.MODERATION)], standing_of={READER.id})) as world:
        await world.sign_in(READER)
        answer = await world.get(f"{PATH}/withdraw")
        mine = await world.get("/me")
        await world.sign_in(person("stranger"))
        assert (await world.get(f"{PATH}/withdraw")).status_code == 404
    assert answer.status_code == 409
    assert "collection of signatures is over" in answer.text
    assert petition().text.title not in answer.text
    assert petition().text.title in mine.text
    assert f'href="{PATH}' not in mine.text


async def test_a_page_from_before_moderation_still_takes_a_withdrawal_to_its_decision() -> None:
    stored = Stored(standing_of={READER.id})
    async with pages(stored) as world:
        await world.sign_in(READER)
        fields = hidden((await world.get(f"{PATH}/withdraw")).text, f"{PATH}/withdraw")
        stored.petitions = [petition(Status.MODERATION)]
        answer = await world.post(f"{PATH}/withdraw", fields)
    assert answer.status_code == 303
    assert world.asked.done == [("withdraw", None)]
