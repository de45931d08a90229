"""The petitions service as the kit runs it: the composition root of its processes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from typing import Any, ClassVar

from starlette.types import ASGIApp

from kenes.identity.access import PERSON, Authenticator
from kenes.identity.bearer import BearerVerifier
from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.identity.login import Login
from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.identity.settings import IdentitySettings, LoginSettings, SettingError
from kenes.identity.settings import load as load_identity
from kenes.kafka.decider import Position
from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import DatabaseError, DatabaseUnavailableError
from kenes.mongo.confirmations import MongoConfirmationStore
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import LiveVersions, Projection, Version
from kenes.mongo.sessions import MongoSessionStore
from kenes.mongo.vault import Vault
from kenes.observe.asgi import ObserveMiddleware
from kenes.service.definition import Clock, Context, Deciding, Service, Site, Stream
from kenes.service.following import following
from kenes.web.app import build_app
from kenes.web.assets import KIT_STATIC, Assets
from kenes.web.confirmations import Confirmations
from kenes.web.language import edge_catalogs
from kenes.web.live import LiveHub
from kenes.web.pages import Pages
from kenes.web.problems import Problem
from kenes.web.sessions import Sessions
from kenes.web.styleguide import style_guide_routes
from schemas.topics import PETITION_REQUESTS, PETITIONS, SIGNATURE_REQUESTS, SIGNATURES, Topic
from services.petitions import deadlines
from services.petitions import goals as goals_clock
from services.petitions.api import Api
from services.petitions.commands import Commands, UnknownPetitionError
from services.petitions.deadlines import Deadlines
from services.petitions.directory import Directory
from services.petitions.goals import Goals
from services.petitions.live import LiveCounts
from services.petitions.opendata.hours import HistoryReads
from services.petitions.opendata.operations import open_operations
from services.petitions.opendata.sources import Sources
from services.petitions.pages import LOCALES, STATIC, TEMPLATES, page_routes
from services.petitions.pages.reads import PageReads
from services.petitions.pages.site import SHELL, PageSite
from services.petitions.projection import projections
from services.petitions.queries import Queries
from services.petitions.rights import Rights
from services.petitions.rule_packs import RulePackError, load_rule_packs
from services.petitions.search.following import Search, new_index
from services.petitions.settings import Settings
from services.petitions.stream import SignerState, petition_rules, signer_rules
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
        petition_state = KeyedState(context.database, petitions.rules)
        listings = self.projection("petitions")
        async with following(self, context, listings, self.directory.load, self.directory.take) as tail:
            tallied = Tallied(context.database, self.projection("tallies"))
            goals = Goals(context.database, listings, tallied, context.producer, self.packs)
            signer_state = SignerState(context.database, signatures.rules, tail, goals.signed)
            terms = Deadlines(petition_state, tallied, context.producer)
            yield Stream(
                deciding=((petitions, petition_state), (signatures, signer_state)),
                clocks=(Clock(deadlines.EVERY, terms.tick), Clock(goals_clock.EVERY, goals.tick)),
            )

    @asynccontextmanager
    async def api(self, context: Context) -> AsyncIterator[Site]:
        """The JSON API, the pages and the live counts."""
        hub = LiveHub()
        counts = LiveCounts(hub, self.settings.small_group)
        vault = Vault(context.database, self.keyring)
        petition_decisions, signature_decisions = Decisions(), Decisions()
        listings, tallies = self.projection("petitions"), self.projection("tallies")
        issuers, login_settings = load_identity(IdentitySettings).issuers, load_identity(LoginSettings)
        async with AsyncExitStack() as stack:
            verifier = await stack.enter_async_context(BearerVerifier(issuers))
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
                producer=context.producer,
                directory=self.directory,
                petitions=petitions_tail,
                petition_decisions=petition_decisions,
                signature_decisions=signature_decisions,
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
            api = Api(
                commands=commands,
                queries=queries,
                rights=Rights(self.keyring, vault, queries, MongoSessionStore(context.database)),
                directory=self.directory,
                counts=counts,
                hub=hub,
                packs=self.packs,
                authenticate=Authenticator(verifier).bearer_person,
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
            )
            login = Login(login_settings, issuers, verifier)
            stack.push_async_callback(login.aclose)
            app = await self._app(context, api, login)
            yield Site(app, hub.close)

    def _owner(self, data: Mapping[str, Any]) -> bytes | None:
        """Under which the sessions of the person in `data` are found again."""
        return self.keyring.index(Person.from_dict(data[PERSON]).id) if PERSON in data else None

    async def _app(self, context: Context, api: Api, login: Login) -> ASGIApp:
        """The API and the pages behind one edge."""
        settings = self.settings
        # Signing out ends at the identity provider, and browsers ask whether a form may lead there.
        web = settings.web.model_copy(update={"identity_origins": (*settings.web.identity_origins, login.origin)})
        sessions, confirmations = MongoSessionStore(context.database), MongoConfirmationStore(context.database)
        await sessions.prepare()
        await confirmations.prepare()
        catalogs = edge_catalogs((LOGIN_LOCALES, LOCALES))
        assets = Assets((KIT_STATIC, STATIC))
        pages = Pages(catalogs, assets.url, templates=[TEMPLATES], shell=SHELL)
        site = PageSite(
            pages=pages,
            commands=api.commands,
            queries=api.queries,
            rights=api.rights,
            reads=PageReads(context.database, self.projections, api.counts, api.queries.search),
            counts=api.counts,
            packs=self.packs,
            keyring=self.keyring,
            confirmations=Confirmations(confirmations, web),
            small_group=settings.small_group,
        )
        guide = [] if settings.environment == "production" else style_guide_routes(pages)
        return build_app(
            [*api.routes(), assets.route(), *login.routes(), *page_routes(site), *guide],
            settings=web,
            catalogs=catalogs,
            sessions=Sessions(sessions, web, owner_of=self._owner),
            problem_page=pages.problem_page,
            middleware=(ObserveMiddleware,),
            translations={
                BrokerUnavailableError: _unavailable,
                DatabaseUnavailableError: _unavailable,
                DatabaseError: _unavailable,
                UnknownPetitionError: lambda _: Problem(404, "petition-unknown"),
            },
        )


def _unavailable(_error: Exception) -> Problem:
    return Problem(503, "unavailable", headers={"retry-after": "2"})
