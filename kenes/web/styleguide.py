"""The style guide: every component in every state, and whole pages made of them. The place to look and to test."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kenes.web.charts import Bar, Threshold
from kenes.web.pages import Pages
from kenes.web.styleguide_samples import SAMPLES

PATH: Final = "/style-guide"
_PAGES: Final = ("components", "home", "petition", "question", "receipt")
_NOW: Final = dt.datetime(2026, 11, 22, 9, 5, tzinfo=dt.UTC)
_SHARES: Final = (31, 22, 17, 9, 8, 6, 4, 2, 1)


def style_guide_routes(pages: Pages) -> list[Route]:
    """`/style-guide` with all components, and one route per example page. Leave them out in production."""

    def route(name: str) -> Route:
        async def endpoint(request: Request) -> Response:
            return pages.render(request, f"styleguide/{name}.html", _samples(pages.translator(request).language))

        path = PATH if name == "components" else f"{PATH}/{name}"
        return Route(path, endpoint, name=f"style-guide-{name}")

    return [route(name) for name in _PAGES]


def _samples(language: str) -> Mapping[str, object]:
    """Invented data, the same at every visit, in the language of the page."""
    words = SAMPLES[language]
    today = _NOW.date()
    return {
        "s": words,
        "other": SAMPLES["ru" if language == "kk" else "kk"],
        "other_lang": "ru" if language == "kk" else "kk",
        "now": _NOW,
        "today": today,
        "count": 42_318,
        "thresholds": [Threshold(10_000, words.answer), Threshold(50_000, words.hearing)],
        "regions": [
            Bar(name, share * 423, strong=index == 1)
            for index, (name, share) in enumerate(zip(words.regions, _SHARES, strict=True))
        ],
        "days": [(today - dt.timedelta(days=back), _daily(back)) for back in range(59, -1, -1)],
        "trend": [_daily(back) for back in range(29, -1, -1)],
        "guide": PATH,
    }


def _daily(back: int) -> int:
    """A believable course: a quick start, a slow middle, a second wind, and a weekly rhythm."""
    age = 59 - back
    rush = 2600 * 0.86**age + 1500 * 0.9 ** abs(age - 44)
    return round((rush + 120) * (0.6 if age % 7 in {2, 3} else 1.0))
