"""Two versions beside each other, clause by clause, and what became of the comments on the older one."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.values import whole_number
from services.consultations.domain.consultation import Consultation, VersionMade
from services.consultations.domain.refusals import Refusal
from services.consultations.drafts.alignment import Fate
from services.consultations.drafts.quotes import refind
from services.consultations.drafts.tree import find, own_words, words
from services.consultations.following import Cursor, Followed, Following
from services.consultations.handing_in.comparing import Comparison, Line
from services.consultations.pages.passages import quote_of
from services.consultations.pages.presenting import present
from services.consultations.pages.showing import Showing, ShownComment
from services.consultations.pages.site import ConsultationSite
from services.consultations.pages.versions import version_of
from services.consultations.reading import PAGE as COMMENTS
from services.consultations.reading import Comment
from services.consultations.words import read_in

KEPT: Final = 15
PAGE: Final = 200
"""Clauses on one page."""
QUOTES: Final = 200
"""Quotes that are looked for in the new text for one page, and a few more: in a long one each takes some time."""
ROUNDS: Final = 20
"""Reads for one page of quotes, until it is full: most comments quote nothing, or what still stands."""
VIEWS: Final = ("inline", "side")
TONES: Final = {
    Fate.ADDED: "good",
    Fate.REMOVED: "bad",
    Fate.CHANGED: "caution",
    Fate.MOVED: "accent",
    Fate.MOVED_AND_CHANGED: "caution",
}
COUNTED: Final = (Fate.CHANGED, Fate.MOVED, Fate.MOVED_AND_CHANGED, Fate.ADDED, Fate.REMOVED, Fate.UNCHANGED)


@dataclass(frozen=True)
class Pair:
    """What is compared, in which language. `languages` are those that both have."""

    consultation: Consultation
    first: VersionMade
    second: VersionMade
    language: str
    languages: tuple[str, ...]

    @property
    def href(self) -> str:
        """The address of the comparison."""
        return f"/consultations/{self.consultation.id}/versions/{self.first.number}..{self.second.number}"


@dataclass(frozen=True)
class Gone:
    """A clause that was removed, with its old text, and those of the `count` comments on it that are on this page."""

    clause: str
    label: str
    text: str
    count: int
    comments: list[ShownComment]


@dataclass(frozen=True)
class GonePage:
    """Some of the removed clauses that have comments, of `count` such clauses; the next page begins at `next`."""

    clauses: list[Gone]
    count: int
    next: Cursor | None


@dataclass(frozen=True)
class Requoted:
    """A comment on a passage that reads otherwise now; `now` is empty where nothing like it is there."""

    comment: ShownComment
    before: str
    now: str


@dataclass(frozen=True)
class RequotedPage:
    """Some comments whose passage reads otherwise; the next page begins at `next`. A page may have none."""

    comments: list[Requoted]
    next: Cursor | None


@dataclass(frozen=True)
class VersionsDiff:
    """`/consultations/{consultation}/versions/{first}..{second}`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """The comparison, and the comments."""
        base = "/consultations/{consultation}/versions/{first:int}..{second:int}"
        return [
            Route(base, limited(RateClass.READ)(self.show), methods=["GET"]),
            Route(f"{base}/comments", limited(RateClass.READ)(self.comments), methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The comparison: in one text or side by side, only what changed or everything."""
        pair = await self._pair(request)
        return await self.site.published(
            request, "versions_diff.html", lambda: self._shown(request, pair), max_age=KEPT
        )

    async def comments(self, request: Request) -> Response:
        """Comments whose text was removed, and passages that read otherwise; further pages have one of the two.

        `gone` and `quotes` in the address are where that page begins.
        """
        pair = await self._pair(request)
        gone, quotes = (Cursor.parse(request.query_params.get(name, "")) for name in ("gone", "quotes"))

        async def context() -> dict[str, Any]:
            found = await self._compared(pair)
            return {
                "it": present(pair.consultation, self.site.translator(request)),
                "pair": pair,
                "first": gone is None and quotes is None,
                "gone": await self._gone(request, pair, found, gone) if gone or not quotes else None,
                "requoted": await self._requoted(request, pair, found, quotes) if quotes or not gone else None,
            }

        return await self.site.published(request, "versions_comments.html", context, max_age=KEPT)

    async def _pair(self, request: Request) -> Pair:
        consultation = await self.site.consultation(request)
        first, second = (version_of(consultation, request.path_params[name]) for name in ("first", "second"))
        both = tuple(each for each in LANGUAGES if each in first.languages and each in second.languages)
        if first.number >= second.number or not both:
            raise Problem(404, Refusal.VERSION_UNKNOWN)
        wanted = (request.query_params.get("text"), self.site.translator(request).language, both[0])
        return Pair(consultation, first, second, next(each for each in wanted if each in both), both)

    async def _compared(self, pair: Pair) -> Comparison:
        found = await self.site.comparisons.get(
            pair.consultation.id, pair.first.number, pair.second.number, pair.language
        )
        if found is None:
            raise Problem(404, Refusal.VERSION_UNKNOWN)
        return found

    async def _shown(self, request: Request, pair: Pair) -> dict[str, Any]:
        t = self.site.translator(request)
        found = await self._compared(pair)
        lost = await self._lost(pair, found)
        note = pair.second.note
        return {
            "it": present(pair.consultation, t),
            "pair": pair,
            "note": None if note is None else read_in(note, t.language),
            "comments": lost.counts,
            "lost": sum(lost.counts.values()),
            **diff_context(found, request.query_params, t),
        }

    async def _lost(self, pair: Pair, found: Comparison) -> Followed:
        """The threads on what was removed: counted, listed and shown by this alone."""
        removed = [line.id for line in found.removed]
        return await Following(self.site.queries).threads(pair.consultation.id, removed)

    async def _gone(self, request: Request, pair: Pair, found: Comparison, start: Cursor | None) -> GonePage:
        lost = await self._lost(pair, found)
        comments, following = await Following(self.site.queries).page(lost, start)
        shown, about = await self._presented(request, pair, comments), dict[str, list[ShownComment]]()
        for each in comments:
            about.setdefault(each.clause, []).append(shown[each.id])
        counts = lost.counts
        clauses = [
            Gone(clause, old.label, words(old), counts[clause], told)
            for clause, told in about.items()
            if (old := find(found.old, clause)) is not None
        ]
        return GonePage(clauses, len(counts), following)

    async def _requoted(self, request: Request, pair: Pair, found: Comparison, start: Cursor | None) -> RequotedPage:
        kept = {line.id: line for line in found.lines if line.row.new is not None and line.row.old is not None}
        changed = [clause for clause, line in kept.items() if line.touched]
        following = Following(self.site.queries)
        threads = await following.threads(pair.consultation.id, changed)
        told: list[tuple[Comment, str]] = []
        looked = 0
        for _ in range(ROUNDS):
            comments, start = await following.page(threads, start)
            quoting = [each for each in comments if each.document["quote"] and each.version < pair.second.number]
            told += await asyncio.to_thread(_reread, quoting, found)
            looked += len(quoting)
            if start is None or len(told) >= COMMENTS or looked >= QUOTES:
                break
        shown = await self._presented(request, pair, [each for each, _ in told])
        return RequotedPage(
            [Requoted(shown[each.id], each.document["quote"]["exact"], now) for each, now in told], start
        )

    async def _presented(self, request: Request, pair: Pair, comments: list[Comment]) -> dict[str, ShownComment]:
        showing = Showing(self.site, pair.consultation, self.site.translator(request), None)
        return await showing.all(comments, {})


def diff_context(found: Comparison, asked: Mapping[str, str], t: Translator) -> dict[str, Any]:
    """What the template of a comparison asks for; used before a version is handed in, too.

    `asked` are the words of the address: `view`, `all=1` for what did not change, too, and the `page`.
    """
    everything, view, wanted = asked.get("all") == "1", asked.get("view", ""), asked.get("page", "")
    lines: list[Line] = list(found.lines) if everything else found.changed()
    pages = max(1, -(-len(lines) // PAGE))
    page = min(whole_number(wanted, 5) or 1, pages)
    return {
        "lines": lines[(page - 1) * PAGE : page * PAGE],
        "page": page,
        "pages": pages,
        "rest": len(lines) - page * PAGE,
        "everything": everything,
        "view": view if view in VIEWS else VIEWS[0],
        "views": VIEWS,
        "counts": [
            (t(f"diff.fate.{fate}"), found.counts[fate])
            for fate in COUNTED
            if found.counts[fate] or fate is not Fate.MOVED_AND_CHANGED
        ],
        "tones": {str(fate): tone for fate, tone in TONES.items()},
    }


def _reread(comments: Iterable[Comment], found: Comparison) -> list[tuple[Comment, str]]:
    """Those whose passage reads otherwise now, each with how."""
    return [(each, now) for each in comments if (now := _now(each, found)) is not None]


def _now(comment: Comment, found: Comparison) -> str | None:
    """How a quoted passage reads now: empty where it is gone, `None` where it reads as it did or was never here."""
    quote = quote_of(comment)
    old, new = find(found.old, comment.clause), find(found.new, comment.clause)
    if quote is None or old is None or new is None or quote.exact not in own_words(old):
        return None  # of a version before, or in the other language
    text = own_words(new)
    place = refind(quote, text)
    if place is None:
        return ""
    now = text[place.start : place.end]
    return None if now == quote.exact else now
