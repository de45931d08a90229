"""Polis conversations in and out of a running product, and its opinion groups as they change."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from services.consultations.polis import Moderation, PolisFolder
from tests.conversations import BREXIT, adjusted_rand
from tests.integration.api import problem
from tests.integration.consulting import Consulting
from tests.processes import Product, running_product
from tests.unit.consultations.opinion.planted import planted

pytestmark = pytest.mark.stack

PEOPLE, COMMENTS = 30, 14


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    limits = {"KENES_WEB__READ_LIMIT": "1000000", "KENES_WEB__ANONYMOUS_WRITE_LIMIT": "1000000"}
    with running_product(service="consultations", environment=limits) as started:
        yield started


@pytest.fixture
def api(product: Product) -> Iterator[Consulting]:
    with Consulting(product) as opened:
        yield opened


def conversation(folder: Path) -> PolisFolder:
    """Two groups; the last comment was taken out by a moderator, one vote was given twice and one changed."""
    found = planted(PEOPLE, COMMENTS, 2, seen=0.9, seed=3)
    folder.mkdir()
    with (folder / "comments.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body"]
        )
        for comment in range(COMMENTS):
            out = -1 if comment == COMMENTS - 1 else 1
            rows.writerow([1500000000000 + comment, "Mon", comment * 3, comment, 0, 0, out, f'No "{comment}",\nor'])
    with (folder / "votes.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["timestamp", "datetime", "comment-id", "voter-id", "vote"])
        given = [
            (comment * 3, person, int(found.votes[person, comment]))
            for person, comment in np.argwhere(found.seen).tolist()
        ]
        changed = [(given[5][0], given[5][1], -given[5][2] or 1), given[6]]
        for at, vote in enumerate([*given, *changed]):
            rows.writerow([1500000000000 + at, "Mon", *vote])
    (folder / "summary.csv").write_text("topic,What should become of the park?\n", encoding="utf-8")
    return PolisFolder(folder)


def brought_in(product: Product, folder: Path, *options: str) -> tuple[str, tuple[int, int, int]]:
    """The consultation, and how many comments, hidden ones and votes were new."""
    status, printed = product.run("import", "polis", str(folder), *options)
    assert status == 0, printed
    told = re.search(r"consultation (\S+): ([\d,]+) new comments, ([\d,]+) of them hidden, ([\d,]+) new votes", printed)
    assert told is not None, printed
    assert all(line == told.group() or re.match(r"[a-z ]+: [\d,]+ of ", line) for line in printed.split("\n") if line)
    comments, hidden, votes = (int(number.replace(",", "")) for number in told.groups()[1:])
    return told.group(1), (comments, hidden, votes)


def taken_out(product: Product, consultation: str, folder: Path) -> PolisFolder:
    status, printed = product.run("export", "polis", consultation, str(folder))
    assert status == 0, printed
    found = PolisFolder(folder)
    found.check()
    return found


def cast(folder: PolisFolder) -> set[tuple[str, str, int]]:
    return {(vote.participant, vote.comment, vote.value) for vote in folder.latest_votes()}


def test_a_conversation_goes_in_once_shows_its_groups_and_comes_out_as_it_was(
    product: Product, api: Consulting, tmp_path: Path
) -> None:
    source = conversation(tmp_path / "in")
    consultation, new = brought_in(product, source.path)
    assert new == (COMMENTS, 1, len(cast(source)))
    assert brought_in(product, source.path) == (consultation, (0, 0, 0)), "run twice, it adds nothing twice"

    path = f"/consultations/{consultation}"
    told = api.eventually(path, lambda found: "title" in found)
    assert told["title"]["ru"] == "What should become of the park?"
    groups = api.eventually(f"{path}/groups", lambda found: found.get("groups") and found["needed"] == 0)
    assert len(groups["groups"]) == 2
    assert sum(group["people"] for group in groups["groups"]) == PEOPLE
    said = {each["text"] for group in groups["groups"] for each in group["representatives"]}
    assert said
    assert f'No "{COMMENTS - 1}",\nor' not in said, "a moderator took it out"
    page = api.client.get(f"{path}/groups", headers={"accept": "text/html", "accept-language": "ru"})
    assert page.status_code == 200
    assert page.text.count("<circle class") == len(groups["plot"]["bubbles"])

    out = taken_out(product, consultation, tmp_path / "out")
    assert cast(out) == cast(source)
    assert {(c.id, c.author, c.body, c.moderation) for c in out.comments()} == {
        (c.id, c.author, c.body, c.moderation) for c in source.comments()
    }
    got = {comment.id: (comment.agrees, comment.disagrees) for comment in out.comments()}
    assert got["0"] == tuple(sum(side == value for _, c, side in cast(source) if c == "0") for value in (1, -1))
    found = planted(PEOPLE, COMMENTS, 2, seen=0.9, seed=3)
    of = {person.id: person.group for person in out.participants()}
    assert adjusted_rand(found.group.tolist(), [of[str(person)] for person in range(PEOPLE)]) > 0.85
    # What came out goes in again as another consultation.
    again, new = brought_in(product, out.path, "--title", "The park, again")
    assert again != consultation
    assert new == (COMMENTS, 1, len(cast(source)))
    status, printed = product.run("audit")
    assert status == 0, printed


def test_a_new_vote_comes_into_the_groups_and_the_export(product: Product, api: Consulting, tmp_path: Path) -> None:
    source = conversation(tmp_path / "in")
    (source.path / "summary.csv").unlink()
    with (source.path / "votes.csv").open("a", encoding="utf-8") as file:
        file.write("1600000000000,Mon,0,77,1\n")
    consultation, _ = brought_in(product, source.path, "--title", "Another park", "--language", "kk")
    path = f"/consultations/{consultation}"
    hidden = {str(3 * (COMMENTS - 1))}
    votes = sum(comment not in hidden for _, comment, _ in cast(source))
    before = api.eventually(f"{path}/groups", lambda found: found.get("groups") and found["votes"] == votes)
    shown = api.ask("GET", f"{path}/comments", wait=0).json()["comments"]
    comment = next(each["id"] for each in shown if each["standing"] == "shown")
    voter = api.person()
    assert api.vote(consultation, comment, voter).status_code == 200
    api.eventually(f"{path}/groups", lambda found: found["votes"] == before["votes"] + 1)
    out = taken_out(product, consultation, tmp_path / "out")
    came = cast(out) - cast(source)
    assert len(came) == 1
    assert next(iter(came))[0] == "78", "the next free number, and no pseudonym"
    assert {comment.id for comment in out.comments() if comment.moderation is Moderation.OUT} == hidden


def test_a_folder_with_a_fault_creates_nothing(product: Product, api: Consulting, tmp_path: Path) -> None:
    source = conversation(tmp_path / "in")
    with (source.path / "votes.csv").open("a", encoding="utf-8") as file:
        file.write("1600000000000,Mon,0,78,2\n")
    before = known(api)
    number = len((source.path / "votes.csv").read_text(encoding="utf-8").splitlines())
    status, printed = product.run("import", "polis", str(source.path))
    assert status == 65
    assert f"votes.csv, line {number}, column vote: '2' is not -1, 0 or 1. Nothing was created." in printed
    assert "Traceback" not in printed
    assert known(api) == before


def known(api: Consulting) -> list[str]:
    """The ids of all consultations."""
    return [each["id"] for each in api.ask("GET", "/consultations", wait=0).json()["consultations"]]


def test_a_consultation_nobody_knows_is_not_written_out(product: Product, tmp_path: Path) -> None:
    status, printed = product.run("export", "polis", "no-such-thing", str(tmp_path / "out"))
    assert status == 65
    assert "there is no consultation no-such-thing" in printed
    assert not list((tmp_path / "out").iterdir())


def test_only_imports_run_under_the_pack_of_imports(api: Consulting) -> None:
    told = {"body": "kz-government", "pack": "import-open", "title": {"kk": "Саябақ туралы", "ru": "О парке"}}
    problem(api.ask("POST", "/consultations", api.agent, json=told), 403, "not-allowed")


@pytest.mark.skipif(not BREXIT.is_dir(), reason="the polis conversations are not on this machine")
def test_groups_of_a_real_conversation_are_those_polis_found(product: Product, api: Consulting, tmp_path: Path) -> None:
    source = PolisFolder(BREXIT)
    consultation, (comments, _, votes) = brought_in(product, BREXIT)
    assert (comments, votes) == (50, len(cast(source)))
    out = taken_out(product, consultation, tmp_path / "out")
    assert cast(out) == cast(source)
    theirs = {person.id: person.group for person in source.participants() if person.group is not None}
    ours = {person.id: person.group for person in out.participants()}
    assert adjusted_rand(list(theirs.values()), [ours[person] for person in theirs]) >= 0.85
    live = api.eventually(f"/consultations/{consultation}/groups", lambda found: found.get("groups"))
    sizes = [list(ours.values()).count(group["id"]) for group in live["groups"]]
    assert all(size >= group["people"] for size, group in zip(sizes, live["groups"], strict=True))
