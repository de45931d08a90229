"""The petitions service as the kit runs it: the composition root of its processes."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property
from typing import ClassVar

from kenes.identity.sealing import Keyring
from kenes.kafka.decider import Position
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.joint_state import JointState
from kenes.mongo.projection import Projection, Version
from kenes.rules.loading import RulePackError
from kenes.service import terms
from kenes.service.definition import Clock, Context, Deciding, Served, Service, Stream
from kenes.service.following import following
from kenes.setting_files import SettingError, load_settings
from schemas.topics import PETITION_REQUESTS, PETITIONS, SIGNATURE_REQUESTS, SIGNATURES, Topic
from services.petitions import goals as goals_clock
from services.petitions.deadlines import Deadlines
from services.petitions.directory import Directory
from services.petitions.goals import Goals
from services.petitions.offering import Offer
from services.petitions.projection import projections
from services.petitions.rule_packs import load_rule_packs
from services.petitions.settings import Settings
from services.petitions.settling import Settling
from services.petitions.stream import PetitionState, SignerState, comment_rules, petition_rules, signer_rules
from services.petitions.tallied import Tallied


class Petitions(Service):
    """Petitions, signatures, counts."""

    name: ClassVar[str] = "petitions"
    topics: ClassVar[tuple[Topic, ...]] = (PETITION_REQUESTS, PETITIONS, SIGNATURE_REQUESTS, SIGNATURES)

    def __init__(self, settings: Settings) -> None:
        self.settings: Settings = settings
        self.keyring = Keyring(settings.master_key.get_secret_value())
        try:
            self.packs = load_rule_packs(settings.petitions_rule_packs)
        except RulePackError as error:
            raise SettingError(f"KENES_PETITIONS_RULE_PACKS: {error}") from error
        try:
            self.offer = Offer(self.packs, settings.petitions_offered)
        except ValueError as error:
            raise SettingError(f"KENES_PETITIONS_OFFERED: {error}") from error
        self.directory = Directory()

    @property
    def database(self) -> str:
        """The name of the service's database."""
        return self.settings.petitions_database

    @cached_property
    def projections(self) -> tuple[Projection, ...]:
        """What the service keeps for readers."""
        return projections(self.keyring.open_owner)

    @cached_property
    def deciding(self) -> tuple[Deciding, ...]:
        """What the service decides. Requests about petitions and about comments on them are decided by one decider."""
        return (
            Deciding(PETITION_REQUESTS, PETITIONS, petition_rules(self.packs)),
            # The stream has the petitions; whoever else has these rules decides nothing by them.
            Deciding(PETITION_REQUESTS, PETITIONS, comment_rules(lambda _: None)),
            Deciding(SIGNATURE_REQUESTS, SIGNATURES, signer_rules(self.packs, self.directory)),
        )

    def check(self, role: str) -> None:
        """The api also writes letters."""
        super().check(role)
        if role == "api":
            from kenes.mail.settings import (  # noqa: PLC0415 - letters, which only the api writes
                LinkSettings,
                MailSettings,
            )

            load_settings(MailSettings)
            load_settings(LinkSettings)

    async def load(self, version: Version) -> dict[int, Position]:
        """Loads the directory; raises `SettingError` where petitions are pinned to packs that are not there."""
        positions = await self.directory.load(version)
        pinned = Counter(entry.known.rules for _, entry in self.directory)
        folder = self.settings.petitions_rule_packs
        lost = [
            f"KENES_PETITIONS_RULE_PACKS: {folder} lacks version {each.version} of {each.id}, "
            f"to which petitions are pinned: {number}"
            for each, number in pinned.items()
            if each not in self.packs
        ]
        if lost:
            raise SettingError("\n".join(lost))
        return positions

    @asynccontextmanager
    async def stream(self, context: Context) -> AsyncIterator[Stream]:
        """Deciders of petitions and signatures, and the clocks of terms and goals."""
        petitions, _, signatures = self.deciding
        listings = self.projection("petitions")
        async with following(self, context, listings, self.load, self.directory.take) as tail:
            tallied = Tallied(context.database, self.projection("tallies"))
            goals = Goals(context.database, listings, self.directory, tallied, context.producer, self.packs)
            petition_state = PetitionState(context.database, petitions.rules, goals.recount)
            signer_state = SignerState(context.database, signatures.rules, tail, goals.signed)
            comment_state = KeyedState(context.database, comment_rules(petition_state.state))
            settling = Settling(self.settings.kafka_bootstrap, tallied)
            deadlines = Deadlines(petition_state, tallied, settling, context.producer, self.packs)
            yield Stream(
                deciding=((petitions, JointState(comment_state, petition_state)), (signatures, signer_state)),
                clocks=(Clock(terms.EVERY, deadlines.tick), Clock(goals_clock.EVERY, goals.tick)),
            )

    def api(self, context: Context) -> AbstractAsyncContextManager[Served]:
        """The JSON API, the pages and the live counts."""
        from services.petitions.serving import site_of  # noqa: PLC0415 - 25 MB that stream and project have no use for

        return site_of(self, context)
