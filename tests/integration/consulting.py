"""The consultations' API of a running product, as tests call it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Final, Self

import httpx

from tests.drafting import in_both
from tests.processes import Product
from tests.waiting import PATIENCE, eventually

PREFIX: Final = "/api/consultations/v1"
TITLE: Final = {"kk": "Медиа туралы заң жобасы", "ru": "Проект закона о медиа"}
STATEMENT: Final = {
    "kk": "Жоба журналистердің сұрау салуға жауап алу мерзімін қысқартады.",
    "ru": "Проект сокращает срок ответа на запросы журналистов.",
}
BODY: Final = "agency:kz-government"

_people = itertools.count()


class Consulting:
    """Requests to one api process; people are new unless named."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.client = httpx.Client(base_url=product.url, timeout=120)
        self.agent = product.issuer.token("agent", roles=[BODY])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def person(self, **claims: Any) -> str:
        """The token of somebody new."""
        return self.product.issuer.token(f"speaker-{next(_people)}", **claims)

    def ask(self, method: str, path: str, token: str | None = None, *, wait: int = 30, **body: Any) -> httpx.Response:
        """A request under the API's prefix; `wait=0` leaves the preference out."""
        sent = {"authorization": f"Bearer {token}"} if token is not None else {}
        if wait:
            sent["prefer"] = f"wait={wait}"
        return self.client.request(method, PREFIX + path, headers=sent, **body)

    def done(self, method: str, path: str, token: str, **body: Any) -> dict[str, Any]:
        """A request that is decided and not refused."""
        answer = self.ask(method, path, token, **body)
        assert answer.status_code in (200, 201), f"{path}: {answer.text}"
        found: dict[str, Any] = answer.json()
        return found | {"location": answer.headers["location"]}

    def prepare(self, *articles: str) -> str:
        """A consultation that is explained and has its first version."""
        told = {"body": "kz-government", "title": TITLE}
        consultation = str(self.done("POST", "/consultations", self.agent, json=told)["consultation"])
        one = f"/consultations/{consultation}"
        self.done("POST", f"{one}/description", self.agent, json={"title": TITLE, "summary": STATEMENT})
        self.add_version(consultation, 1, *(articles or ("Everybody may ask.", "An answer comes within five days.")))
        return consultation

    def add_version(self, consultation: str, version: int, *articles: str) -> None:
        """The next version of the text, in both languages."""
        path = f"/consultations/{consultation}/versions"
        self.done("POST", path, self.agent, json=in_both(version, *articles))

    def open(self) -> str:
        """A consultation that hears people."""
        consultation = self.prepare()
        self.done("POST", f"/consultations/{consultation}/opening", self.agent, json={"working_days": 15})
        return consultation

    def comment(self, consultation: str, token: str, text: str = "Бұл бап керек.", **told: Any) -> str:
        """The id of a comment."""
        body = {"text": text, "language": "kk", "version": 1, "anchor": {"clause": "art_1"}, **told}
        made = self.done("POST", f"/consultations/{consultation}/comments", token, json=body)
        return str(made["location"].rsplit("/", 1)[1])

    def vote(self, consultation: str, comment: str, token: str, vote: str = "agree", wait: int = 30) -> httpx.Response:
        """A vote."""
        path = f"/consultations/{consultation}/comments/{comment}/vote"
        return self.ask("PUT", path, token, wait=wait, json={"vote": vote})

    def votes(self, consultation: str, comment: str) -> dict[str, int]:
        """The votes on a comment."""
        found: dict[str, int] = self.ask("GET", f"/consultations/{consultation}/comments/{comment}", wait=0).json()[
            "votes"
        ]
        return found

    def page(self, path: str) -> str:
        """A page as a visitor sees it, in English."""
        answer = self.client.get(path, headers={"accept": "text/html", "accept-language": "en"})
        assert answer.status_code == 200, answer.text
        return answer.text

    def eventually(
        self, path: str, holds: Callable[[Any], object], seconds: float = PATIENCE, token: str | None = None
    ) -> Any:
        """What a read says, once `holds` says yes to it."""
        return eventually(lambda: self.ask("GET", path, token, wait=0).json(), holds, seconds)
