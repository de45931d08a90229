"""The runbook as a page."""

from __future__ import annotations

from pathlib import Path

from services.console.runbook import Runbook, anchor

TEXT = """\
# Operations

## Consumer stuck

Look at `petitions-stream`, [the code](../kenes/kafka/stream.py), [elsewhere](#operations)
and <script>alert(1)</script>.
"""


def test_headings_can_be_led_to_and_nothing_of_a_document_runs(tmp_path: Path) -> None:
    file = tmp_path / "operations.md"
    file.write_text(TEXT)
    runbook = Runbook(file)
    assert runbook.address("consumer-stuck") == "/runbook#consumer-stuck"
    assert runbook.address("unheard-of") is None
    assert '<h2 id="consumer-stuck">' in runbook.html
    assert "<script" not in runbook.html
    assert "the code" in runbook.html
    assert "../kenes" not in runbook.html
    assert 'href="#operations"' in runbook.html


def test_an_installation_without_documents_has_an_empty_one(tmp_path: Path) -> None:
    assert Runbook(tmp_path / "none.md").html == ""


def test_anchors_are_those_of_code_forges() -> None:
    assert anchor("Kafka: broker is away (`x`)") == "kafka-broker-is-away-x"
