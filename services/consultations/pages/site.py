"""What every page of consultations has at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from starlette.requests import Request

from kenes.identity.access import current_person
from kenes.identity.login import LOGIN, LOGOUT
from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.mongo.vault import Vault
from kenes.web.pages import NavItem, Shell
from kenes.web.problems import Problem
from kenes.web.site import Site
from services.consultations.commands import Commands
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.rules import MODERATOR, ConsultationPacks, role_of
from services.consultations.handing_in.comparing import Comparisons
from services.consultations.handing_in.desk import HandingIn
from services.consultations.ledger.reads import LedgerReads
from services.consultations.live import LiveVotes
from services.consultations.moderating import Moderating
from services.consultations.names import Names
from services.consultations.opinion.view import GroupReads
from services.consultations.owed import OwedReads
from services.consultations.own import Own
from services.consultations.own_data import OwnData
from services.consultations.queries import Queries
from services.consultations.reading import CommentReads
from services.consultations.texts import Texts
from services.consultations.threads import Threads

WAIT: Final = 4.0
"""Seconds a page waits for a decision before it says that it is still being made."""

SHELL: Final = Shell(
    nav=(NavItem("nav.consultations", "/consultations"),),
    footer=(
        NavItem("nav.consultations", "/consultations"),
        NavItem("nav.mine", "/consultations/mine"),
        NavItem("nav.moderation_log", "/consultations/moderation-log"),
        NavItem("nav.developers", "/api/consultations/v1/openapi.json"),
    ),
    home="/consultations",
    account="/consultations/mine",
    sign_in=f"{LOGIN}?next=/consultations/mine",
    sign_out=LOGOUT,
)


def shell_of(sites: Mapping[str, str]) -> Shell:
    """The shell among the sites of other services. What is shown here is followed there."""
    return SHELL.among("consultations", sites, followed_at="notifications")


def desks(roles: frozenset[str]) -> tuple[NavItem, ...]:
    """The desks that somebody with these roles has."""
    body = NavItem("nav.desk", "/consultations/desk")
    moderation = NavItem("nav.moderation", "/consultations/moderation")
    agency = any(role.startswith("agency:") for role in roles)
    return (*((body,) if agency else ()), *((moderation,) if MODERATOR in roles else ()))


@dataclass(frozen=True, kw_only=True)
class ConsultationSite(Site):
    """The parts of the pages. Handlers are methods of small classes that hold one."""

    commands: Commands
    queries: Queries
    comments: CommentReads
    votes: LiveVotes
    groups: GroupReads
    packs: ConsultationPacks
    keyring: Keyring
    vault: Vault
    own_data: OwnData
    small_group: int
    handing_in: HandingIn
    ledger: LedgerReads

    @cached_property
    def texts(self) -> Texts:
        """The texts of drafts."""
        return Texts(self.queries)

    @cached_property
    def owed(self) -> OwedReads:
        """What the bodies' desks have to answer."""
        return OwedReads(self.queries.live, self.queries.recent.comments, self.ledger)

    @cached_property
    def comparisons(self) -> Comparisons:
        """Versions beside each other."""
        return Comparisons(self.texts)

    @cached_property
    def threads(self) -> Threads:
        """Comments, a page at a time."""
        return Threads(self.queries.live, self.queries.recent.comments)

    @cached_property
    def names(self) -> Names:
        """Public names."""
        return Names(self.vault, self.keyring)

    @property
    def own(self) -> Own:
        """What a person did."""
        return self.own_data.own

    @cached_property
    def moderating(self) -> Moderating:
        """What moderators read, and what is told of them."""
        return Moderating(self.queries.live, self.queries.recent.comments)

    async def consultation(self, request: Request) -> Consultation:
        """The consultation of the address. What is being prepared is nobody's but the body's."""
        found = await self.queries.consultation(request.path_params["consultation"])
        if found is None:
            raise Problem(404, Refusal.CONSULTATION_UNKNOWN)
        if not found.public and not acts_for(found, await current_person(request)):
            raise Problem(404, Refusal.CONSULTATION_UNKNOWN)
        return found


def acts_for(consultation: Consultation, person: Person | None) -> bool:
    """Whether this person acts for the body."""
    return person is not None and role_of(consultation.body) in person.roles
