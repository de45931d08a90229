"""Where the open data of a page is: for `<link rel="alternate">` and for people."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from kenes.web.open_data import Alternate, alternates
from services.petitions.answers import PREFIX
from services.petitions.domain.status import LISTED, Status


def of_list(wish: Mapping[str, str], statuses: Sequence[Status], language: str) -> list[Alternate]:
    """The open data of a list. `wish` has the pages' own parameters: q, category, language, region."""
    asked: dict[str, str | Sequence[str]] = {name: wish[name] for name in ("q", "category", "language", "region")}
    if set(statuses) != set(LISTED):
        asked["status"] = statuses
    return alternates(f"{PREFIX}/open/petitions", {name: value for name, value in asked.items() if value}, language)


def of_petition(petition: str, language: str) -> list[Alternate]:
    """The open data of a petition's life."""
    return alternates(f"{_of(petition)}/timeline", {}, language)


def histories(petition: str) -> list[Alternate]:
    """The open data of its signatures by time and region."""
    base = f"{_of(petition)}/history"
    return [
        Alternate("CSV", "text/csv", f"{base}.csv"),
        Alternate("JSON", "application/json", f"{base}.json"),
    ]


def oembed(origin: str, petition: str) -> str:
    """Where the oEmbed answer of a petition's page is."""
    asked = {"url": f"{origin}/petitions/{petition}", "format": "json"}
    return f"{origin}{PREFIX}/oembed?{urlencode(asked)}"


def _of(petition: str) -> str:
    return f"{PREFIX}/open/petitions/{quote(petition, safe='')}"
