"""Links that do one thing once: those of letters, and those that start the bot."""

from datetime import timedelta

from kenes.mail.links import LinkLimits, MailedLinks
from kenes.mongo.mailed_links import MongoLinkStore
from kenes.service.definition import Context
from services.notifications.settings import Settings


def lifetime_of(settings: Settings) -> timedelta:
    """How long a link may be followed."""
    return timedelta(hours=settings.mailed_link_hours)


async def links_of(context: Context, settings: Settings) -> MailedLinks:
    """The links of this service, with their limits."""
    store = MongoLinkStore(context.database)
    await store.prepare()
    limits = LinkLimits(
        lifetime_of(settings), to_mailbox=settings.letters_to_mailbox, by_client=settings.letters_by_client
    )
    return MailedLinks(store, limits)
