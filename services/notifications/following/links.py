"""Links that do one thing once: those of letters, and those that start the bot."""

from kenes.mail.links import LinkLimits, MailedLinks
from kenes.mongo.mailed_links import MongoLinkStore
from kenes.service.definition import Context


async def links_of(context: Context, limits: LinkLimits) -> MailedLinks:
    """The links of this service, with their limits."""
    store = MongoLinkStore(context.database)
    await store.prepare()
    return MailedLinks(store, limits)
