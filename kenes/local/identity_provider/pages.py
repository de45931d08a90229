"""What people see: the picker of test people and a few short pages, in three languages."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from kenes.local.identity_provider.machines import Machine
from kenes.local.identity_provider.people import PEOPLE
from kenes.local.identity_provider.texts import REGION_NAMES, TEXTS
from kenes.web.i18n import LANGUAGES, NAMES, negotiate

HERE = Path(__file__).parent

_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_of(request: Request) -> str:
    """`?lang=`, else what the client asks for with `ui_locales`, else the browser's wish."""
    wished = next((tag for tag in request.query_params.get("ui_locales", "").split() if tag in LANGUAGES), None)
    return negotiate(request.headers.get("accept-language"), request.query_params.get("lang"), wished)


def picker(request: Request, parameters: Mapping[str, str], redirect_uri: str) -> HTMLResponse:
    """The page on which one chooses whom to be; `parameters` of the authorization request travel in the form."""
    language = language_of(request)
    client = urlsplit(redirect_uri).netloc
    return _page(
        request, "picker.html", 200, redirect_uri, parameters=parameters, client=client, people=_cards(language)
    )


def message(request: Request, key: str, status: int = 200, detail: str = "") -> HTMLResponse:
    """A page with one heading and one sentence: `<key>_title` and `<key>_text`. `detail` is for developers."""
    return _page(request, "message.html", status, None, key=key, detail=detail)


def home(request: Request, issuer: str, machines: Sequence[tuple[Machine, str]]) -> HTMLResponse:
    """What this is, who can be chosen, and how a program gets a token: as a person, or as a machine with its secret."""
    cards = _cards(language_of(request))
    return _page(request, "home.html", 200, None, issuer=issuer, people=cards, machines=machines)


def _cards(language: str) -> list[dict[str, object]]:
    texts, today = TEXTS[language], datetime.now(UTC).date()
    cards = []
    for person in PEOPLE:
        marks = [texts[f"role_{person.role}"]] if person.role != "citizen" else []
        marks += [] if person.citizen else [texts["not_citizen"]]
        marks += [texts["low_assurance"]] if person.assurance == "low" else []
        cards.append(
            {
                "key": person.key,
                "name": f"{person.given_name} {person.family_name}",
                "initials": person.given_name[0] + person.family_name[0],
                "region": REGION_NAMES[person.region][language] if person.region else texts["no_region"],
                "age": texts["age"](person.age),
                "born": person.birth_date(today).isoformat(),
                "role": person.role,
                "marks": marks,
            }
        )
    return cards


def _page(request: Request, template: str, status: int, redirect_uri: str | None, **values: object) -> HTMLResponse:
    language = language_of(request)
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    links = [(code, NAMES[code], "?" + urlencode([*kept, ("lang", code)])) for code in LANGUAGES]
    html = _TEMPLATES.get_template(template).render(t=TEXTS[language], lang=language, languages=links, **values)
    # Browsers apply form-action to the redirect that answers a form, too: the client's origin must be in it.
    target = "" if redirect_uri is None else " {0.scheme}://{0.netloc}".format(urlsplit(redirect_uri))
    policy = (
        f"default-src 'none'; style-src 'self'; img-src data:; form-action 'self'{target}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {
        "content-security-policy": policy,
        "content-language": language,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "vary": "Accept-Language",
    }
    return HTMLResponse(html, status, headers)
