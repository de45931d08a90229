"""From one stage to the next: which one comes, and the terms that begin with it."""

from datetime import datetime, timedelta

from schemas.petitions.v1 import Actor, DiscussionBegun, GatheringBegun, ModerationBegun, Published
from schemas.terms import Term
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePack, RulePacks
from services.petitions.domain.status import Status

MODERATOR = "moderator"


def is_of(petition: Petition, pseudonym: str) -> bool:
    """Whether somebody started the petition, or stands behind it as an organiser."""
    return pseudonym == petition.author or any(each.pseudonym == pseudonym for each in petition.organisers)


def moderates(petition: Petition, actor: Actor) -> bool:
    """Nobody moderates a petition of their own."""
    return MODERATOR in actor.roles and not is_of(petition, actor.pseudonym)


def handed_in(
    petition: Petition, now: datetime, packs: RulePacks
) -> DiscussionBegun | GatheringBegun | ModerationBegun | Published:
    """What follows when the author hands the text in.

    It is discussed once, and supporters are gathered once, before the first moderation.
    """
    pack = packs.pinned(petition.rules)
    if pack.discussion is not None and petition.status is Status.DRAFT:
        most = pack.discussion.most
        return DiscussionBegun(
            petition=petition.id,
            ripe_at=packs.ends(pack.discussion.least, now, pack),
            until=None if most is None else packs.ends(most, now, pack),
        )
    if pack.supporters is not None and petition.status in (Status.DRAFT, Status.DISCUSSION):
        until = packs.ends(pack.supporters.within, now, pack)
        besides = petition.author if pack.supporters.besides_author else None
        return GatheringBegun(petition=petition.id, needed=pack.supporters.needed, until=until, besides=besides)
    return supported(petition, now, packs)


def supported(petition: Petition, now: datetime, packs: RulePacks) -> ModerationBegun | Published:
    """What follows once there are supporters enough."""
    pack = packs.pinned(petition.rules)
    if pack.moderation is None:
        return published(petition, now, packs, by=None)
    due_at, remind_at = duty_term(pack.moderation.within, now, pack, packs)
    return ModerationBegun(petition=petition.id, due_at=due_at, remind_at=remind_at)


def published(petition: Petition, now: datetime, packs: RulePacks, by: str | None) -> Published:
    """The petition opened to everybody."""
    pack = packs.pinned(petition.rules)
    return Published(
        petition=petition.id,
        closes_at=packs.ends(pack.window, now, pack),
        by=by,
        checkpoint=None if pack.early is None else packs.ends(pack.early.within, now, pack),
    )


def duty_term(term: Term, now: datetime, pack: RulePack, packs: RulePacks) -> tuple[datetime, datetime]:
    """When a duty that begins now is due, and when it is told again: never before it begins."""
    due_at = packs.ends(term, now, pack)
    return due_at, max(now, due_at - timedelta(days=pack.reminder_days))
