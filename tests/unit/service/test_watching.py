"""Whose lag is told: of each topic once, however many things are decided on it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from kenes.service.watching import undecided
from schemas.topics import ACT_REQUESTS, VOTE_REQUESTS


def test_a_topic_on_which_several_kinds_of_things_are_decided_is_watched_once() -> None:
    deciding = [SimpleNamespace(requests=topic) for topic in (VOTE_REQUESTS, ACT_REQUESTS, VOTE_REQUESTS)]
    service = SimpleNamespace(settings=SimpleNamespace(kafka_bootstrap="broker:9092"), deciding=deciding)

    watched = undecided(cast("Any", service), "votes-stream")

    assert [(each.consumer, each.topic) for each in watched] == [
        ("votes-stream", VOTE_REQUESTS),
        ("votes-stream", ACT_REQUESTS),
    ]
