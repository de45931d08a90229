"""What every page of petitions has at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from kenes.identity.login import LOGIN, LOGOUT
from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.web.pages import NavItem, Shell
from kenes.web.problems import Problem
from kenes.web.site import Site
from services.petitions.answering.desk import is_agency
from services.petitions.commands import Commands
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.stages import MODERATOR
from services.petitions.live import LiveCounts
from services.petitions.mailed.mailing import Mailing
from services.petitions.offering import Offer
from services.petitions.pages.presenter import Presented, Presenter
from services.petitions.pages.reads import PageReads
from services.petitions.queries import Queries
from services.petitions.rights import Rights

WAIT: Final = 4.0
"""Seconds a page waits for a decision before it says that it is still being made."""

SHELL: Final = Shell(
    nav=(
        NavItem("nav.petitions", "/petitions"),
        NavItem("nav.start", "/petitions/start"),
    ),
    footer=(
        NavItem("nav.how", "/#how"),
        NavItem("nav.petitions", "/petitions"),
        NavItem("nav.start", "/petitions/start"),
        NavItem("nav.me", "/me"),
        NavItem("nav.moderation_log", "/petitions/moderation-log"),
        NavItem("nav.developers", "/api/petitions/v1/openapi.json"),
    ),
    sign_in=f"{LOGIN}?next=/me",
    sign_out=LOGOUT,
)


def shell_of(sites: Mapping[str, str]) -> Shell:
    """The shell among the sites of other services. What is shown here is followed there."""
    return SHELL.among("petitions", sites, followed_at="notifications")


MODERATION: Final = NavItem("nav.moderation", "/moderation")
"""In the menu of moderators only."""

AGENCY: Final = NavItem("nav.agency", "/agency")
"""In the menu of those who answer for a body only."""


def desks(roles: frozenset[str]) -> tuple[NavItem, ...]:
    """The desks that somebody with these roles has."""
    return (*((MODERATION,) if MODERATOR in roles else ()), *((AGENCY,) if is_agency(roles) else ()))


@dataclass(frozen=True, kw_only=True)
class PetitionSite(Site):
    """The parts of the pages. Handlers are methods of small classes that hold one. `sites` are origins by service."""

    commands: Commands
    queries: Queries
    rights: Rights
    reads: PageReads
    counts: LiveCounts
    packs: RulePacks
    offer: Offer
    keyring: Keyring
    small_group: int
    sites: Mapping[str, str]
    mailing: Mailing | None = None

    @property
    def presenter(self) -> Presenter:
        """Shows petitions."""
        return Presenter(self.packs, self.counts)

    async def petition(self, request: Request, person: Person | None) -> Petition:
        """The petition of the address. A draft is nobody's but its author's and the moderators'."""
        found = await self.readable(request, person)
        if found is None:
            raise Problem(404, Refusal.PETITION_UNKNOWN)
        return found

    async def readable(self, request: Request, person: Person | None) -> Petition | None:
        """The petition of the address, where this person may read it."""
        found = await self.queries.petition(request.path_params["petition"])
        return found if found is not None and self.may_read(found, person) else None

    def may_read(self, petition: Petition, person: Person | None) -> bool:
        """Whether it is open to everybody, or this person is its author or a moderator."""
        return petition.readable or (person is not None and (self.wrote(petition, person) or MODERATOR in person.roles))

    def wrote(self, petition: Petition, person: Person | None) -> bool:
        """Whether this person is its author."""
        return person is not None and self.keyring.pseudonym(petition.id, person.id) == petition.author

    def present(self, request: Request, petition: Petition) -> Presented:
        """The petition as this reader sees it."""
        return self.presenter.of(petition, self.translator(request))
