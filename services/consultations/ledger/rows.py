"""The results report, comment by comment: what was said, by which class, where, what was answered, and the votes."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from kenes.mongo.client import Document
from kenes.mongo.projection import LiveCollections
from kenes.web import csv_text
from services.consultations.domain.comment import Standing
from services.consultations.folds.places import line_on, line_under, place
from services.consultations.ledger.reads import LedgerReads
from services.consultations.live import LiveVotes, Tally

COLUMNS: Final = (
    "comment",
    "at",
    "clause",
    "version",
    "parent",
    "class",
    "verified",
    "language",
    "standing",
    "hidden_because",
    "text",
    "campaign",
    "due",
    "answered",
    "outcome",
    "answered_at",
    "answer_kk",
    "answer_ru",
    "answer_en",
    "agree",
    "disagree",
    "pass",
)
"""`answered` says to whom the answer was given: `comment`, or `campaign` for all who say the same."""

AT_ONCE: Final = 480
"""Comments held at a time: ten look-ups of 48."""


async def csv_rows(
    live: LiveCollections, ledger: LedgerReads, votes: LiveVotes, consultation: str
) -> AsyncIterator[bytes]:
    """The report as CSV, a part at a time: what is held does not grow with the number of comments."""
    yield csv_text.lines([COLUMNS])
    async for comments in _batches(live, consultation):
        clusters = await ledger.clusters(each["_id"] for each in comments)
        replies = await ledger.replies_to(clusters)
        by_id = {each["_id"]: each for each in comments}
        yield csv_text.lines(
            _row(each, clusters.get(key, ""), replies.get(key), votes.of(consultation, key))
            for key, each in by_id.items()
        )


async def _batches(live: LiveCollections, consultation: str) -> AsyncIterator[list[Document]]:
    batch: list[Document] = []
    async for document in _comments(live, consultation):
        batch.append(document)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


async def _comments(live: LiveCollections, consultation: str) -> AsyncIterator[Document]:
    """Every comment, thread by thread. Read by places: a cursor over all of them would outlive its time."""
    heard = await (await live.of("heard")).find_one({"_id": consultation}, {"clauses": 1})
    for clause in () if heard is None else heard["clauses"]:
        line = line_on(consultation, clause)
        found = await (await live.of("lines")).find_one({"_id": line})
        async for head in _line(live, line, 0 if found is None else found["count"]):
            yield head
            async for reply in _line(live, line_under(consultation, head["_id"]), head["replies"]):
                yield reply


async def _line(live: LiveCollections, line: str, count: int) -> AsyncIterator[Document]:
    """The first `count` comments that stand in a line."""
    for first in range(0, count, AT_ONCE):
        between = {"$gte": place(line, first), "$lt": place(line, min(first + AT_ONCE, count))}
        for document in await (await live.of("comments")).find({"place": between}).sort("place", 1).to_list(None):
            yield document


def _row(comment: Document, cluster: str, campaign_reply: Document | None, votes: Tally) -> Sequence[csv_text.Cell]:
    standing, hidden = comment["standing"], comment["hidden"]
    reply = None if standing == Standing.RETRACTED else comment["reply"] or campaign_reply
    statement: dict[str, Any] = {} if reply is None else reply["statement"]
    answered = "" if reply is None else "comment" if comment["reply"] else "campaign"
    return (
        comment["_id"],
        comment["at"].isoformat(),
        comment["clause"],
        comment["version"],
        comment["parent"],
        comment["stakeholder"],
        "yes" if comment["verified"] else "no",
        comment["language"],
        standing,
        None if hidden is None else hidden["reason"],
        comment["text"] if standing == Standing.SHOWN else "",
        cluster,
        None if comment["due"] is None or reply is not None else comment["due"].isoformat(),
        answered,
        None if reply is None else reply["outcome"],
        None if reply is None else reply["at"].isoformat(),
        statement.get("kk"),
        statement.get("ru"),
        statement.get("en"),
        votes.agree,
        votes.disagree,
        votes.passed,
    )
