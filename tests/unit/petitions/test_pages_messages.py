"""Every message people may meet, in every language."""

import re
import string
from pathlib import Path
from typing import get_args

import pytest

from kenes.identity.person import Assurance
from kenes.web.i18n import LANGUAGES, read_messages
from kenes.web.language import edge_catalogs
from schemas.petitions.v1 import AnswerOutcome, Category, CloseReason, DutyKind
from schemas.terms import Term
from services.petitions.domain.refusals import TEXT_REFUSALS, Refusal
from services.petitions.domain.rules import Effect
from services.petitions.domain.status import Status
from services.petitions.pages.site import shell_of
from services.petitions.search.wanted import Sort
from services.petitions.seed import read_demo
from services.petitions.serving import FOLDERS
from tests.unit.petitions.pages_support import NOW

TOLD = (
    *("created", "gathering", "moderation", "undone", "returned", "rejected", "published", "reached", "closed"),
    *("withdrawn", "suspended", "resumed", "retired", "charge", "invited", "answer-drafted", "answered", "archived"),
    *(f"overdue-{kind}" for kind in DutyKind),
    *("paper-entered", "paper-corrected", "discussion", "discussion-ripe", "edited"),
)
RULES = (
    *("author", "signer", "mailed", "texts", "organisers", "discussion", "supporters", "moderation", "window"),
    *("early", "paper", "archive", "dates"),
)
"""Tables of a pack that are told with their sources."""
CATALOGS = edge_catalogs((FOLDERS.locales,))
CODE = Path("services/petitions/pages")


def literal_keys() -> set[str]:
    """Keys spelled out in templates and pages."""
    sources = [*FOLDERS.templates.rglob("*.html"), *CODE.glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    return set(re.findall(r'(?<![\w.])(?:t|plural_json)\("([a-z_.]+[a-z_])"', text))


def derived_keys() -> set[str]:
    """Keys made from the words of the domain."""
    groups: dict[str, object] = {
        "category": Category,
        "assurance": Assurance,
        "sort": ("relevant", *filter(None, Sort)),
        "status": Status,
        "story.reason": (*CloseReason, *AnswerOutcome),
        "language": LANGUAGES,
        "mine": Status,
        "effect": get_args(Effect),
        "move": set(Status),
        "list.state": ("open", "discussed", "closed", "all"),
        "start.step": ("topic", "title", "text", "proposal", "preview", "translation"),
        "start.in_language": LANGUAGES,
        "remark": TEXT_REFUSALS,
        "certainty": ("H", "M", "L"),
        "rule": ("answer", "thresholds", *RULES),
        "start.error": ("category", "language", "region", "title", "text", "proposal"),
        "start.sign_in_body": Assurance,
        "start.how": ("write", "organise", "discuss", "support", "check", "collect", "answer"),
        "start.how.organise": ("country", "region"),
        "story": TOLD,
        "story.next": (Status.DISCUSSION, Status.MODERATION, Status.CONSIDERATION),
        "mine.act": ("submit", "edit", "close", "recall"),
        "term": Term.model_fields,
    }
    keys = {f"{group}.{value}" for group, values in groups.items() for value in values}  # type: ignore[attr-defined]
    acts = {f"act.{act}.{part}" for act in ("submit", "close", "recall", "withdraw") for part in ("heading", "1", "3")}
    acts |= {"act.discuss.1", "act.discuss.2", "act.discuss.3", "act.submit.moderation", "act.submit.collecting"}
    problems = {f"problem.{code}.{part}" for code in (*Refusal, "receipt-unknown") for part in ("title", "detail")}
    shell = shell_of({"consultations": "https://drafts.example"})
    return keys | acts | problems | {item.key for item in (*shell.nav, *shell.footer)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_missing(language: str) -> None:
    assert not (literal_keys() | derived_keys()) - CATALOGS.keys(language)


def test_the_languages_have_the_same_messages_with_the_same_blanks() -> None:
    messages = {language: read_messages(FOLDERS.locales / f"{language}.po") for language in LANGUAGES}
    assert messages["kk"].keys() == messages["ru"].keys() == messages["en"].keys()
    for key, forms in messages["en"].items():
        for other in ("kk", "ru"):
            assert (len(forms) > 1) == (len(messages[other][key]) > 1), f"{key} counts in one language only"
            # A translation may leave a blank out, but none may need what the others are not given.
            assert blanks(messages[other][key]) <= blanks(forms) | ALLOWED.get(key, set()), key


ALLOWED = {
    "petition.answer_body": {"addressee"},
    "start.how.answer.body": {"addressee"},
}
"""Blanks that the pages fill although English has no use for them."""


def blanks(forms: tuple[str, ...]) -> set[str]:
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_the_demo_data_is_whole_and_of_all_languages() -> None:
    demos = read_demo("https://id", NOW)
    assert len({demo.key for demo in demos}) == len(demos) == 28
    assert {demo.text.language for demo in demos} == set(LANGUAGES)
    assert len({demo.text.region for demo in demos}) > 8
    assert demos[-1].closed is not None, "the last one tells whether all is there"
