"""Whatever the rules can say, the pages have words for, in every language."""

from __future__ import annotations

from itertools import product

import pytest

from kenes.web.i18n import LANGUAGES
from kenes.web.language import edge_catalogs
from schemas.console.upkeep import Order, Outcome
from services.console.domain.letters import Standing
from services.console.domain.refusals import Refusal
from services.console.domain.upkeep import STEPS, Phase
from services.console.letters.pages import SPANS
from services.console.serving import FOLDERS

BY = (
    Refusal.ALREADY_ACTED,
    Refusal.NOT_ORDERED,
    Refusal.BATCH_RUNNING,
    Refusal.NO_BATCH,
    Refusal.REBUILD_RUNNING,
    Refusal.AUDIT_RUNNING,
    *(why for _, _, why in STEPS.values() if why is not Refusal.NO_REBUILD),
)
"""Refusals that may tell who came first."""

KEYS = (
    *(f"act.refused.{code}" for code in Refusal),
    *(f"act.refused.{code}.by" for code in BY),
    *(f"letters.standing.{each}" for each in Standing),
    *(f"letters.since.{each}" for each in ("all", *SPANS)),
    *(f"projections.phase.{each}" for each in Phase),
    *(f"projections.order.{each}" for each in Order),
    *(f"projections.order.{each}.body" for each in Order),
    *(f"projections.ended.{each}" for each in (Outcome.SWITCHED, Outcome.DROPPED, Outcome.FAILED)),
    *(f"trail.act.{each}" for each in ("replay", "replay-failed", "discard", "batch-start", "batch-stop", *Order)),
    *(f"trail.act.outcome-{each}" for each in Outcome),
    *(f"problem.{each}.title" for each in ("letter-unknown", "batch-unknown", "projection-unknown")),
)


CATALOGS = edge_catalogs([FOLDERS.locales])


@pytest.mark.parametrize(("key", "language"), list(product(KEYS, LANGUAGES)))
def test_there_are_words_for_it(key: str, language: str) -> None:
    assert key in CATALOGS.keys(language)
