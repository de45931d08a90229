"""The consultations service as the kit runs it: the composition root of its processes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Final

from kenes.identity.sealing import Keyring
from kenes.identity.settings import SettingError
from kenes.kafka.waiting import Decisions
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import LiveCollections, LiveVersions, Projection
from kenes.mongo.vault import Vault
from kenes.rules.loading import RulePackError
from kenes.service import terms
from kenes.service.asking import Asking
from kenes.service.definition import Clock, Context, Deciding, Service, Site, Stream
from kenes.service.following import following
from kenes.service.seen import DependentState
from kenes.service.website import Folders, website
from kenes.web.boundary import Translations
from kenes.web.live import LiveHub
from kenes.web.problems import Problem
from schemas.topics import (
    COMMENT_REQUESTS,
    COMMENTS,
    CONSULTATION_REQUESTS,
    CONSULTATIONS,
    VOTE_REQUESTS,
    VOTES,
    Topic,
)
from services.consultations.api import Api
from services.consultations.clocks import Deadlines, Ledgers
from services.consultations.commands import SOURCE, Commands, UnknownConsultationError
from services.consultations.handing_in.api import VersionsApi
from services.consultations.handing_in.comparing import Comparisons
from services.consultations.handing_in.desk import HandingIn
from services.consultations.handing_in.reads import ComparisonApi
from services.consultations.hearings import hearings
from services.consultations.ledger import reaching
from services.consultations.ledger.api import LedgerApi
from services.consultations.ledger.counting import Counting
from services.consultations.ledger.reads import LedgerReads
from services.consultations.live import LiveVotes
from services.consultations.opinions import LiveOpinions, StillReadingError
from services.consultations.opinions_stored import StoredOpinions
from services.consultations.opinions_view import GroupReads
from services.consultations.pages import page_routes, shell_of
from services.consultations.pages.site import ConsultationSite, desks
from services.consultations.projection import projections
from services.consultations.queries import Queries, Recent
from services.consultations.reading import CommentReads
from services.consultations.rule_packs import load_rule_packs
from services.consultations.settings import Settings
from services.consultations.stream import comment_rules, course_rules, vote_rules
from services.consultations.texts import Texts
from services.consultations.threads import Threads

FOLDERS: Final = Folders.of(Path(__file__).parent)


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

    @asynccontextmanager
    async def api(self, context: Context) -> AsyncIterator[Site]:
        """The JSON API, the pages and the live votes."""
        hub = LiveHub(event="votes")
        votes = LiveVotes(hub)
        recent = Recent(Decisions(), Decisions(), Decisions())
        live = LiveCollections(context.database, self.projections)
        vault = Vault(context.people, self.keyring)
        stored = StoredOpinions(context.database, self.projection("ballots"), self.projection("comments"))
        opinions = LiveOpinions(stored)
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            listings, comments, tallies = (self.projection(name) for name in ("consultations", "comments", "tallies"))
            tail = await enter(
                following(self, context, listings, self.hearings.load, self.hearings.take, recent.course.note)
            )
            load_comments = opinions.comments.after(lambda version: version.positions())
            await enter(following(self, context, comments, load_comments, recent.comments.note, opinions.take_comment))
            load_votes = opinions.votes.after(votes.load)
            await enter(following(self, context, tallies, load_votes, votes.take, recent.votes.note, opinions.take))
            stack.push_async_callback(opinions.aclose)
            shell = shell_of(self.settings.sites)
            site = await enter(website(self.settings, context, self.keyring, FOLDERS, shell))
            commands = Commands(
                keyring=self.keyring,
                vault=vault,
                hearings=self.hearings,
                consultations=tail,
                course=Asking(SOURCE, CONSULTATION_REQUESTS, context.producer, recent.course),
                comments=Asking(SOURCE, COMMENT_REQUESTS, context.producer, recent.comments),
                votes=Asking(SOURCE, VOTE_REQUESTS, context.producer, recent.votes),
            )
            queries = Queries(context.database, self.projections, self.hearings, recent)
            reads = CommentReads(live, recent.comments)
            groups = GroupReads(opinions, live)
            handing_in = HandingIn(queries, commands)
            ledger = LedgerReads(live)
            api = Api(
                commands=commands,
                queries=queries,
                comments=reads,
                threads=Threads(live, recent.comments),
                votes=votes,
                groups=groups,
                versions=VersionsApi(handing_in, site.authenticator.bearer_person, self.settings.wait_limit),
                comparisons=ComparisonApi(queries, Comparisons(Texts(queries)), site.authenticator.bearer_person),
                ledger=LedgerApi(queries, ledger, live),
                hub=hub,
                packs=self.packs,
                authenticate=site.authenticator.bearer_person,
                wait_limit=self.settings.wait_limit,
            )
            pages = ConsultationSite(
                pages=site.pages,
                confirmations=site.confirmations,
                folder="consultations",
                shell=shell,
                desks=desks,
                commands=commands,
                queries=queries,
                comments=reads,
                votes=votes,
                groups=groups,
                packs=self.packs,
                keyring=self.keyring,
                vault=vault,
                small_group=self.settings.small_group,
                handing_in=handing_in,
                ledger=ledger,
            )
            unknown: Translations = {
                UnknownConsultationError: lambda _: Problem(404, "consultation-unknown"),
                StillReadingError: lambda _: Problem(503, "unavailable", headers={"retry-after": "2"}),
            }
            yield Site(site.app([*api.routes(), *page_routes(pages)], unknown), hub.close)
