"""Akoma Ntoso: what is written can be read again, and what others write too."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from services.consultations.drafts.akoma_ntoso_export import akoma_ntoso
from services.consultations.drafts.errors import DraftError, Fault, Omission
from services.consultations.drafts.labels import number_of
from services.consultations.drafts.markup import plain
from services.consultations.drafts.reading import examine, read
from services.consultations.drafts.tree import relabelled, walk

AKN = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
LABELS = (
    "",
    "Статья 5",
    "5-бап",
    "4-қосымшасы",
    "§ 12a",
    "Article 88-1",
    "(1)",
    "а)",
    "1.2.3",
    "–",
    "Titre premier",
    "[Repealed]",
)


def is_plain(text: str) -> bool:
    return plain(text, 1) == text


def lines(most: int) -> st.SearchStrategy[str]:
    letters = st.characters(codec="utf-8", exclude_categories=("C", "Z"))
    words = st.text(letters | st.sampled_from("abcАБВәғ <>&;\"'"), max_size=30).map(lambda text: " ".join(text.split()))
    return st.lists(words.filter(lambda text: bool(text) and is_plain(text)), max_size=most).map("\n".join)


@st.composite
def noted(draw: st.DrawFn) -> str:
    """Lines that end with notes, to marks before them or to none."""
    text = draw(lines(3))
    marks = draw(st.lists(st.sampled_from(["1", "2", "i", "*"]), max_size=3))
    places = [f" [{mark}]" for mark in marks if draw(st.booleans())]
    notes = [f"[{mark}] {line}" for mark in marks if (line := draw(lines(1)))]
    return "\n".join(line for line in (f"{text}{''.join(places)}".strip(), *notes) if line)


def clauses(children: st.SearchStrategy[tuple[Clause, ...]]) -> st.SearchStrategy[Clause]:
    def made(kind: ClauseKind, label: str, heading: str, text: str, below: tuple[Clause, ...]) -> Clause:
        return Clause(
            id="x", kind=kind, label=label, number=number_of(label), heading=heading, text=text, children=below
        )

    return st.builds(made, st.sampled_from(ClauseKind), st.sampled_from(LABELS), lines(1), lines(3) | noted(), children)


def numbered() -> Callable[[Clause], str]:
    count = iter(range(10_000))
    return lambda _clause: f"c{next(count)}"


TREES = st.builds(
    lambda title, tops: relabelled(ClauseTree(title=title, clauses=tuple(tops)), numbered()),
    lines(1),
    st.lists(
        st.recursive(
            clauses(st.just(())), lambda inner: clauses(st.lists(inner, max_size=3).map(tuple)), max_leaves=12
        ),
        min_size=1,
        max_size=4,
    ),
)


@given(TREES)
def test_a_tree_written_and_read_is_the_same_tree(tree: ClauseTree) -> None:
    assert read("a.xml", akoma_ntoso(tree, language="kk")) == tree


def test_the_document_says_what_it_is() -> None:
    tree = ClauseTree(title="T", clauses=(Clause(id="art_1", kind=ClauseKind.ARTICLE, label="Статья 1", number="1"),))
    root = etree.fromstring(akoma_ntoso(tree, uri="/akn/kz/bill/2026/media", language="ru"))
    languages = root.xpath("//a:FRBRlanguage/@language", namespaces={"a": AKN})
    uris = root.xpath("//a:FRBRuri/@value", namespaces={"a": AKN})
    assert languages == ["rus"]
    assert isinstance(uris, list)
    assert uris[0] == "/akn/kz/bill/2026/media"


def test_lists_in_paragraphs_quotations_and_attachments() -> None:
    document = f"""<akomaNtoso xmlns="{AKN}"><act><meta/><preface><p><docTitle>On media</docTitle></p></preface>
    <preamble><p>We have agreed:</p></preamble>
    <body><article eId="art_1"><num>Article 1.</num><heading>Words</heading>
      <paragraph eId="art_1__para_1"><num>1.</num><content>
        <blockList><listIntroduction>These are:</listIntroduction>
          <item><num>(a)</num><p>one <authorialNote><p>a note</p></authorialNote>thing</p></item>
          <item><num>(b)</num><p>another</p></item><listWrapUp>and no other.</listWrapUp></blockList>
      </content></paragraph>
      <paragraph><num>2.</num><content><p>It reads: <mod><quotedStructure>
        <article><num>7</num><content><p>New.</p></content></article>
      </quotedStructure></mod></p></content></paragraph></article></body>
    <attachments><attachment><heading>Annex I</heading><doc name="annex"><meta/><mainBody><paragraph><num>1</num>
      <content><p>Rates</p></content></paragraph></mainBody></doc></attachment></attachments></act></akomaNtoso>"""
    tree = read("a.akn", document.encode())
    assert tree.title == "On media"
    assert [(p.depth, p.clause.kind.value, p.clause.label, p.clause.text) for p in walk(tree)] == [
        (0, "preamble", "", "We have agreed:"),
        (0, "article", "Article 1.", ""),
        (1, "paragraph", "1.", "These are:"),
        (2, "point", "(a)", "one [1]thing\n[1] a note"),
        (2, "point", "(b)", "another"),
        (2, "paragraph", "", "and no other."),
        (1, "paragraph", "2.", "It reads:\n7 New."),
        (0, "annex", "", ""),
        (1, "paragraph", "1", "Rates"),
    ]
    assert tree.clauses[1].id == "art_1"
    assert tree.clauses[1].children[0].id == "art_1__para_1"
    assert tree.clauses[2].heading == "Annex I"


def test_ids_that_are_not_unique_are_given_anew() -> None:
    document = f"""<akomaNtoso xmlns="{AKN}"><act><body><article eId="same"><content><p>a</p></content></article>
    <article eId="same"><content><p>b</p></content></article></body></act></akomaNtoso>"""
    ids = [clause.id for clause in read("a.xml", document.encode()).clauses]
    assert len(set(ids)) == 2
    assert "same" not in ids


def test_no_clause_is_called_as_the_whole_draft_is() -> None:
    tree = read("a.xml", act("<p>Text.</p>").replace(b"<article>", b'<article eId="whole">'))
    assert [clause.id for clause in tree.clauses] == ["art_1"]


def test_raised_figures_stay_raised_and_a_long_title_is_a_title() -> None:
    document = (
        f'<akomaNtoso xmlns="{AKN}"><act><meta/><preface><longTitle><p>REGULATION on lanes</p></longTitle></preface>'
        "<body><article><num>1<sup>2</sup></num><content><p>5 m<sup>2</sup>, the 1<sup>st</sup></p></content></article>"
        "</body></act></akomaNtoso>"
    )
    reading = examine("a.xml", document.encode())
    (clause,) = reading.tree.clauses
    assert (reading.tree.title, clause.label, clause.number) == ("REGULATION on lanes", "1²", "1-2")
    assert clause.text == "5 m², the 1st"
    assert reading.notices == ()


def act(content: str, after: str = "") -> bytes:
    return f"""<akomaNtoso xmlns="{AKN}"><act><meta/><body><article><num>1</num><content>{content}</content></article>
    </body></act>{after}</akomaNtoso>""".encode()


def test_what_is_attached_beside_the_document_is_an_annex() -> None:
    schedule = """<components><component><doc name="schedule"><meta/><mainBody><paragraph><num>1</num>
    <content><p>Rates</p></content></paragraph></mainBody></doc></component></components>"""
    article, annex = read("a.xml", act("<p>Text.</p>", schedule)).clauses
    assert (article.text, annex.kind, annex.children[0].text) == ("Text.", ClauseKind.ANNEX, "Rates")


def test_what_was_deleted_is_left_out_and_told() -> None:
    reading = examine("a.xml", act("<p>It <del>always </del><ins>never </ins>applies.</p>"))
    assert reading.tree.clauses[0].text == "It never applies."
    assert [(notice.element, notice.reason) for notice in reading.notices] == [("del", Omission.TRACKED_CHANGE)]


def test_items_and_lines_do_not_grow_together() -> None:
    reading = examine("a.xml", act("<ul><li>first</li><li>second<p>third</p></li></ul><p>a<eol/>line<br/>more</p>"))
    assert reading.tree.clauses[0].text == "first\nsecond\nthird\na line more"
    assert reading.notices == ()


def test_paragraphs_in_a_cell_stay_on_the_line_of_its_row() -> None:
    inner = "<table><tr><td><p>c</p></td><td>d</td></tr></table>"
    table = f"""<table><tr><th><p>a</p></th><td><p>b</p><p>too</p></td></tr>
    <tr><td>{inner}</td><td><p>e</p></td></tr></table><p>After.</p>"""
    assert read("a.xml", act(table)).clauses[0].text == "a | b too\nc d | e\nAfter."


@pytest.mark.parametrize("name", ["documentCollection", "officialGazette"])
def test_a_collection_of_documents_is_refused_by_name(name: str) -> None:
    body = "<collectionBody><component><bill><body/></bill></component></collectionBody>"
    document = f'<akomaNtoso xmlns="{AKN}"><{name}><meta/>{body}</{name}></akomaNtoso>'
    with pytest.raises(DraftError) as refused:
        read("a.xml", document.encode())
    assert (refused.value.element, refused.value.reason) == ("collectionBody", Fault.UNKNOWN_ELEMENT)
