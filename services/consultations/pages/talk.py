"""What every page with comments on it needs to know of its reader: what they may do, and what they said before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from kenes.identity.person import Person
from kenes.web import csrf
from kenes.web.site import session_of, sign_in_address
from services.consultations.domain.consultation import Consultation
from services.consultations.own import Said
from services.consultations.pages.commenting import choices, speaker_of, speakers_of, usual_speaker
from services.consultations.pages.presenting import is_open
from services.consultations.pages.showing import Showing
from services.consultations.pages.site import ConsultationSite


@dataclass(frozen=True)
class Reader:
    """Who reads a page of comments: the classes they may speak for, and the one they are taken for.

    All is empty for a visitor. `tokens` let a form vote; voting again is harmless, so they may be sent again.
    """

    person: Person | None
    votes: Mapping[str, str]
    speakers: tuple[str, ...]
    speaker: str
    tokens: Mapping[str, str]


async def reader_of(
    site: ConsultationSite, request: Request, consultation: Consultation, person: Person | None
) -> Reader:
    """The reader of a page about this consultation."""
    if person is None:
        return Reader(None, {}, (), "", {})
    said: Said | None = (await site.own.said(person, [consultation.id])).get(consultation.id)
    speakers = speakers_of(person, site.packs.pinned(consultation.rules))
    return Reader(
        person=person,
        votes={} if said is None else said.votes,
        speakers=tuple(speakers),
        speaker=usual_speaker(speakers, None if said is None else said.stakeholder),
        tokens={csrf.FIELD: csrf.form_token(await session_of(request))},
    )


def talk_context(
    site: ConsultationSite, request: Request, consultation: Consultation, reader: Reader
) -> dict[str, Any]:
    """What the templates of comments ask for under the name `talk`."""
    t = site.translator(request)
    pack = site.packs.pinned(consultation.rules)
    return {
        "consultation": consultation.id,
        "open": is_open(consultation, datetime.now(UTC)),
        "version": consultation.version,
        "depth": pack.depth,
        "owed": pack.answer is not None,
        "signed": reader.person is not None,
        "named": reader.person is not None and bool(reader.person.public_name),
        "name": "" if reader.person is None else reader.person.public_name,
        "tokens": reader.tokens,
        "back": _back(request),
        "sign_in": sign_in_address(request),
        "classes": choices(reader.speakers, t),
        "speaks": _speaks(reader, t),
    }


def _back(request: Request) -> str:
    """This page, as the reader turned to it."""
    kept = {name: request.query_params[name] for name in ("text", "order", "after") if name in request.query_params}
    return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path


def _speaks(reader: Reader, t: Any) -> str:
    if not reader.speaker:
        return ""
    speaker = speaker_of(reader.speaker)
    return str(t(f"class.{speaker.stakeholder}"))


def showing(site: ConsultationSite, request: Request, consultation: Consultation, reader: Reader) -> Showing:
    """Shows comments to this reader."""
    return Showing(site, consultation, site.translator(request), reader.person)
