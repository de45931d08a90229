"""A client's name for what it makes: the same thing for the same person, and nothing else."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from kenes.identity.person import Assurance, Person
from kenes.identity.sealing import Keyring
from kenes.service.naming import idempotency_key, new_id
from kenes.web.problems import Problem

KEYRING = Keyring(b"k" * 32)


def person(subject: str) -> Person:
    return Person("https://id.example", subject, "", "", None, None, Assurance.HIGH, citizen=True, roles=frozenset())


def asked(*keys: str) -> Request:
    return Request({"type": "http", "headers": [(b"idempotency-key", key.encode()) for key in keys]})


def test_a_key_is_read_as_it_was_sent() -> None:
    assert idempotency_key(asked()) is None
    assert idempotency_key(asked("7")) == "7"


@pytest.mark.parametrize("keys", [("",), ("  ",), ("a", "b"), ("a", "a"), ("a", "")])
def test_a_key_that_names_nothing_or_two_things_is_refused(keys: tuple[str, ...]) -> None:
    with pytest.raises(Problem, match="400 idempotency-key-malformed"):
        idempotency_key(asked(*keys))


def test_the_same_key_of_the_same_person_names_the_same_thing_among_its_like_alone() -> None:
    dana = person("dana")
    assert new_id(KEYRING, "a", dana, "1") == new_id(KEYRING, "a", dana, "1")
    others = [("b", dana, "1"), ("a", person("erlan"), "1"), ("a", dana, "2"), ("a", dana, None), ("a", dana, None)]
    assert len({new_id(KEYRING, among, who, key) for among, who, key in (("a", dana, "1"), *others)}) == 6
