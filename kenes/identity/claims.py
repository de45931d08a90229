"""From an issuer's claims to a Person, as the issuer's claim map says."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from kenes.identity.errors import Reason, TokenRefusedError
from kenes.identity.person import Assurance, Person
from kenes.identity.settings import ISO_3166_2, ClaimMap

Claims = Mapping[str, Any]

_REGION = re.compile(ISO_3166_2)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EARLIEST_YEAR = 1900
_MAX_NAME = 100
_MAX_SUBJECT = 255
"""OpenID Connect Core 1.0, section 2: `sub` must not exceed 255 ASCII characters."""


def person_from_claims(issuer: str, claims: Claims, where: ClaimMap) -> Person:
    """Reads a Person from verified claims.

    Raises TokenRefusedError(CLAIMS_MISSING) when nobody is named. All else is optional: an unreadable birth
    date or region is unknown (None), an unlisted assurance is low, an unlisted role is not granted.
    """
    given, family = _names(claims, where)
    return Person(
        issuer=issuer,
        subject=_subject(claims, where),
        given_name=given,
        family_name=family,
        birth_date=_birth_date(_find(claims, where.birth_date)),
        region=_region(_find(claims, where.region), where.region_values),
        assurance=where.assurance_values.get(_text(_find(claims, where.assurance)), Assurance.LOW),
        citizen=_citizen(_find(claims, where.citizen), where),
        roles=_roles(_find(claims, where.roles), where.role_values),
    )


def _find(claims: Claims, path: str) -> Any:
    """The claim at `path`. A claim whose very name has dots ("https://example.org/region") is found first."""
    if path in claims or "." not in path:
        return claims.get(path)
    found: Any = claims
    for step in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def _text(value: Any) -> str:
    # Some issuers send levels and region codes as numbers.
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _subject(claims: Claims, where: ClaimMap) -> str:
    subject = _text(_find(claims, where.person))
    if not subject.strip() or len(subject) > _MAX_SUBJECT or not subject.isprintable():
        raise TokenRefusedError(Reason.CLAIMS_MISSING, f"the claim {where.person} names nobody")
    return subject


def _names(claims: Claims, where: ClaimMap) -> tuple[str, str]:
    given, family = _name(_find(claims, where.given_name)), _name(_find(claims, where.family_name))
    if given or family:
        return given, family
    first, _, last = _name(_find(claims, where.name)).partition(" ")
    return first, last.rpartition(" ")[2]


def _name(value: Any) -> str:
    """One line of printable text; control and direction-override characters would disguise a public name."""
    text = _text(value)[:_MAX_NAME]
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())


def _birth_date(value: Any) -> date | None:
    # Providers may send the year alone, or the year 0000 when it is withheld (OpenID Connect Core 1.0, 5.1);
    # 0001-01-01 is another common way to say nothing, and would pass for a grown-up.
    text = _text(value)
    if not _DATE.fullmatch(text):
        return None
    try:
        born = date.fromisoformat(text)
    except ValueError:
        return None
    return born if born.year >= _EARLIEST_YEAR else None


def _region(value: Any, values: Mapping[str, str]) -> str | None:
    region = values.get(_text(value), _text(value))
    return region if _REGION.fullmatch(region) else None


def _citizen(value: Any, where: ClaimMap) -> bool:
    if value is None:
        return where.citizen_default
    return str(value).lower() in where.citizen_values


def _roles(value: Any, values: Mapping[str, str]) -> frozenset[str]:
    names = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return frozenset(values[name] for name in names if isinstance(name, str) and name in values)
