"""Real laws in several versions: the counts that are known of them, found by the alignment and by a count of its own.

The count of its own knows nothing of trees: it cuts the files at their headings and compares what stands between.
"""

import re
from collections.abc import Callable
from functools import cache

import pytest

from schemas.consultations.clauses import Clause, ClauseTree
from services.consultations.drafts.akoma_ntoso_export import akoma_ntoso
from services.consultations.drafts.alignment import Alignment, align
from services.consultations.drafts.export import markdown, plain_text
from services.consultations.drafts.reading import read
from services.consultations.drafts.tree import units, walk, words
from tests.unit.consultations.drafts.samples import LAWS, needs_laws

pytestmark = needs_laws

GERMAN, FRENCH, RUSSIAN = "de-bwahlg", "fr-constitution-1958", "ru-constitution"
HEADINGS = {GERMAN: r"### § (\S+)(.*)", FRENCH: r"##### Article (\S+)(.*)", RUSSIAN: r"### Статья (\S+)(.*)"}


@cache
def law(name: str, version: int) -> ClauseTree:
    return read("law.md", (LAWS / name / f"v{version}.md").read_bytes())


@cache
def aligned(name: str, version: int) -> Alignment:
    return align(law(name, version), law(name, version + 1))


def first_bearers(clauses: tuple[Clause, ...]) -> list[Clause]:
    """One article for each number: the French source prints some twice, the old wording and the new."""
    return list({clause.number: clause for clause in reversed(clauses)}.values())


def touched(name: str, version: int) -> set[str]:
    """The numbers of the articles that read differently in the next version."""
    by_old = aligned(name, version).by_old
    entries = [(clause.number, by_old[clause.id]) for clause in first_bearers(units(law(name, version)))]
    return {number for number, entry in entries if entry.new is not None and entry.touched}


def sections(name: str, version: int, spaces: Callable[[str], str]) -> dict[str, tuple[str, str]]:
    """The heading and body of each article by its number, the first where there are several."""
    found: dict[str, tuple[str, str]] = {}
    number, heading, body = "", "", ""
    for line in [*(LAWS / name / f"v{version}.md").read_text("utf-8").splitlines(), "# end"]:
        if not line.startswith(("#", "ГЛАВА ")):
            body += line + "\n"
            continue
        if number:
            found.setdefault(number, (heading.strip(), spaces(body)))
        article = re.match(HEADINGS[name], line)
        number, heading, body = (article[1], article[2], "") if article else ("", "", "")
    return found


def single(text: str) -> str:
    return " ".join(text.split())


def differing(name: str, version: int, spaces: Callable[[str], str] = single) -> set[str]:
    old, new = sections(name, version, spaces), sections(name, version + 1, spaces)
    return {number for number in old.keys() & new.keys() if old[number] != new[number]}


@pytest.mark.parametrize(
    ("name", "version", "count"),
    [
        (GERMAN, 1, 57), (GERMAN, 2, 57), (GERMAN, 3, 57),
        (FRENCH, 1, 86), (FRENCH, 2, 107), (FRENCH, 3, 109), (RUSSIAN, 1, 142),
    ],
)  # fmt: skip
def test_articles(name: str, version: int, count: int) -> None:
    assert len(first_bearers(units(law(name, version)))) == count
    assert len(sections(name, version, single)) == count


@pytest.mark.parametrize(("version", "count"), [(1, 42), (2, 2)])
def test_changed_articles_of_the_french_constitution(version: int, count: int) -> None:
    assert len(touched(FRENCH, version)) == count
    assert touched(FRENCH, version) == differing(FRENCH, version)


def test_the_second_bearers_of_french_numbers_are_compared_as_well() -> None:
    by_old = aligned(FRENCH, 2).by_old
    all_touched = [clause.number for clause in units(law(FRENCH, 2)) if by_old[clause.id].touched]
    assert all_touched == ["34", "88-1", "88-2", "88-4", "88-5"]


@pytest.mark.parametrize(("version", "count"), [(1, 5), (2, 19)])
def test_changed_clauses_of_the_german_electoral_law(version: int, count: int) -> None:
    """Letter by letter 5, then 19 differ. In one of the five, § 6, nothing does but its line breaks and spaces."""
    by_letter = differing(GERMAN, version, lambda body: body.strip())
    assert len(by_letter) == count
    assert touched(GERMAN, version) == differing(GERMAN, version) == by_letter - ({"6"} if version == 1 else set())


@pytest.mark.parametrize(("name", "version"), [(FRENCH, 1), (FRENCH, 2), (GERMAN, 1), (GERMAN, 2)])
def test_what_only_one_version_has(name: str, version: int) -> None:
    alignment = aligned(name, version)
    old = {clause.number for clause in units(law(name, version)) if alignment.by_old[clause.id].new is None}
    new = {clause.number for clause in units(law(name, version + 1))}
    before, after = sections(name, version, single), sections(name, version + 1, single)
    assert old == before.keys() - after.keys()
    known = {clause.number for clause in units(law(name, version))}
    assert {number for number in new if number not in known} == after.keys() - before.keys()


@pytest.mark.parametrize("name", [GERMAN, FRENCH, RUSSIAN])
def test_no_word_is_lost(name: str) -> None:
    """The words of each article are those between its heading and the next."""
    for clause in first_bearers(units(law(name, 1))):
        heading, body = sections(name, 1, single)[clause.number]
        assert _letters(words(clause)) == _letters(f"{heading} {body}"), clause.label


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def test_the_bill_in_akoma_ntoso() -> None:
    bill = read("bill.xml", next((LAWS / "akn").glob("*.xml")).read_bytes())
    assert bill.title == "Sustainable Aviation Fuel Bill"
    assert [unit.number for unit in units(bill)] == [str(number) for number in range(1, 20)]
    kinds = [place.clause.kind.value for place in walk(bill)]
    assert (kinds.count("section"), kinds.count("subsection")) == (19, 64)
    assert read("again.xml", akoma_ntoso(bill, language="en")) == bill


@pytest.mark.parametrize("name", [GERMAN, FRENCH, RUSSIAN])
def test_exports_are_read_as_the_same_law(name: str) -> None:
    tree = law(name, 1)
    assert read("a.xml", akoma_ntoso(tree)) == tree
    for file, text in (("a.md", markdown(tree)), ("a.txt", plain_text(tree))):
        again = read(file, text.encode())
        assert [clause.number for clause in units(again)] == [clause.number for clause in units(tree)]
        assert not [clause.label for clause in units(tree) if words(clause) != words(_named(again, clause))], file


def _named(tree: ClauseTree, like: Clause) -> Clause:
    return next(clause for clause in units(tree) if clause.number == like.number)
