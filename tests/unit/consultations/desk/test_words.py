"""Whatever may be wrong with a draft is said in words, in every language."""

from __future__ import annotations

import pytest

from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.language import edge_catalogs
from kenes.web.problems import view
from schemas.consultations.parts import Stage
from services.consultations.acts import COURSE_ACTS
from services.consultations.domain.refusals import Refusal
from services.consultations.drafts.alignment import Fate
from services.consultations.drafts.errors import WHOLE, DraftError, Fault, Omission
from services.consultations.drafts.languages import Mismatch
from services.consultations.handing_in.drafting import STRUCTURAL
from services.consultations.handing_in.errors import (
    DraftTooLargeError,
    HandingInError,
    LanguagesDifferError,
    UnreadableDraftError,
    problem_of,
)
from services.consultations.pages.desk import OFFERED
from services.consultations.pages.desk_acts import ACTS
from services.consultations.pages.desk_forms import FORMS, label
from services.consultations.pages.desk_versions import told_of
from services.consultations.serving import FOLDERS

CATALOGS = edge_catalogs((FOLDERS.locales,), strict=True)


def errors() -> list[HandingInError]:
    """Everything that may be wrong."""
    unreadable = [UnreadableDraftError("ru", "draft.md", DraftError(7, "p", each)) for each in Fault]
    differing = [
        LanguagesDifferError("kk", "ru", (Mismatch(each, "art_1", "art_1", ("1-бап",)),)) for each in STRUCTURAL
    ]
    return [*unreadable, *differing, DraftTooLargeError(9_000_000, 8_000_000)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_of_a_draft_has_a_problem_and_words_on_the_form(language: str) -> None:
    for error in errors():
        shown = view(problem_of(error), language, CATALOGS)
        told = told_of(error, Translator(CATALOGS, language))
        assert shown.status == 422
        for text in (shown.title, shown.detail, *(words for _, words in told)):
            assert "{" not in text, error
            assert "draft." not in text.replace("draft.md", ""), error


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_says_every_act_stage_fate_and_omission(language: str) -> None:
    keys = CATALOGS.keys(language)
    said = [f"desk.{what}.{act}" for act in ACTS for what in ("act", "confirm", "done", "about")]
    said += [f"desk.says.{act}" for acts in OFFERED.values() for act in acts]
    said += [f"stage.{each}" for each in Stage]
    said += [f"diff.fate.{each}" for each in Fate]
    said += [f"draft.left_out.{each}" for each in Omission]
    refused = {code for name in ACTS for code in COURSE_ACTS[name].refusals} | {Refusal.VERSION_STALE}
    said += [f"problem.{code}.{part}" for code in refused for part in ("title", "detail")]
    assert [key for key in said if key not in keys] == []
    t = Translator(CATALOGS, language)
    assert all(label(control, t) for controls in FORMS.values() for control in controls if control.kind != "hidden")


PLACES = [
    ("draft.md", DraftError(7, "paragraph", Fault.TEXT_TOO_LONG), "draft.md, line 7 (paragraph). "),
    ("draft.docx", DraftError(7, "p", Fault.TEXT_TOO_LONG), "draft.docx, paragraph 7 (p). "),
    (
        "draft.docx",
        DraftError(3, "w:p", Fault.XML_TAGS, part="word/document.xml"),
        "draft.docx, part word/document.xml, line 3 (w:p). ",
    ),
    ("draft.docx", DraftError(0, "word/a.xml", Fault.PART_DAMAGED), "draft.docx (word/a.xml). "),
    ("draft.docx", DraftError(0, WHOLE, Fault.NOT_ZIP, "File is not a zip file"), "draft.docx. The file is damaged "),
]


@pytest.mark.parametrize(("name", "cause", "told"), PLACES)
def test_a_file_that_cannot_be_read_is_told_with_its_place_and_never_with_line_0(
    name: str, cause: DraftError, told: str
) -> None:
    error = UnreadableDraftError("ru", name, cause)
    shown = view(problem_of(error), "en", CATALOGS)
    assert shown.detail.startswith(told)
    assert shown.detail.endswith("Nothing was taken; mend the file and send it again.")
    assert (shown.members["line"], shown.members["part"]) == (cause.line or None, cause.part or None)
    ((control, words),) = told_of(error, Translator(CATALOGS, "en"))
    assert control == "file.ru"
    assert words.startswith(told)
    assert words.endswith(str(shown.members["explanation"]))


def test_a_character_nobody_sees_is_named() -> None:
    cause = DraftError(2, "text", Fault.CONTROL_CHARACTER, "U+001B")
    shown = view(problem_of(UnreadableDraftError("kk", "a.txt", cause)), "kk", CATALOGS)
    assert "U+001B" in shown.detail
