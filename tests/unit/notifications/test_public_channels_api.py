"""The API of public channels: described beside all others, and open to officials of the body alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from openapi_spec_validator import validate

from kenes.identity.person import Assurance, Person
from kenes.identity.sealing import Keyring
from kenes.service.own_data import OwnDataApi
from kenes.web.openapi import document
from kenes.web.problems import Problem
from services.notifications.api import PREFIX
from services.notifications.following.api import FollowingApi
from services.notifications.following.inbox_api import InboxApi
from services.notifications.following.own_data import MyData
from services.notifications.public_channels.access import own_channel
from services.notifications.public_channels.api import ChannelApi
from services.notifications.public_channels.naming import bodies_of, channel_of, code_of, read_name

NOTHING: Any = None
"""No operation is called here."""
OPERATIONS = (
    *FollowingApi(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING).operations(),
    *InboxApi(NOTHING, NOTHING, NOTHING).operations(),
    *OwnDataApi(NOTHING, NOTHING, MyData).operations(),
    *ChannelApi(NOTHING, NOTHING, NOTHING, NOTHING).operations(),
)
KEYRING = Keyring(b"k" * 32)


def official(*roles: str) -> Person:
    return Person("i", "s", "Дана", "Оспанова", None, None, Assurance.HIGH, citizen=True, roles=frozenset(roles))


def test_the_document_is_valid_and_names_are_unique() -> None:
    validate(document("Kenes notifications", "1", PREFIX, OPERATIONS))
    assert Counter(each.name for each in OPERATIONS).most_common(1)[0][1] == 1


@pytest.mark.parametrize(
    "text", ["@Almaty_Akimat", "almaty_akimat", "https://t.me/almaty_akimat", "t.me/almaty_akimat/"]
)
def test_a_name_is_read_however_it_is_written(text: str) -> None:
    assert read_name(text) == "almaty_akimat"


@pytest.mark.parametrize(
    "text", ["", "@", "abc", "1abcd", "a b c d", "имя_канала", "@a" + "b" * 40, "t.me/+invitation"]
)
def test_what_is_no_public_name_is_refused(text: str) -> None:
    assert read_name(text) is None
    with pytest.raises(Problem, match="channel-name-unusable"):
        own_channel(official("agency:kz-justice"), "kz-justice", text)


def test_only_officials_of_the_body_speak_for_its_channels() -> None:
    assert own_channel(official("agency:kz-akimat:KZ-75"), "kz-akimat:KZ-75", "@News_75") == (
        "kz-akimat:KZ-75",
        "news_75",
    )
    for roles in ((), ("moderator",), ("agency:kz-justice",), ("agency:kz-akimat",), ("agency:kz-akimat:KZ-71",)):
        with pytest.raises(Problem, match="not-allowed"):
            own_channel(official(*roles), "kz-akimat:KZ-75", "@News_75")
    assert bodies_of(frozenset({"citizen", "agency:b", "agency:a"})) == ["a", "b"]


def test_each_body_and_each_channel_has_a_code_of_its_own() -> None:
    codes = {code_of(KEYRING, body, name) for body in ("a", "a:b", "b") for name in ("news", "other", "b_news")}
    assert len(codes) == 9
    assert code_of(Keyring(b"x" * 32), "a", "news") not in codes
    assert channel_of("a", "news") != channel_of("b", "news")
    assert not channel_of("a", "news").account
