"""A backup's files: what is written is read again, the same makes the same bytes, and what was touched is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.backup.files import BackupError, LineFile, Manifest, line_record, new_folder, read_lines, record_line
from kenes.backup.keeping import KeptCollection
from kenes.kafka.copying import Span
from kenes.kafka.records import Record

NAMES = st.text(max_size=20)
RECORDS = st.builds(
    Record,
    topic=st.just("t"),
    partition=st.just(3),
    offset=st.integers(0, 2**53),
    timestamp=st.integers(-1, 2**45),
    key=st.none() | st.binary(max_size=50),
    value=st.none() | st.binary(max_size=200),
    headers=st.lists(st.tuples(NAMES, st.binary(max_size=30)), max_size=4),
)


@given(RECORDS)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    line = record_line(record)
    assert "\n" not in line
    assert line_record("t", 3, line) == record


def written(folder: Path, lines: list[str]) -> Manifest:
    with LineFile(folder, "topics/t/0.jsonl.gz") as file:
        for line in lines:
            file.write(line)
    manifest = Manifest("2026-11-22T00:00:00+00:00", {"topics/t/0.jsonl.gz": file.entry(Span(4, 4 + len(lines)))})
    manifest.save(folder)
    return manifest


def test_what_is_written_is_read_again_and_is_the_same_each_time(tmp_path: Path) -> None:
    first = written(tmp_path / "a", ["one", "ekі", "три"])
    assert written(tmp_path / "b", ["one", "ekі", "три"]) == first
    assert Manifest.load(tmp_path / "a") == first
    assert first.files["topics/t/0.jsonl.gz"].lines == 3
    assert list(read_lines(tmp_path / "a/topics/t/0.jsonl.gz")) == ["one", "ekі", "три"]


def test_what_is_not_whole_is_no_backup(tmp_path: Path) -> None:
    written(tmp_path, ["one"])
    file = tmp_path / "topics/t/0.jsonl.gz"
    kept = file.read_bytes()
    file.write_bytes(kept[:-1])
    with pytest.raises(BackupError, match="is not what was written"):
        Manifest.load(tmp_path)
    file.unlink()
    with pytest.raises(BackupError, match="is missing"):
        Manifest.load(tmp_path)
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(BackupError, match="not made to its end"):
        Manifest.load(tmp_path)


def test_a_backup_is_never_put_over_another(tmp_path: Path) -> None:
    new_folder(tmp_path / "new")
    written(tmp_path / "new", [])
    with pytest.raises(BackupError, match="is not empty"):
        new_folder(tmp_path / "new")


def test_a_collection_is_named_with_its_database() -> None:
    assert KeptCollection.parse("people.vault.keys") == KeptCollection("people", "vault.keys")
    for wrong in ("people", ".keys", "people."):
        with pytest.raises(BackupError):
            KeptCollection.parse(wrong)
