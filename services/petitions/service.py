"""The petitions service as the kit runs it: the composition root of its processes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from typing import ClassVar

from starlette.requests import Request

from kenes.identity.bearer import BearerVerifier, TokenRefusedError
from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.identity.settings import IdentitySettings
from kenes.identity.settings import load as load_identity
from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import DatabaseError, DatabaseUnavailableError
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import Projection
from kenes.mongo.vault import Vault
from kenes.service.definition import Clock, Context, Deciding, Service, Site, Stream
from kenes.service.following import following
from kenes.web.app import build_app
from kenes.web.live import LiveHub
from kenes.web.problems import Problem
from schemas.topics import PETITION_REQUESTS, PETITIONS, SIGNATURE_REQUESTS, SIGNATURES, Topic
from services.petitions.api import Api
from services.petitions.closing import CLOSING_EVERY, Closing
from services.petitions.commands import Commands, UnknownPetitionError
from services.petitions.directory import Directory
from services.petitions.live import LiveCounts
from services.petitions.projection import projections
from services.petitions.queries import Queries
from services.petitions.rule_packs import load_rule_packs
from services.petitions.settings import Settings
from services.petitions.stream import SignerState, petition_rules, signer_rules


class Petitions(Service):
    """Petitions, signatures, counts."""

    name: ClassVar[str] = "petitions"
    topics: ClassVar[tuple[Topic, ...]] = (PETITION_REQUESTS, PETITIONS, SIGNATURE_REQUESTS, SIGNATURES)

    def __init__(self, settings: Settings) -> None:
        self.settings: Settings = settings
        self.keyring = Keyring(settings.master_key.get_secret_value())
        self.packs = load_rule_packs(settings.petitions_rule_packs)
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
        """Deciders of petitions and signatures, and the clock that ends collections."""
        petitions, signatures = self.deciding
        petition_state = KeyedState(context.database, petitions.rules)
        listings = self.projection("petitions")
        async with following(self, context, listings, self.directory.load, self.directory.take) as tail:
            signer_state = SignerState(context.database, signatures.rules, tail)
            clock = Closing(petition_state, context.producer)
            yield Stream(
                deciding=((petitions, petition_state), (signatures, signer_state)),
                clocks=(Clock(CLOSING_EVERY, clock.tick),),
            )

    @asynccontextmanager
    async def api(self, context: Context) -> AsyncIterator[Site]:
        """The JSON API, the pages and the live counts."""
        hub = LiveHub()
        counts = LiveCounts(hub, self.settings.small_group)
        vault = Vault(context.database, self.keyring)
        petition_decisions, signature_decisions = Decisions(), Decisions()
        listings, tallies = self.projection("petitions"), self.projection("tallies")
        async with AsyncExitStack() as stack:
            verifier = await stack.enter_async_context(BearerVerifier(load_identity(IdentitySettings).issuers))
            petitions_tail = await stack.enter_async_context(
                following(self, context, listings, self.directory.load, self.directory.take, petition_decisions.note)
            )
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
                recent=petition_decisions,
            )

            async def authenticate(request: Request) -> Person:
                scheme, _, token = request.headers.get("authorization", "").partition(" ")
                if scheme.lower() != "bearer":
                    raise Problem(401, "login-required", headers={"www-authenticate": "Bearer"})
                try:
                    return await verifier.verify(token)
                except TokenRefusedError as error:
                    raise Problem(401, error.reason.value) from error

            api = Api(
                commands=commands,
                queries=queries,
                directory=self.directory,
                counts=counts,
                hub=hub,
                packs=self.packs,
                authenticate=authenticate,
                wait_limit=self.settings.wait_limit,
            )
            app = build_app(
                api.routes(),
                settings=self.settings.web,
                translations={
                    BrokerUnavailableError: _unavailable,
                    DatabaseUnavailableError: _unavailable,
                    DatabaseError: _unavailable,
                    UnknownPetitionError: lambda _: Problem(404, "petition-unknown"),
                },
            )
            yield Site(app, hub.close)


def _unavailable(_error: Exception) -> Problem:
    return Problem(503, "unavailable", headers={"retry-after": "2"})
