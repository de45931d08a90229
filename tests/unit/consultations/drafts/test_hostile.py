"""Documents that try something: refused by name, or harmless, and never half taken."""

import contextlib
import io
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from services.consultations.drafts.akoma_ntoso_export import akoma_ntoso
from services.consultations.drafts.errors import DraftError, Fault, Omission
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.reading import examine, read
from services.consultations.drafts.tree import words
from tests.unit.consultations.drafts.samples import repacked, word_file

AKN = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"


def refusal(name: str, data: bytes, limits: Limits | None = None) -> DraftError:
    with pytest.raises(DraftError) as caught:
        read(name, data, limits or Limits())
    return caught.value


def akn(body: str, before: str = "") -> bytes:
    document = f'<akomaNtoso xmlns="{AKN}"><bill>\n<body>{body}</body></bill></akomaNtoso>'
    return f'<?xml version="1.0"?>{before}\n{document}'.encode()


def packed() -> bytes:
    return word_file(lambda document: document.add_paragraph("Статья 1. Текст"))


def test_fifty_megabytes() -> None:
    assert refusal("a.txt", b"a " * 25_000_000).reason is Fault.TOO_LARGE


def test_text_over_its_own_limit() -> None:
    assert refusal("a.md", b"a\n\n" * 1_400_000).reason is Fault.TOO_LARGE


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.doc", "law.docx.exe"])
def test_unknown_formats(name: str) -> None:
    assert refusal(name, b"x").reason is Fault.FORMAT_UNKNOWN


def test_bytes_that_are_no_text_name_their_line() -> None:
    error = refusal("a.txt", b"Article 1\nfine\n\xff\xfe broken")
    assert (error.reason, error.line) == (Fault.NOT_UTF8, 3)


@pytest.mark.parametrize("data", [b"", b"\n \n", b"# Only a title\n"])
def test_documents_without_a_clause(data: bytes) -> None:
    assert refusal("a.md", data).reason is Fault.NO_CLAUSES


def test_control_characters() -> None:
    error = refusal("a.txt", b"Article 1\nText\x1b[31m")
    assert (error.reason, error.line) == (Fault.CONTROL_CHARACTER, 2)


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<ScRiPt src=//x>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe></iframe>",
        "<svg/onload=alert(1)>",
        "<style>*{}</style>",
    ],
)
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_what_would_run_in_a_browser(name: str, markup: str) -> None:
    error = refusal(name, f"Article 1\n\nText {markup} text\n".encode())
    assert (error.reason, error.line) == (Fault.ACTIVE_CONTENT, 3)


def test_a_script_that_is_a_block_of_markdown() -> None:
    assert refusal("a.md", b"## Article 1\n\n<script>\nalert(1)\n</script>\n").reason is Fault.ACTIVE_CONTENT


def test_a_script_in_xml_and_in_a_word_file() -> None:
    text = "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert refusal("a.xml", akn(f"<article><content><p>{text}</p></content></article>")).reason is Fault.ACTIVE_CONTENT
    element = '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>'
    error = refusal("a.xml", akn(f"<article><content>\n<p>a {element}</p></content></article>"))
    assert (error.reason, error.element, error.line) == (Fault.ACTIVE_CONTENT, "script", 4)
    word = word_file(lambda document: document.add_paragraph("Article 1 <script>alert(1)</script>"))
    assert refusal("a.docx", word).reason is Fault.ACTIVE_CONTENT


def test_a_hundred_levels() -> None:
    lists = "\n".join(f"{'  ' * depth}- level" for depth in range(100))
    quotes = ">" * 100 + " text"
    nested = "<section>" * 100 + "<content><p>x</p></content>" + "</section>" * 100
    headings = "\n\n".join(f"{'1.' * depth}1 text" for depth in range(1, 30))
    for name, data in (
        ("a.md", lists.encode()),
        ("a.md", quotes.encode()),
        ("a.xml", akn(nested)),
        ("a.txt", headings.encode()),
    ):
        assert refusal(name, data).reason is Fault.TOO_DEEP


def test_attachments_in_attachments() -> None:
    begin, end = '<attachments><attachment><doc name="a">', "</doc></attachment></attachments>"
    deepest = akn("<p>x</p>").replace(b"</bill>", f"{begin * 16}<mainBody/>{end * 16}</bill>".encode())
    tree = read("a.xml", deepest)
    assert read("a.xml", akoma_ntoso(tree)) == tree
    for inner in ("<mainBody><p>x</p></mainBody>", "<preamble><p>x</p></preamble>", f"{begin}<mainBody/>{end}"):
        assert refusal("a.xml", deepest.replace(b"<mainBody/>", inner.encode())).reason is Fault.TOO_DEEP


def test_too_many_clauses() -> None:
    assert refusal("a.xml", akn("<p>x</p>" * 30), Limits(clauses=20)).reason is Fault.TOO_MANY_CLAUSES
    text = "".join(f"Article {number}\nText.\n" for number in range(1, 30))
    error = refusal("a.txt", text.encode(), Limits(clauses=20))
    assert (error.reason, error.line) == (Fault.TOO_MANY_CLAUSES, 41)


def test_a_text_without_end() -> None:
    assert refusal("a.txt", b"Article 1\n" + b"word " * 50_000).reason is Fault.TEXT_TOO_LONG
    assert refusal("a.md", b"## Article 1\n\n" + b"word " * 50_000).reason is Fault.TEXT_TOO_LONG


@pytest.mark.parametrize("unit", ["*a ", "[", "![a](", "<!--", "`", "_*", "<a ", "&#", "\\"])
def test_text_made_to_keep_the_parser_busy(unit: str) -> None:
    """What is read in the end does not matter; that it does not take the square of its length does."""
    assert seconds_for("a.md", f"## Article 1\n\n{(unit * 190_000)[:190_000]}\n".encode()) < 3


@pytest.mark.parametrize("opening", ["<", "</", "<a", "href=", "<div>\n<", "<div>\nhref="])
def test_spaces_made_to_keep_the_search_for_scripts_busy(opening: str) -> None:
    assert seconds_for("a.md", f"## Article 1\n\n{opening}{' ' * 190_000}b\n".encode()) < 3


def seconds_for(name: str, data: bytes) -> float:
    """The time of the processor that a document takes, whatever becomes of it."""
    began = time.process_time()
    with contextlib.suppress(DraftError):
        read(name, data)
    return time.process_time() - began


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">',
        '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
    ],
)
def test_document_types_and_entities(doctype: str) -> None:
    error = refusal("a.xml", akn("<article><content><p>x</p></content></article>", doctype))
    assert (error.reason, error.line) == (Fault.DOCTYPE, 1)
    wide = (
        akn("<article/>", doctype).decode().replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16")
    )
    assert refusal("a.xml", wide).reason is Fault.DOCTYPE


def references(meta: str, clause: str) -> bytes:
    body = f"<body>{clause}</body>"
    return f'<akomaNtoso xmlns="{AKN}"><bill><meta>{meta}</meta>\n{body}</bill></akomaNtoso>'.encode()


LONG = "word " * 10_000
CONCEPT = f'<references><TLCConcept eId="a" href="/a" showAs="{LONG}"/></references>'
NOTE = f'<notes><note eId="a"><p>{LONG}</p></note></notes>'
REFERENCE = '<ref class="placeholder" href="#a"/>'


@pytest.mark.parametrize(
    ("document", "element"),
    [
        (references(CONCEPT, f"<article><content><p>{REFERENCE * 20_000}</p></content></article>"), "ref"),
        (references(CONCEPT, f"<article><content><p>{REFERENCE * 3}</p></content></article>" * 2_000), "ref"),
        (references(NOTE, '<article><content><p>a<noteRef href="#a"/></p></content></article>' * 4_000), "noteRef"),
    ],
    ids=["names in one clause", "names in many", "notes"],
)
def test_references_that_would_fill_the_memory(document: bytes, element: str) -> None:
    tracemalloc.start()
    try:
        error = refusal("a.xml", document)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (error.reason, error.element, error.line) == (Fault.TEXT_TOO_LONG, element, 2)
    assert peak < 50_000_000


def test_a_note_referred_to_many_times_is_read_once() -> None:
    marks = '<noteRef href="#a"/>' * 4_000
    document = references(NOTE, f"<article><content><p>a{marks}</p></content></article>")
    assert seconds_for("a.xml", document) < 3
    assert read("a.xml", document).clauses[0].text == f"a{'[1]' * 4_000}\n[1] {LONG.strip()}"


def test_faulty_xml_names_its_line() -> None:
    error = refusal("a.xml", akn("<article>\n<content><p>x</content></article>"))
    assert (error.reason, error.line, error.element) == (Fault.XML_TAGS, 4, "content")


def test_xml_that_is_something_else() -> None:
    assert refusal("a.xml", b"<html><body>x</body></html>").reason is Fault.NOT_AKOMA_NTOSO
    assert (
        refusal("a.xml", f'<akomaNtoso xmlns="{AKN}"><judgment/></akomaNtoso>'.encode()).reason is Fault.NOT_AKOMA_NTOSO
    )
    error = refusal("a.xml", akn("<article>\n<nonsense/></article>"))
    assert (error.reason, error.element, error.line) == (Fault.UNKNOWN_ELEMENT, "nonsense", 4)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"plain"])
def test_files_that_only_claim_to_be_of_word(data: bytes) -> None:
    assert refusal("a.docx", data).reason is Fault.NOT_ZIP


def test_an_older_word_file_or_one_under_a_password() -> None:
    assert refusal("a.docx", b"\xd0\xcf\x11\xe0old").reason is Fault.OLD_WORD


def without(data: bytes, name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
    return target.getvalue()


@pytest.mark.parametrize("part", ["[Content_Types].xml", "_rels/.rels", "word/document.xml"])
def test_a_word_file_without_a_part_names_it(part: str) -> None:
    error = refusal("a.docx", without(packed(), part))
    assert (error.reason, error.element) == (Fault.PART_MISSING, part)


def test_a_packed_file_that_is_no_document() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "x")
    assert refusal("a.docx", target.getvalue()).reason is Fault.PART_MISSING


def test_a_damaged_entry_names_its_part() -> None:
    data = bytearray(repacked(packed(), {}, {"word/media/a.bin": bytes(range(256)) * 400}))
    at = data.rindex(b"word/media/a.bin", 0, data.index(b"PK\x01\x02")) + 60
    data[at : at + 4] = b"\xff\xff\xff\xff"
    error = refusal("a.docx", bytes(data))
    assert (error.reason, error.element) == (Fault.PART_DAMAGED, "word/media/a.bin")


@pytest.mark.parametrize(
    ("change", "fault", "element"),
    [
        (lambda data: data[: data.index(b"</w:p>")], Fault.XML_ENDS_EARLY, "p"),
        (lambda data: data.replace(b"</w:body>", b""), Fault.XML_TAGS, "document"),
        (lambda data: data.replace(b"<w:body>", b"<w:body>\x1b"), Fault.XML_CHARACTER, "document"),
        (lambda _data: b"", Fault.XML_EMPTY, "document"),
    ],
)
def test_damaged_xml_names_its_part_and_line(change: Callable[[bytes], bytes], fault: Fault, element: str) -> None:
    error = refusal("a.docx", repacked(packed(), {"word/document.xml": change}))
    assert (error.reason, error.part) == (fault, "word/document.xml")
    assert error.line > 0
    assert error.element.endswith(element)


def test_zip_bombs() -> None:
    bomb = repacked(packed(), {}, {"word/media/a.bin": b"\0" * 30_000_000})
    assert refusal("a.docx", bomb).reason is Fault.UNPACKS_TOO_LARGE
    assert refusal("a.docx", bomb, Limits(ratio=10**6, unpacked_bytes=10_000_000)).reason is Fault.UNPACKS_TOO_LARGE
    many = repacked(packed(), {}, {f"word/media/{number}": b"" for number in range(600)})
    assert refusal("a.docx", many).reason is Fault.TOO_MANY_ENTRIES


def test_a_bomb_that_lies_about_its_size() -> None:
    bomb = bytearray(repacked(packed(), {}, {"word/big.xml": b"<a>" + b" " * 5_000_000 + b"</a>"}))
    real, said = struct.pack("<L", 5_000_007), struct.pack("<L", 90)
    assert bomb.count(real) == 2
    assert refusal("a.docx", bytes(bomb.replace(real, said))).reason is Fault.PART_DAMAGED


def test_macros() -> None:
    assert refusal("a.docm", packed()).reason is Fault.MACRO
    assert refusal("a.docx", repacked(packed(), {}, {"word/vbaProject.bin": b"x"})).reason is Fault.MACRO
    disguised = repacked(
        packed(),
        {"[Content_Types].xml": lambda data: data.replace(b"wordprocessingml.document.main", b"x.macroEnabled.main")},
    )
    assert refusal("a.docx", disguised).reason is Fault.MACRO


def test_objects_and_parts_from_outside() -> None:
    assert refusal("a.docx", repacked(packed(), {}, {"word/embeddings/o.bin": b"x"})).reason is Fault.EMBEDDED_OBJECT
    outside = (
        b'<Relationship Id="rX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"'
        b' Target="http://127.0.0.1:1/t.dotm" TargetMode="External"/></Relationships>'
    )
    changed = repacked(
        packed(), {"word/_rels/document.xml.rels": lambda data: data.replace(b"</Relationships>", outside)}
    )
    error = refusal("a.docx", changed)
    assert (error.reason, error.detail) == (Fault.EXTERNAL_REFERENCE, "attachedTemplate")


def test_an_entity_in_a_part_of_a_word_file() -> None:
    evil = repacked(
        packed(),
        {
            "word/document.xml": lambda data: data.replace(
                b"<w:document", b'<!DOCTYPE a [<!ENTITY x "y">]><w:document', 1
            )
        },
    )
    assert refusal("a.docx", evil).reason is Fault.DOCTYPE


def counted(start: str, pattern: str, level: int = 0) -> bytes:
    """A Word file with one paragraph, whose number is counted as told."""

    def write(document: Document) -> None:
        definition = f'<w:start w:val="{start}"/><w:lvlText w:val="{pattern}"/>'
        numbering = document.part.numbering_part.element
        numbering.append(
            parse_xml(
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">'
                f'<w:lvl w:ilvl="{level}">{definition}</w:lvl></w:abstractNum>'
            )
        )
        numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
        made: Any = document.add_paragraph("Text")._p.get_or_add_pPr()
        properties = made.get_or_add_numPr()
        properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = level, 77

    return word_file(write)


def test_numbers_that_would_fill_the_memory() -> None:
    error = refusal("a.docx", counted("9" * 4_000, "%1" * 20_000))
    assert (error.reason, error.element) == (Fault.TEXT_TOO_LONG, "lvlText")
    assert read("a.docx", counted("9" * 4_000, "%1.")).clauses[0].label == "1."
    assert read("a.docx", counted("32767", "%1.")).clauses[0].text == "32767. Text"


def test_a_list_of_more_levels_than_word_has() -> None:
    assert read("a.docx", counted("1", "%1.", level=20_000)).clauses[0].text == "Text"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'PartName="/word/document.xml"', b'PartName="/word/document.dat"'),
        (b'Extension="xml" ContentType="application/xml"', b'Extension="dat" ContentType="application/xml"'),
    ],
)
def test_xml_under_another_name(old: bytes, new: bytes) -> None:
    def disguised(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new)

    error = refusal("a.docx", repacked(packed(), {"[Content_Types].xml": disguised}))
    assert (error.reason, error.element) == (Fault.SUSPICIOUS_ENTRY, "[Content_Types].xml")


def with_paragraphs(*paragraphs: str) -> bytes:
    """A Word file whose body is this XML, in which "w" is Word's own."""
    body = "".join(f"<w:p>{paragraph}</w:p>" for paragraph in paragraphs).encode()

    def changed(data: bytes) -> bytes:
        return data.replace(b"<w:sectPr", body + b"<w:sectPr", 1)

    return repacked(packed(), {"word/document.xml": changed})


def test_a_symbol_that_is_no_character_is_told() -> None:
    reading = examine("a.docx", with_paragraphs('<w:r><w:sym w:char="FFFFFF"/><w:t>x</w:t></w:r>'))
    assert "x" in words(reading.tree.clauses[0])
    assert [notice.reason for notice in reading.notices] == [Omission.SYMBOL]


@pytest.mark.parametrize("figure", ["9" * 5_000, "²", "-1"])
@pytest.mark.parametrize("within", ["<w:outlineLvl {}/>", "<w:numPr><w:ilvl {}/><w:numId w:val='1'/></w:numPr>"])
def test_a_level_that_is_no_number_counts_for_none(within: str, figure: str) -> None:
    properties = within.format(f'w:val="{figure}"')
    (clause,) = read("a.docx", with_paragraphs(f"<w:pPr>{properties}</w:pPr><w:r><w:t>Слова.</w:t></w:r>")).clauses
    assert words(clause).endswith("Слова.")


def test_runs_in_each_other_without_end() -> None:
    error = refusal("a.docx", with_paragraphs("<w:r>" * 200 + "<w:t>x</w:t>" + "</w:r>" * 200))
    assert (error.reason, error.element, error.line) == (Fault.TOO_DEEP, "r", 2)


def test_a_line_with_nothing_to_see_is_none() -> None:
    lines = "<w:r><w:t>\u200b</w:t><w:br/><w:t>Статья 3</w:t><w:br/><w:t>\u200b</w:t></w:r>"
    tree = read("a.docx", with_paragraphs("<w:r><w:t>Статья 2</w:t></w:r>", lines))
    assert [clause.label for clause in tree.clauses] == ["Статья 1", "Статья 2", "Статья 3"]


SAMPLES = {
    "a.md": "# Закон\n\n## Статья 1. Сроки\n\n1. Один:\n\n   a) два;\n\n| a | b |\n|---|---|\n| «1 | 2» |\n".encode(),
    "a.txt": "Закон\nСтатья 1. Сроки\n1. Один:\n1) два «три\n2) четыре»;\n".encode(),
    "a.xml": akn('<article eId="art_1"><num>1</num><heading>x</heading><content><p>y</p></content></article>'),
    "a.docx": packed(),
}


@given(st.sampled_from(sorted(SAMPLES)), st.data())
@settings(max_examples=150)
def test_damaged_documents_are_read_or_refused_by_name(name: str, data: st.DataObject) -> None:
    sample = SAMPLES[name]
    begin = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(begin, min(len(sample), begin + 40)))
    damaged = sample[:begin] + data.draw(st.binary(max_size=20)) + sample[end:]
    with contextlib.suppress(DraftError):
        assert read(name, damaged).clauses


@given(st.data())
@settings(max_examples=100)
def test_damaged_text_of_a_word_file_is_read_or_refused_by_name(data: st.DataObject) -> None:
    """As above; damage to the packed file itself seldom comes further than to the unpacker."""

    def damaged(part: bytes) -> bytes:
        begin = data.draw(st.integers(0, len(part)))
        end = data.draw(st.integers(begin, min(len(part), begin + 40)))
        pieces = st.sampled_from([b"", b"<w:r>", b"</w:r>", b"<w:br/>", "\u200b".encode(), b"<", b"9" * 20])
        return part[:begin] + data.draw(pieces) + part[end:]

    changed = with_paragraphs("<w:r><w:t>Статья 2</w:t><w:br/><w:t>\u200b</w:t></w:r>")
    with contextlib.suppress(DraftError):
        assert read("a.docx", repacked(changed, {"word/document.xml": damaged})).clauses


def test_paths_out_of_the_file() -> None:
    assert refusal("a.docx", repacked(packed(), {}, {"../../x": b"x"})).reason is Fault.SUSPICIOUS_ENTRY
