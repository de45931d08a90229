"""What the api process of the consultations service serves: the JSON API, the pages and the live votes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from kenes.kafka.waiting import Decisions
from kenes.mongo.projection import LiveCollections
from kenes.mongo.vault import Vault
from kenes.service.asking import Asking
from kenes.service.definition import Context, Served
from kenes.service.following import following
from kenes.service.own_data import OwnDataApi
from kenes.service.website import Folders, website
from kenes.web.boundary import Translations
from kenes.web.live import LiveHub
from kenes.web.problems import Problem
from schemas.topics import (
    COMMENT_REQUESTS,
    CONSULTATION_REQUESTS,
    VOTE_REQUESTS,
)
from services.consultations.api import Api
from services.consultations.callers import ConsultationCallers
from services.consultations.commands import SOURCE, Commands, UnknownConsultationError
from services.consultations.comments_api import CommentsApi
from services.consultations.handing_in.api import VersionsApi
from services.consultations.handing_in.comparing import Comparisons
from services.consultations.handing_in.desk import HandingIn
from services.consultations.handing_in.reads import ComparisonApi
from services.consultations.ledger.api import LedgerApi
from services.consultations.ledger.reads import LedgerReads
from services.consultations.live import LiveVotes
from services.consultations.opendata import OpenData
from services.consultations.opinion.live import LiveOpinions, StillReadingError
from services.consultations.opinion.stored import StoredOpinions
from services.consultations.opinion.view import GroupReads
from services.consultations.own import Own
from services.consultations.own_data import MyData, OwnData
from services.consultations.pages import page_routes
from services.consultations.pages.site import ConsultationSite, desks, shell_of
from services.consultations.queries import Queries, Recent
from services.consultations.reading import CommentReads
from services.consultations.service import Consultations
from services.consultations.texts import Texts
from services.consultations.threads import Threads

FOLDERS: Final = Folders.of(Path(__file__).parent)


@asynccontextmanager
async def site_of(service: Consultations, context: Context) -> AsyncIterator[Served]:
    """The JSON API, the pages and the live votes."""
    hub = LiveHub(event="votes")
    votes = LiveVotes(hub)
    recent = Recent(Decisions(), Decisions(), Decisions())
    live = LiveCollections(context.database, service.projections)
    vault = Vault(context.people, service.keyring)
    stored = StoredOpinions(context.database, service.projection("ballots"), service.projection("comments"))
    opinions = LiveOpinions(stored)
    reads = CommentReads(live, recent.comments)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        listings, comments, tallies = (service.projection(name) for name in ("consultations", "comments", "tallies"))
        tail = await enter(
            following(service, context, listings, service.hearings.load, service.hearings.take, recent.course.note)
        )
        load_comments = opinions.comments.after(lambda version: version.positions())
        take_comment = (recent.comments.note, reads.take, opinions.take_comment)
        await enter(following(service, context, comments, load_comments, *take_comment))
        load_votes = opinions.votes.after(votes.load)
        await enter(following(service, context, tallies, load_votes, votes.take, recent.votes.note, opinions.take))
        stack.push_async_callback(opinions.aclose)
        shell = shell_of(service.settings.sites)
        site = await enter(website(service.settings, context, service.keyring, FOLDERS, shell))
        commands = Commands(
            keyring=service.keyring,
            vault=vault,
            hearings=service.hearings,
            consultations=tail,
            course=Asking(SOURCE, CONSULTATION_REQUESTS, context.producer, recent.course),
            comments=Asking(SOURCE, COMMENT_REQUESTS, context.producer, recent.comments),
            votes=Asking(SOURCE, VOTE_REQUESTS, context.producer, recent.votes),
        )
        queries = Queries(context.database, service.projections, service.hearings, recent)
        texts = Texts(queries)
        groups = GroupReads(opinions, live)
        handing_in = HandingIn(queries, commands)
        ledger = LedgerReads(live)
        own = OwnData(Own(live, recent.comments, recent.votes, vault, service.keyring), queries)
        callers = ConsultationCallers(site.authenticator.bearer_person, service.settings.wait_limit, queries)
        api = Api(
            commands=commands,
            queries=queries,
            votes=votes,
            groups=groups,
            callers=callers,
            comments=CommentsApi(
                callers=callers,
                commands=commands,
                queries=queries,
                comments=reads,
                threads=Threads(live, recent.comments),
                votes=votes,
                ledger=ledger,
                texts=texts,
            ),
            versions=VersionsApi(handing_in, callers),
            comparisons=ComparisonApi(callers, Comparisons(texts)),
            ledger=LedgerApi(queries, ledger, live, votes, service.settings.small_group),
            hub=hub,
            own=OwnDataApi(callers, own.told, MyData),
            open_data=OpenData(queries, votes),
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
            packs=service.packs,
            keyring=service.keyring,
            vault=vault,
            own_data=own,
            small_group=service.settings.small_group,
            handing_in=handing_in,
            ledger=ledger,
        )
        unknown: Translations = {
            UnknownConsultationError: lambda _: Problem(404, "consultation-unknown"),
            StillReadingError: lambda _: Problem(503, "unavailable", headers={"retry-after": "2"}),
        }
        yield Served(site.app([*api.routes(), *page_routes(pages)], unknown), hub.close)
