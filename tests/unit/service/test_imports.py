"""No process imports what only another one has a use for."""

import json
import subprocess
import sys

import pytest

_IMPORTED = """
import importlib, json, sys

for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""
SITE = ("jinja2", "babel", "httpx", "tantivy", "lxml", "docx")
"""What makes pages, documents and searches, and asks identity providers."""
SELDOM = ("faust", "PIL", "sklearn", "scipy")
"""What a process imports when it comes to need it."""


def imported(*modules: str) -> set[str]:
    """All that a new interpreter has imported with these modules."""
    told = subprocess.run([sys.executable, "-c", _IMPORTED, *modules], capture_output=True, check=True, text=True)
    return set(json.loads(told.stdout))


@pytest.mark.parametrize("service", ["petitions", "consultations", "notifications"])
def test_stream_and_project_import_nothing_of_the_site(service: str) -> None:
    found = imported("kenes.service.main", f"services.{service}.service")
    assert not found.intersection((*SITE, *SELDOM, f"services.{service}.serving"))


def test_what_tells_people_imports_words_and_no_pages() -> None:
    found = imported("kenes.service.main", "services.notifications.streaming")
    assert "jinja2" in found, "letters are made of templates"
    assert not found.intersection(("services.notifications.serving", "services.notifications.pages", "kenes.web.pages"))


@pytest.mark.parametrize(
    "module",
    [
        "services.petitions.serving",
        "services.consultations.serving",
        "services.notifications.serving",
        "services.notifications.streaming",
        "services.console.serving",
    ],
)
def test_no_process_starts_with_what_it_seldom_needs(module: str) -> None:
    found = imported("kenes.service.main", module)
    assert not found.intersection(SELDOM)
    assert "jinja2" in found, "this is the site: were it imported elsewhere, nothing would be tested here"


def test_a_calendar_imports_its_own_country_only() -> None:
    made = "from kenes.calendar import WorkingCalendar; WorkingCalendar.named('kk')"
    listed = "import json, sys; print(json.dumps([m for m in sys.modules if m.startswith('holidays.countries.')]))"
    told = subprocess.run([sys.executable, "-c", f"{made}\n{listed}"], capture_output=True, check=True, text=True)
    assert json.loads(told.stdout) == ["holidays.countries.kazakhstan"]
