"""The path of a draft tells when things were, and not when somebody wrote them down."""

from datetime import date

from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from services.consultations.domain import course
from services.consultations.domain.consultation import evolve
from services.consultations.pages.course_words import path
from services.consultations.rendering import path_view
from services.consultations.serving import FOLDERS
from tests.unit.consultations.hearings import NOW, PACKS, PATHS, STAGE, lived


def test_a_stage_has_the_day_on_which_the_draft_came_to_it() -> None:
    before = lived(PATHS["reported"])
    asked = STAGE.model_copy(update={"on": date(2026, 3, 3), "link": "https://example.org/3"})
    state = evolve(before, course.decide(before, asked, NOW, PACKS), NOW)
    assert state is not None
    shown = path(state, Translator(edge_catalogs((FOLDERS.locales,), strict=True), "en"))
    assert [line.get("when") for line in shown if line.get("href") == asked.link] == [date(2026, 3, 3)]
    first, *_, last = path_view(state)
    assert (last["what"], last["on"], last["link"]) == ("stage-government", "2026-03-03", asked.link)
    assert "on" not in first
