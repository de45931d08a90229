"""What the api process of the petitions service serves: the JSON API, the pages and the live counts."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from kenes.kafka.decider import Position
from kenes.kafka.waiting import Decisions
from kenes.mail.links import MailedLinks
from kenes.mail.sender import SmtpSender
from kenes.mail.settings import LinkSettings, MailSettings
from kenes.mongo.mailed_links import MongoLinkStore
from kenes.mongo.projection import LiveVersions, Version
from kenes.mongo.sessions import MongoSessionStore
from kenes.mongo.vault import Vault
from kenes.service.asking import Asking
from kenes.service.definition import Context, Served
from kenes.service.following import following
from kenes.service.website import Folders, website
from kenes.setting_files import load_settings
from kenes.web.boundary import Translations
from kenes.web.live import LiveHub
from kenes.web.problems import Problem
from schemas.topics import PETITION_REQUESTS, SIGNATURE_REQUESTS
from services.petitions.api import Api
from services.petitions.callers import PetitionCallers
from services.petitions.commands import SOURCE, Commands, UnknownPetitionError
from services.petitions.live import LiveCounts
from services.petitions.mailed.mailing import Mailing
from services.petitions.opendata.hours import HistoryReads
from services.petitions.opendata.operations import open_operations
from services.petitions.opendata.sources import Sources
from services.petitions.pages import page_routes
from services.petitions.pages.reads import PageReads
from services.petitions.pages.site import PetitionSite, desks, shell_of
from services.petitions.queries import Queries
from services.petitions.rights import Rights
from services.petitions.search.following import Search, new_index
from services.petitions.service import Petitions

FOLDERS: Final = Folders.of(Path(__file__).parent)


@asynccontextmanager
async def site_of(service: Petitions, context: Context) -> AsyncIterator[Served]:
    """The JSON API, the pages and the live counts."""
    hub = LiveHub()
    counts = LiveCounts(hub, service.settings.small_group)
    vault = Vault(context.people, service.keyring)
    petition_decisions, signature_decisions = Decisions(), Decisions()
    listings, tallies = service.projection("petitions"), service.projection("tallies")
    async with AsyncExitStack() as stack:
        shell = shell_of(service.settings.sites)
        site = await stack.enter_async_context(website(service.settings, context, service.keyring, FOLDERS, shell))
        versions = LiveVersions(context.database)
        search = Search(stack.enter_context(new_index()), lambda: versions.get(listings))

        async def load(version: Version) -> Mapping[int, Position]:
            # The positions first: what is decided while the index is made comes again from the tail.
            positions = await service.load(version)
            await search.load(version)
            return positions

        takers = (service.directory.take, petition_decisions.note, search.take)
        petitions_tail = await stack.enter_async_context(following(service, context, listings, load, *takers))
        await stack.enter_async_context(search.fresh())
        await stack.enter_async_context(
            following(service, context, tallies, counts.load, counts.take, signature_decisions.note)
        )
        commands = Commands(
            keyring=service.keyring,
            vault=vault,
            directory=service.directory,
            petitions=petitions_tail,
            life=Asking(SOURCE, PETITION_REQUESTS, context.producer, petition_decisions),
            signing=Asking(SOURCE, SIGNATURE_REQUESTS, context.producer, signature_decisions),
        )
        queries = Queries(
            context.database,
            service.projections,
            keyring=service.keyring,
            vault=vault,
            directory=service.directory,
            search=search,
            recent=petition_decisions,
            recent_signatures=signature_decisions,
        )
        mailing = await _mailing(service, context)
        api = Api(
            commands=commands,
            queries=queries,
            rights=Rights(service.keyring, vault, queries, MongoSessionStore(context.people)),
            directory=service.directory,
            counts=counts,
            hub=hub,
            packs=service.packs,
            callers=PetitionCallers(
                site.authenticator.bearer_person, service.settings.wait_limit, queries, service.keyring
            ),
            open_data=open_operations(
                Sources(
                    queries,
                    counts,
                    service.packs,
                    HistoryReads(context.database, service.projections),
                    service.settings.small_group,
                )
            ),
            mailing=mailing,
        )
        pages = PetitionSite(
            pages=site.pages,
            confirmations=site.confirmations,
            folder="petitions",
            shell=shell,
            desks=desks,
            commands=commands,
            queries=queries,
            rights=api.rights,
            reads=PageReads(context.database, service.projections, counts, search),
            counts=counts,
            packs=service.packs,
            offer=service.offer,
            keyring=service.keyring,
            small_group=service.settings.small_group,
            sites=service.settings.sites,
            mailing=mailing,
        )
        unknown: Translations = {UnknownPetitionError: lambda _: Problem(404, "petition-unknown")}
        yield Served(site.app([*api.routes(), *page_routes(pages)], unknown), hub.close)


async def _mailing(service: Petitions, context: Context) -> Mailing | None:
    """What signs by mailed link; nothing where no mail can be sent."""
    mail, limits = load_settings(MailSettings), load_settings(LinkSettings).limits
    if mail.smtp_host is None:
        return None
    links = MongoLinkStore(context.database)
    await links.prepare()
    return Mailing(SmtpSender(mail), MailedLinks(links, limits), service.keyring, limits.lifetime)
