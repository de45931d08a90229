"""Every message people may meet on the pages of consultations, in every language."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.web.i18n import LANGUAGES, read_messages
from kenes.web.language import edge_catalogs
from schemas.consultations.clauses import ClauseKind
from schemas.consultations.parts import DraftKind, ReplyOutcome, Stage, Stakeholder, Vote
from services.consultations.domain.consultation import Status
from services.consultations.pages.mine import STATES
from services.consultations.serving import FOLDERS

CATALOGS = edge_catalogs((LOGIN_LOCALES, FOLDERS.locales))
CODE = Path("services/consultations/pages")
STEPS = (
    *("prepared", "version-added", "opened", "extended", "closed", "report-overdue"),
    *("meeting-recorded", "report-postponed", "report-published", "withdrawn"),
)
GROUPS: dict[str, object] = {
    "kind": DraftKind,
    "status": Status,
    "class": Stakeholder,
    "as": (*Stakeholder, "verified"),
    "outcome": ReplyOutcome,
    "vote": Vote,
    "vote.said": Vote,
    "language": LANGUAGES,
    "clause.kind": ClauseKind,
    "clause.order": ("newest", "oldest"),
    "mine.state": STATES,
    "list.section": tuple(each for each in Status if each is not Status.PREPARATION),
    "path": (*STEPS, *(f"stage-{stage}" for stage in Stage)),
    "consultation": ("groups", "campaigns", "versions", "report"),
}


def literal_keys() -> set[str]:
    """Keys spelled out in templates and pages."""
    sources = [*FOLDERS.templates.rglob("*.html"), *CODE.glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    return set(re.findall(r'(?<![\w.])(?:t|plural_json)\("([a-z_.-]*[a-z])"', text))


def derived_keys() -> set[str]:
    """Keys made from the words of the domain."""
    return {f"{group}.{word}" for group, words in GROUPS.items() for word in words}  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_pages_is_there(language: str) -> None:
    keys = literal_keys()
    assert len(keys) > 100, "the pages were not found"
    missing = {key for key in keys | derived_keys() if key not in CATALOGS.keys(language)}
    assert not missing, sorted(missing)


def test_catalogues_say_the_same_things_with_the_same_values() -> None:
    found = {language: read_messages(FOLDERS.locales / f"{language}.po") for language in LANGUAGES}
    assert found["kk"].keys() == found["ru"].keys() == found["en"].keys()
    for key, forms in found["en"].items():
        values = _values(forms)
        for language in LANGUAGES:
            assert _values(found[language][key]) == values, (key, language)


def _values(forms: tuple[str, ...]) -> set[str]:
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}
