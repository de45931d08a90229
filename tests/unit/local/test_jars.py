"""Jars: whole or not there. Damage, a cut connection and a wrong digest are each met as a newcomer meets them."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kenes.local import jars
from kenes.local.errors import LocalStackError
from kenes.local.jars import LIST, Jar, ensure_jars, read_list


class Repository:
    """Serves the coordinate itself as the content of each jar."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken: dict[str, int] = {}

    def __call__(self, coordinate: str, target: Path, arrived: Callable[[int], None]) -> None:
        self.asked.append(coordinate)
        content = coordinate.encode()
        if self.broken.get(coordinate, 0):
            self.broken[coordinate] -= 1
            target.write_bytes(content[:3])
            raise ConnectionError("cut off")
        target.write_bytes(content)
        arrived(len(content))


def jar(name: str) -> Jar:
    coordinate = f"org.example:{name}:1.0"
    return Jar(coordinate, hashlib.sha256(coordinate.encode()).hexdigest())


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "_PAUSE", 0.0)


def test_the_committed_list_names_each_jar_once_with_a_digest() -> None:
    listed = read_list()
    assert len({one.filename for one in listed}) == len(listed) > 40
    assert all(re.fullmatch(r"[0-9a-f]{64}", one.sha256) for one in listed)
    assert "org.apache.kafka:kafka_2.13:4.1.1" in {one.coordinate for one in listed}


def test_the_committed_list_names_no_host() -> None:
    assert "://" not in LIST.read_text()


def test_jars_are_fetched_once_and_given_in_the_order_of_the_list(tmp_path: Path) -> None:
    repository = Repository()
    wanted = [jar("b"), jar("a")]
    paths = ensure_jars(tmp_path, wanted, repository)
    assert [path.name for path in paths] == ["b-1.0.jar", "a-1.0.jar"]
    assert ensure_jars(tmp_path, wanted, repository) == paths
    assert sorted(repository.asked) == ["org.example:a:1.0", "org.example:b:1.0"]


def test_a_damaged_jar_is_fetched_again(tmp_path: Path) -> None:
    (path,) = ensure_jars(tmp_path, [jar("a")], Repository())
    path.write_bytes(path.read_bytes()[:-1])
    ensure_jars(tmp_path, [jar("a")], Repository())
    assert path.read_bytes() == b"org.example:a:1.0"


def test_a_jar_with_another_digest_is_refused_and_not_kept(tmp_path: Path) -> None:
    forged = Jar("org.example:a:1.0", "0" * 64)
    with pytest.raises(LocalStackError, match=r"org\.example:a:1\.0 does not have the SHA-256"):
        ensure_jars(tmp_path, [forged], Repository())
    assert list((tmp_path / "jars").iterdir()) == []


def test_a_cut_connection_is_tried_again(tmp_path: Path) -> None:
    repository = Repository()
    repository.broken["org.example:a:1.0"] = 2
    assert ensure_jars(tmp_path, [jar("a")], repository)[0].read_bytes() == b"org.example:a:1.0"
    assert len(repository.asked) == 3


def test_after_a_failure_the_next_start_fetches_only_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jars, "_PARALLEL", 1)  # the first jar is whole before the second fails and stops the others
    repository = Repository()
    repository.broken["org.example:b:1.0"] = 100
    with pytest.raises(LocalStackError, match=r"cannot download org\.example:b:1\.0"):
        ensure_jars(tmp_path, [jar("a"), jar("b")], repository)
    assert [path.name for path in (tmp_path / "jars").iterdir()] == ["a-1.0.jar"]
    again = Repository()
    ensure_jars(tmp_path, [jar("a"), jar("b")], again)
    assert again.asked == ["org.example:b:1.0"]


def test_an_interruption_leaves_nothing_half_and_stops_the_other_transfers(tmp_path: Path) -> None:
    def interrupted(coordinate: str, target: Path, arrived: Callable[[int], None]) -> None:
        target.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure_jars(tmp_path, [jar("a"), jar("b"), jar("c")], interrupted)
    assert list((tmp_path / "jars").iterdir()) == []


def test_a_transfer_that_fails_once_it_is_called_off_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jars, "_PAUSE", 600.0)
    waiting, asked = threading.Event(), list[str]()

    def unanswered(coordinate: str, target: Path, arrived: Callable[[int], None]) -> None:
        asked.append(coordinate)
        if coordinate == "org.example:a:1.0":
            waiting.set()
            raise ConnectionError("no answer")
        assert waiting.wait(30)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure_jars(tmp_path, [jar("a"), jar("b")], unanswered)
    assert sorted(asked) == ["org.example:a:1.0", "org.example:b:1.0"]


def test_what_a_killed_download_left_is_removed_but_not_what_is_under_way(tmp_path: Path) -> None:
    folder = tmp_path / "jars"
    folder.mkdir()
    abandoned, under_way = folder / ".a-1.0.jar.k1ll3d", folder / ".b-1.0.jar.n0w"
    for part in (abandoned, under_way):
        part.touch()
    os.utime(abandoned, (0, 0))
    ensure_jars(tmp_path, [], Repository())
    assert list(folder.iterdir()) == [under_way]


def test_a_cache_that_cannot_be_written_is_told_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalStackError, match=r"cannot be written \(Not a directory\).*KENES_CACHE"):
        ensure_jars(tmp_path / "file", [jar("a")], Repository())


def test_the_cache_is_shared_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KENES_CACHE", raising=False)
    assert jars.cache_folder() == Path.home() / ".cache" / "kenes"
    monkeypatch.setenv("KENES_CACHE", str(tmp_path))
    assert jars.cache_folder() == tmp_path
