"""Which consultations a reader asks for: by words, kind, body and status. The pages' and the open data's alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from schemas.consultations.parts import DraftKind
from services.consultations.domain.consultation import Consultation, Status

LONGEST: Final = 200
"""Letters of what is searched for."""

SECTIONS: Final = (Status.OPEN, Status.ANSWERING, Status.REPORTED, Status.WITHDRAWN)
"""In the order they are shown in."""


@dataclass(frozen=True)
class Wish:
    """What a reader asked for. Whatever the address says that is no choice here counts as not asked."""

    q: str = ""
    kind: str = ""
    body: str = ""
    status: str = ""

    @property
    def narrowed(self) -> bool:
        """More than words were chosen."""
        return bool(self.kind or self.body or self.status)

    @property
    def address(self) -> str:
        """The address of this list."""
        asked = {name: value for name, value in vars(self).items() if value}
        return f"/consultations?{urlencode(asked)}" if asked else "/consultations"

    def fits(self, consultation: Consultation) -> bool:
        """Whether it is among what was asked for: every word of it somewhere in its title or summary."""
        if self.kind not in ("", consultation.kind) or self.status not in ("", consultation.status):
            return False
        return self.body in ("", consultation.body) and all(
            word in _said(consultation) for word in self.q.casefold().split()
        )


def read_wish(query: QueryParams, bodies: Iterable[str]) -> Wish:
    """The wish in an address."""

    def choice(name: str, known: Iterable[str]) -> str:
        value = query.get(name, "")
        return value if value in set(known) else ""

    return Wish(
        q=query.get("q", "").strip()[:LONGEST],
        kind=choice("kind", map(str, DraftKind)),
        body=choice("body", bodies),
        status=choice("status", map(str, SECTIONS)),
    )


def _said(consultation: Consultation) -> str:
    title, summary = consultation.title, consultation.summary
    told = [title.kk, title.ru, title.en, *(() if summary is None else (summary.kk, summary.ru, summary.en))]
    return "\n".join(text for text in told if text).casefold()
