"""What a pack may ask of a mailbox, and where postcodes lead; what cannot be is refused at its place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.packs import PlacedError
from schemas.petitions.v1 import Assurance, Eligibility
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack, refusal_of
from services.petitions.rule_packs import load_rule_packs
from tests.unit.petitions.lives import SURE, WHO, WORDS, pack

SHIPPED = load_rule_packs(Path("services/petitions/rule_packs"))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
HERE = {"code": "GB-ENG", "name": WORDS}
MAILED: dict[str, Any] = {"declaration": WORDS, "regions": [HERE], **SURE}
MAILBOX: dict[str, Any] = {"minimum_age": 0, "assurance": "email", "citizen": False, **SURE}
POSTCODE = {"postcode": "([A-Z]+)[0-9]+"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"mailed": MAILED}, ("signer", "assurance")),
        ({"signer": MAILBOX}, ("signer", "assurance")),
        ({"mailed": MAILED, "signer": MAILBOX | {"minimum_age": 16}}, ("signer",)),
        ({"mailed": MAILED, "signer": MAILBOX | {"citizen": True}}, ("signer",)),
        ({"mailed": MAILED, "signer": MAILBOX, "author": MAILBOX}, ("author", "assurance")),
        ({"mailed": MAILED | {"postcode": "("}, "signer": MAILBOX}, ("postcode",)),
        ({"mailed": MAILED | {"postcode": "[A-Z]+"}, "signer": MAILBOX}, ("postcode",)),
        ({"mailed": MAILED | POSTCODE, "signer": MAILBOX}, ("regions", 0)),
        ({"mailed": MAILED | {"regions": [HERE | {"areas": ["SW"]}]}, "signer": MAILBOX}, ("regions", 0)),
        ({"mailed": MAILED | {"regions": [HERE, HERE]}, "signer": MAILBOX}, ("regions", 1)),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(changes: dict[str, Any], place: tuple[str | int, ...]) -> None:
    with pytest.raises(ValidationError) as wrong:
        pack(**changes)
    cause = wrong.value.errors()[0]["ctx"]["error"]
    assert isinstance(cause, PlacedError)
    assert cause.place == place


def test_paper_supports_only_where_support_is_asked() -> None:
    told = pack().model_dump() | {"supporters": None}
    with pytest.raises(ValidationError, match="no supporters are needed"):
        RulePack.model_validate(told)


def test_an_account_serves_where_a_mailbox_does_and_not_the_other_way_round() -> None:
    mailbox = Eligibility(age=None, region="GB-ENG", assurance=Assurance.EMAIL, citizen=False)
    account = mailbox.model_copy(update={"assurance": Assurance.LOW})
    takes_mail = pack(mailed=MAILED, signer=MAILBOX)
    assert refusal_of(takes_mail.signer, mailbox) is None
    assert refusal_of(takes_mail.signer, account) is None
    low = pack(signer=MAILBOX | {"assurance": "low"}).signer
    assert (refusal_of(low, mailbox), refusal_of(low, account)) == (Refusal.ASSURANCE_TOO_LOW, None)
    assert refusal_of(pack(signer=WHO).signer, mailbox) == Refusal.ASSURANCE_TOO_LOW


@pytest.mark.parametrize(
    ("postcode", "region"),
    [
        ("SW1A 1AA", "GB-ENG"),
        ("m1 1ae", "GB-ENG"),
        (" eh99 1sp ", "GB-SCT"),
        ("CF10 1AA", "GB-WLS"),
        ("bt15gs", "GB-NIR"),
        ("JE2 3AB", None),
        ("SW1A", None),
        ("050000", None),
        ("", None),
    ],
)
def test_where_british_postcodes_lead(postcode: str, region: str | None) -> None:
    mailed = SHIPPED.in_force("uk-parliament", NOW).mailed
    assert mailed is not None
    found = mailed.region_of(postcode)
    assert (found and found.code) == region


def test_every_british_area_is_in_one_country_and_every_german_state_is_there() -> None:
    uk, germany = (SHIPPED.in_force(name, NOW).mailed for name in ("uk-parliament", "de-bundestag"))
    assert uk is not None
    assert germany is not None
    assert sum(len(region.areas) for region in uk.regions) == 121
    assert len([region for region in germany.regions if "-" in region.code]) == 16
    assert germany.postcode is None
