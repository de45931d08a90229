"""The petitions service as the kit runs it: the composition root of its processes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from kenes.identity.sealing import Keyring
from kenes.identity.settings import SettingError
from kenes.identity.settings import load as load_identity
from kenes.kafka.decider import Position
from kenes.kafka.waiting import Decisions
from kenes.mail.links import LinkLimits, MailedLinks
from kenes.mail.sender import SmtpSender
from kenes.mail.settings import MailSettings
from kenes.mongo.mailed_links import MongoLinkStore
from kenes.mongo.projection import LiveVersions, Projection, Version
from kenes.mongo.sessions import MongoSessionStore
from kenes.mongo.vault import Vault
from kenes.rules.loading import RulePackError
from kenes.service import terms
from kenes.service.asking import Asking
from kenes.service.definition import Clock, Context, Deciding, Service, Site, Stream
from kenes.service.following import following
from kenes.service.website import website
from kenes.web.boundary import Translations
from kenes.web.live import LiveHub
from kenes.web.problems import Problem
from schemas.topics import PETITION_REQUESTS, PETITIONS, SIGNATURE_REQUESTS, SIGNATURES, Topic
from services.petitions import goals as goals_clock
from services.petitions.api import Api
from services.petitions.commands import SOURCE, Commands, UnknownPetitionError
from services.petitions.deadlines import Deadlines
from services.petitions.directory import Directory
from services.petitions.goals import Goals
from services.petitions.live import LiveCounts
from services.petitions.mailed.mailing import Mailing
from services.petitions.opendata.hours import HistoryReads
from services.petitions.opendata.operations import open_operations
from services.petitions.opendata.sources import Sources
from services.petitions.pages import FOLDERS, page_routes
from services.petitions.pages.reads import PageReads
from services.petitions.pages.site import PageSite, desks, shell_of
from services.petitions.projection import projections
from services.petitions.queries import Queries
from services.petitions.rights import Rights
from services.petitions.rule_packs import load_rule_packs
from services.petitions.search.following import Search, new_index
from services.petitions.settings import Settings
from services.petitions.stream import PetitionState, SignerState, petition_rules, signer_rules
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
        """What the service decides."""
        return (
            Deciding(PETITION_REQUESTS, PETITIONS, petition_rules(self.packs)),
            Deciding(SIGNATURE_REQUESTS, SIGNATURES, signer_rules(self.packs, self.directory)),
        )

    @asynccontextmanager
    async def stream(self, context: Context) -> AsyncIterator[Stream]:
        """Deciders of petitions and signatures, and the clocks of terms and goals."""
        petitions, signatures = self.deciding
        listings = self.projection("petitions")
        async with following(self, context, listings, self.directory.load, self.directory.take) as tail:
            tallied = Tallied(context.database, self.projection("tallies"))
            goals = Goals(context.database, listings, self.directory, tallied, context.producer, self.packs)
            petition_state = PetitionState(context.database, petitions.rules, goals.counted_on_paper)
            signer_state = SignerState(context.database, signatures.rules, tail, goals.signed)
            deadlines = Deadlines(petition_state, tallied, context.producer)
            yield Stream(
                deciding=((petitions, petition_state), (signatures, signer_state)),
                clocks=(Clock(terms.EVERY, deadlines.tick), Clock(goals_clock.EVERY, goals.tick)),
            )

    @asynccontextmanager
    async def api(self, context: Context) -> AsyncIterator[Site]:
        """The JSON API, the pages and the live counts."""
        hub = LiveHub()
        counts = LiveCounts(hub, self.settings.small_group)
        vault = Vault(context.people, self.keyring)
        petition_decisions, signature_decisions = Decisions(), Decisions()
        listings, tallies = self.projection("petitions"), self.projection("tallies")
        async with AsyncExitStack() as stack:
            shell = shell_of(self.settings.sites)
            site = await stack.enter_async_context(website(self.settings, context, self.keyring, FOLDERS, shell))
            versions = LiveVersions(context.database)
            search = Search(stack.enter_context(new_index()), lambda: versions.get(listings))

            async def load(version: Version) -> Mapping[int, Position]:
                # The positions first: what is decided while the index is made comes again from the tail.
                positions = await self.directory.load(version)
                await search.load(version)
                return positions

            takers = (self.directory.take, petition_decisions.note, search.take)
            petitions_tail = await stack.enter_async_context(following(self, context, listings, load, *takers))
            await stack.enter_async_context(search.fresh())
            await stack.enter_async_context(
                following(self, context, tallies, counts.load, counts.take, signature_decisions.note)
            )
            commands = Commands(
                keyring=self.keyring,
                vault=vault,
                directory=self.directory,
                petitions=petitions_tail,
                life=Asking(SOURCE, PETITION_REQUESTS, context.producer, petition_decisions),
                signing=Asking(SOURCE, SIGNATURE_REQUESTS, context.producer, signature_decisions),
            )
            queries = Queries(
                context.database,
                self.projections,
                keyring=self.keyring,
                vault=vault,
                directory=self.directory,
                search=search,
                recent=petition_decisions,
                recent_signatures=signature_decisions,
            )
            mailing = await self._mailing(context)
            api = Api(
                commands=commands,
                queries=queries,
                rights=Rights(self.keyring, vault, queries, MongoSessionStore(context.people)),
                directory=self.directory,
                counts=counts,
                hub=hub,
                packs=self.packs,
                authenticate=site.authenticator.bearer_person,
                wait_limit=self.settings.wait_limit,
                open_data=open_operations(
                    Sources(
                        queries,
                        counts,
                        self.packs,
                        HistoryReads(context.database, self.projections),
                        self.settings.small_group,
                    )
                ),
                mailing=mailing,
            )
            pages = PageSite(
                pages=site.pages,
                confirmations=site.confirmations,
                folder="petitions",
                shell=shell,
                desks=desks,
                commands=commands,
                queries=queries,
                rights=api.rights,
                reads=PageReads(context.database, self.projections, counts, search),
                counts=counts,
                packs=self.packs,
                keyring=self.keyring,
                small_group=self.settings.small_group,
                mailing=mailing,
            )
            unknown: Translations = {UnknownPetitionError: lambda _: Problem(404, "petition-unknown")}
            yield Site(site.app([*api.routes(), *page_routes(pages)], unknown), hub.close)

    async def _mailing(self, context: Context) -> Mailing | None:
        """What signs by mailed link; nothing where no mail can be sent."""
        mail, settings = load_identity(MailSettings), self.settings
        if mail.smtp_host is None:
            return None
        links = MongoLinkStore(context.database)
        await links.prepare()
        lifetime = timedelta(hours=settings.mailed_link_hours)
        limits = LinkLimits(lifetime, to_mailbox=settings.letters_to_mailbox, by_client=settings.letters_by_client)
        return Mailing(SmtpSender(mail), MailedLinks(links, limits), self.keyring, lifetime)
