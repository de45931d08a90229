"""A person's own pages: what they signed and started, what is held about them, and being erased."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from kenes.home import home_day
from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.regions import region_name
from kenes.web import csrf
from kenes.web.context import web
from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from kenes.web.site import personal, see_other, session_of
from services.petitions.pages.presenter import Presented
from services.petitions.pages.site import PetitionSite
from services.petitions.rights import STAYS, resumed

ERASE: Final = "petitions.erase"
FILES: Final = {"consultations": "/consultations/mine/data", "notifications": "/notifications/data"}
"""Where other services tell people what they hold about them."""


@dataclass(frozen=True)
class Account:
    """`/me`, `/me/data`, `/me/erase`, `/me/erased`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """The page, the download, and erasing: a GET that explains, a POST that acts, and what has happened."""
        return [
            Route("/me", self.show, methods=["GET"]),
            Route("/me/data", self.data, methods=["GET"]),
            Route("/me/erase", self.ask_erase, methods=["GET"]),
            Route("/me/erase", self.erase, methods=["POST"]),
            Route("/me/erased", limited(RateClass.READ)(self.erased), methods=["GET"]),
        ]

    @personal
    async def show(self, request: Request, person: Person) -> Response:
        """Signatures, petitions, data."""
        site, t = self.site, self.site.translator(request)
        signed = await site.queries.signed_by(person)
        authored = await site.queries.authored_by(person)
        known = {each.id: each for each in await site.queries.by_ids([line.petition for line in signed])}
        mine = [site.present(request, each) for each in await site.queries.by_ids(authored)]
        context = {
            "person": person,
            "signed": [
                (line, site.present(request, found), site.may_read(found, person))
                for line in signed
                if (found := known.get(line.petition)) is not None
            ],
            "mine": [(each, move(each, t)) for each in mine],
            "data": about(person, t, datetime.now(UTC)),
            "elsewhere": files_at(site.sites),
            "csrf_token": csrf.form_token(await session_of(request)),
        }
        return await site.render(request, "me.html", context)

    @personal
    async def data(self, request: Request, person: Person) -> Response:
        """Everything held about the person, as a file."""
        told = self.site.rights.data(person, self.site.translator(request))
        # The first piece is awaited here: a database that is away is a page that says so, not half a file.
        first = await anext(told)
        headers = {"content-disposition": 'attachment; filename="my-data.json"'}
        return StreamingResponse(resumed(first, told), headers=headers, media_type="application/json")

    @personal
    async def ask_erase(self, request: Request, person: Person) -> Response:
        """What erasing does and what it leaves, in this person's own numbers."""
        signed = await self.site.queries.signed_by(person)
        context = {
            "counted": sum(line.signed for line in signed),
            "authored": len(await self.site.queries.authored_by(person)),
            "elsewhere": files_at(self.site.sites),
            "tokens": await self.site.tokens(request, ERASE),
            "stays": STAYS,
        }
        return await self.site.render(request, "erase.html", context)

    @personal
    async def erase(self, request: Request, person: Person) -> Response:
        """Erases the person and ends this session with all others."""
        await self.site.confirmed(request, ERASE)
        await self.site.rights.erase(person)
        sessions: Any = web(request.scope).sessions
        await sessions.logout(request.scope)
        return see_other("/me/erased")

    async def erased(self, request: Request) -> Response:
        """That it is done, for somebody who is nobody here any more."""
        if await current_person(request) is not None:
            return see_other("/me")
        return await self.site.render(request, "erased.html", {"stays": STAYS})


def files_at(sites: Mapping[str, str]) -> dict[str, str]:
    """The addresses of the other services' files, for those that have a site: `sites` are origins by service."""
    return {name: f"{sites[name].rstrip('/')}{path}" for name, path in FILES.items() if name in sites}


def move(it: Presented, t: Translator) -> str:
    """Whose move it is."""
    return t(f"move.{it.petition.status}", addressee=it.addressee)


def about(person: Person, t: Translator, now: datetime) -> list[dict[str, str]]:
    """What the identity provider told, row by row."""
    unknown = t("me.unknown")
    name = f"{person.given_name} {person.family_name}".strip()
    age = person.age_on(home_day(now))
    return [
        {"key": t("me.name"), "value": name or unknown},
        {"key": t("me.public_name"), "value": person.public_name or unknown},
        {"key": t("me.age"), "value": unknown if age is None else t("me.years", count=age)},
        {"key": t("me.region"), "value": region_name(person.region, t.language) if person.region else unknown},
        {"key": t("me.citizen"), "value": t("me.yes") if person.citizen else t("me.no")},
        {"key": t("me.assurance"), "value": t(f"assurance.{person.assurance}")},
    ]
