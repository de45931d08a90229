"""The consultations service as the kit runs it: the composition root of its processes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property
from typing import ClassVar

from kenes.identity.sealing import Keyring
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import LiveVersions, Projection
from kenes.rules.loading import RulePackError
from kenes.service import terms
from kenes.service.definition import Clock, Context, Deciding, Served, Service, Stream
from kenes.service.following import following
from kenes.service.seen import DependentState
from kenes.setting_files import SettingError
from schemas.topics import (
    COMMENT_REQUESTS,
    COMMENTS,
    CONSULTATION_REQUESTS,
    CONSULTATIONS,
    VOTE_REQUESTS,
    VOTES,
    Topic,
)
from services.consultations.clocks import Deadlines, Ledgers
from services.consultations.hearings import hearings
from services.consultations.ledger import reaching
from services.consultations.ledger.counting import Counting
from services.consultations.projection import projections
from services.consultations.rule_packs import load_rule_packs
from services.consultations.settings import Settings
from services.consultations.stream import comment_rules, course_rules, vote_rules


class Consultations(Service):
    """Drafts, comments, votes, and what is owed to those who spoke."""

    name: ClassVar[str] = "consultations"
    topics: ClassVar[tuple[Topic, ...]] = (
        CONSULTATION_REQUESTS,
        CONSULTATIONS,
        COMMENT_REQUESTS,
        COMMENTS,
        VOTE_REQUESTS,
        VOTES,
    )

    def __init__(self, settings: Settings) -> None:
        self.settings: Settings = settings
        self.keyring = Keyring(settings.master_key.get_secret_value())
        try:
            self.packs = load_rule_packs(settings.consultations_rule_packs)
        except RulePackError as error:
            raise SettingError(f"KENES_CONSULTATIONS_RULE_PACKS: {error}") from error
        self.hearings = hearings()

    @property
    def database(self) -> str:
        """The name of the service's database."""
        return self.settings.consultations_database

    @cached_property
    def projections(self) -> tuple[Projection, ...]:
        """What the service keeps for readers."""
        return projections(self.keyring.open_owner)

    @cached_property
    def deciding(self) -> tuple[Deciding, ...]:
        """What the service decides."""
        return (
            Deciding(CONSULTATION_REQUESTS, CONSULTATIONS, course_rules(self.packs)),
            Deciding(COMMENT_REQUESTS, COMMENTS, comment_rules(self.packs, self.hearings)),
            Deciding(VOTE_REQUESTS, VOTES, vote_rules(self.packs, self.hearings)),
        )

    @asynccontextmanager
    async def stream(self, context: Context) -> AsyncIterator[Stream]:
        """Deciders of courses, comments and votes, and the clock of terms."""
        courses, comments, votes = self.deciding
        listings = self.projection("consultations")
        async with following(self, context, listings, self.hearings.load, self.hearings.take) as tail:
            course_state = KeyedState(context.database, courses.rules)
            deadlines = Deadlines(course_state, context.producer)
            versions = LiveVersions(context.database)
            counting = Counting(self.settings.kafka_bootstrap, versions)
            reports = Ledgers(course_state.states, counting.count, context.producer)
            answers = reaching.Reaching(versions, context.producer)
            yield Stream(
                deciding=(
                    (courses, course_state),
                    (comments, DependentState(context.database, comments.rules, tail)),
                    (votes, DependentState(context.database, votes.rules, tail)),
                ),
                clocks=(
                    Clock(terms.EVERY, deadlines.tick),
                    Clock(terms.EVERY, reports.tick),
                    Clock(reaching.EVERY, answers.tick),
                ),
            )

    def api(self, context: Context) -> AbstractAsyncContextManager[Served]:
        """The JSON API, the pages and the live votes."""
        from services.consultations.serving import site_of  # noqa: PLC0415 - 30 MB that stream and project have no use for

        return site_of(self, context)
