"""A person's own page: what they signed and started, and what is known about them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web import csrf
from kenes.web.i18n import Translator
from services.petitions.domain.petition import Status
from services.petitions.pages.presenter import Presented
from services.petitions.pages.regions import region_name
from services.petitions.pages.site import PageSite, personal, session_of


@dataclass(frozen=True)
class Account:
    """`/me`"""

    site: PageSite

    def routes(self) -> list[BaseRoute]:
        """Its only route."""
        return [Route("/me", self.show, methods=["GET"])]

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
                (line, site.present(request, known[line.petition])) for line in signed if line.petition in known
            ],
            "mine": [(each, move(each, t)) for each in mine],
            "data": about(person, t, datetime.now(UTC)),
            "csrf_token": csrf.form_token(await session_of(request)),
        }
        return await site.render(request, "me.html", context)


def move(it: Presented, t: Translator) -> str:
    """Whose move it is."""
    if it.petition.status is Status.CLOSED:
        return t("move.reached", addressee=it.addressee) if it.count >= it.pack.goal else t("move.closed")
    return t(f"move.{it.petition.status}")


def about(person: Person, t: Translator, now: datetime) -> list[dict[str, str]]:
    """What the identity provider told, row by row."""
    unknown = t("me.unknown")
    name = f"{person.given_name} {person.family_name}".strip()
    age = person.age_on(now.date())
    return [
        {"key": t("me.name"), "value": name or unknown},
        {"key": t("me.public_name"), "value": person.public_name or unknown},
        {"key": t("me.age"), "value": unknown if age is None else t("me.years", count=age)},
        {"key": t("me.region"), "value": region_name(person.region, t.language) if person.region else unknown},
        {"key": t("me.citizen"), "value": t("me.yes") if person.citizen else t("me.no")},
        {"key": t("me.assurance"), "value": t(f"assurance.{person.assurance}")},
    ]
