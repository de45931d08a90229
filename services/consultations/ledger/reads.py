"""Reads of the ledger: what a consultation owes, its campaigns, its open duties, and the answers to campaigns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from kenes.mongo.client import Collection, Document
from kenes.mongo.folding import Lookup, find_in, found_out, look_up
from kenes.mongo.projection import LiveCollections
from services.consultations.campaigns.clustering import CLUSTERS, MEMBERS
from services.consultations.campaigns.membership import membership
from services.consultations.campaigns.variations import Campaign, campaign, shown_comments
from services.consultations.domain.comment import Standing
from services.consultations.folds.places import place
from services.consultations.ledger.accounts import Account, Sum, load_account, load_sum, overdue
from services.consultations.ledger.folding import ACCOUNTS, LEDGERS, RETRACTED
from services.consultations.reading import Comment

PAGE = 20
"""Campaigns or duties on one page."""

TRIED = 20
"""Comments looked at for one that still says a text."""

WAITING = 5
"""Comments of one account of which one may be answered next: the first may have been a moment ago."""

REPLACED = 3
"""Texts of one cluster for which another comment is looked for that says the same."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A consultation's ledger: `comments` are `owed` an answer, `answered`, `retracted`, or were never owed one."""

    comments: int
    owed: int
    answered: int
    retracted: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A campaign and its account; `language` is its text's."""

    campaign: Campaign
    account: Account
    language: str


@dataclass(frozen=True, slots=True)
class Duty:
    """An answer that is owed to everybody who says what `text` says; `due` is when the first one is, UTC."""

    account: Account
    comment: str
    language: str
    text: str
    due: datetime
    overdue: int


@dataclass(frozen=True, slots=True)
class After:
    """Where a list goes on: what was last, by what it is ordered by, and its id."""

    last: Any
    id: str


@dataclass(frozen=True, slots=True)
class _Said:
    """Clusters whose commonest texts are said by `comments`, which are by id.

    Where none of a cluster's is shown, `others` has another comment, by cluster: one that is, or at least was not taken
    back.
    """

    clusters: Sequence[Document]
    comments: Mapping[str, Document]
    others: Mapping[str, str]


class LedgerReads:
    """Reads the live version of `ledger`, and the texts of comments."""

    def __init__(self, live: LiveCollections) -> None:
        self._live = live

    async def owed(self, consultation: str, now: datetime | None = None) -> Owed:
        """What a consultation owes."""
        return await owed_in(await self._live.of(LEDGERS), consultation, now or datetime.now(UTC))

    async def campaigns(self, consultation: str, after: After | None = None) -> list[Answered]:
        """Campaigns of at least two comments, the greatest first."""
        query: Document = {"consultation": consultation, "size": {"$gt": 1}}
        if after is not None:
            further = [{"size": {"$lt": after.last}}, {"size": after.last, "_id": {"$gt": after.id}}]
            query = {"consultation": consultation, "size": {"$gt": 1, "$lte": after.last}, "$or": further}
        clusters = (await self._live.of(CLUSTERS)).find(query).sort([("size", -1), ("_id", 1)]).limit(PAGE)
        return await self._answered([each async for each in clusters])

    async def answered(self, consultation: str) -> list[Answered]:
        """Every campaign that was answered as one, the greatest first; a comment that is alone in one, too."""
        accounts = (await self._live.of(ACCOUNTS)).find(
            {"consultation": consultation, "reply": {"$ne": None}}, {"_id": 1}
        )
        found = await self._find(CLUSTERS, [each["_id"] async for each in accounts])
        standing = (each for each in found.values() if not each.get("joined"))
        clusters = sorted(standing, key=lambda each: (-each["size"], each["_id"]))
        pages = [clusters[at : at + PAGE] for at in range(0, len(clusters), PAGE)]
        return [each for page in pages for each in await self._answered(page)]

    async def number_of_campaigns(self, consultation: str) -> int:
        """How many campaigns of at least two comments there are."""
        query = {"consultation": consultation, "size": {"$gt": 1}}
        return await (await self._live.of(CLUSTERS)).count_documents(query)

    async def campaign(self, consultation: str, campaign_id: str) -> Answered | None:
        """One campaign; one that has joined another is that one."""
        clusters = await self._live.of(CLUSTERS)
        found = await clusters.find_one({"_id": campaign_id, "consultation": consultation})
        while found is not None and found.get("joined"):
            found = await clusters.find_one({"_id": found["joined"]})
        answered = [] if found is None else await self._answered([found])
        return answered[0] if answered else None

    async def duties(
        self, consultation: str, now: datetime, after: After | None = None, *, late: bool = False
    ) -> list[Duty]:
        """What is owed, the most urgent first; with `late`, only what was due before `now`."""
        due: Document = {"$gt": datetime.min.replace(year=1970, tzinfo=UTC)}
        query: Document = {"consultation": consultation}
        if late:
            due["$lt"] = now
        if after is not None:
            due["$gte"] = after.last
            query["$or"] = [{"due": {"$gt": after.last}}, {"due": after.last, "_id": {"$gt": after.id}}]
        cursor = (await self._live.of(ACCOUNTS)).find({**query, "due": due}).sort([("due", 1), ("_id", 1)]).limit(PAGE)
        accounts = [load_account(each) async for each in cursor]
        stored = await self._find(CLUSTERS, [each.id for each in accounts])
        # One that is not there joined another a moment ago.
        standing = [each for each in stored.values() if not each.get("joined")]
        said = await self._said(standing, {each.id: each for each in accounts})
        clusters = {each["_id"]: each for each in said.clusters}
        return [
            _duty(account, first, clusters[account.id], said, now)
            for account in accounts
            if account.id in clusters and (first := account.due) is not None
        ]

    async def waiting(self, accounts: Iterable[Account], most: int = WAITING) -> dict[str, list[str]]:
        """The first comments that nobody answered by themselves or took back, in order, by account."""
        accounts_at = {
            place(each.consultation, number): each.id for each in accounts for number in islice(each.alone, most)
        }
        found: dict[str, list[str]] = {}
        if accounts_at:
            members = await self._look_up(Lookup(MEMBERS, "place", list(accounts_at)))
            for member in sorted(members, key=lambda each: str(each["place"])):
                found.setdefault(accounts_at[member["place"]], []).append(member["_id"])
        return found

    async def accounts(self, campaigns: Iterable[str]) -> dict[str, Account]:
        """The accounts of these campaigns; one that has joined another is left out."""
        found = await self._find(ACCOUNTS, campaigns)
        return {key: load_account(each) for key, each in found.items() if not each["joined"]}

    async def replies(self, comments: Iterable[str]) -> dict[str, Document]:
        """The answers to the campaigns that comments are in, by comment: `{outcome, statement, at, comment}`."""
        return await self.replies_to(await self.clusters(comments))

    async def replies_to(self, clusters: Mapping[str, str]) -> dict[str, Document]:
        """As `replies`, where the campaigns of the comments are known."""
        accounts = await self._find(ACCOUNTS, clusters.values())
        replies = {key: each.get("reply") for key, each in accounts.items()}
        return {comment: reply for comment, cluster in clusters.items() if (reply := replies.get(cluster))}

    async def with_answers(self, comments: Iterable[Comment]) -> list[Comment]:
        """Comments as they are with the answers to their campaigns; one with an answer of its own keeps it."""
        found = list(comments)
        waiting = [each for each in found if each.document["reply"] is None and each.standing is not Standing.RETRACTED]
        ledgers = await self._find(LEDGERS, {each.consultation for each in waiting})
        answered = {key for key, each in ledgers.items() if each["replies"]}
        replies = await self.replies(each.id for each in waiting if each.consultation in answered)
        return [_answered(each, replies.get(each.id)) for each in found]

    async def clusters(self, comments: Iterable[str]) -> Mapping[str, str]:
        """The campaigns that comments are in, by comment."""
        return (await found_out(membership(comments), self._look_up)).clusters

    async def _answered(self, clusters: Sequence[Document]) -> list[Answered]:
        accounts = await self.accounts(each["_id"] for each in clusters)
        # One that has no account of its own joined another a moment ago.
        said = await self._said([each for each in clusters if each["_id"] in accounts], accounts)
        texts = {key: text for key, each in said.comments.items() if (text := _text(each))}
        found = []
        for each in said.clusters:
            told = campaign(each, texts, said.others.get(each["_id"], ""))
            language = said.comments[told.said_in]["language"] if told.said_in else ""
            found.append(Answered(told, accounts[each["_id"]], language))
        return found

    async def _said(self, clusters: Sequence[Document], accounts: Mapping[str, Account]) -> _Said:
        """The comments that say the commonest texts; for one that is gone, another that says the same."""
        comments = await self._comments(each for cluster in clusters for each in shown_comments(cluster))
        gone: list[str] = []
        for cluster in clusters:
            sent = [comment for comment, copies, _ in cluster["commonest"] if copies > 1]
            gone += [each for each in sent if _text(comments.get(each)) is None][:REPLACED]
        instead = await self._instead(gone)
        comments |= {each["_id"]: each for each in instead.values()}

        def standing(comment: str) -> str:
            return str(instead[comment]["_id"]) if comment in instead else comment

        found = [
            {**each, "commonest": [(standing(comment), *rest) for comment, *rest in each["commonest"]]}
            for each in clusters
        ]
        silent = [each for each in found if not any(_text(comments.get(one)) for one in shown_comments(each))]
        waiting = await self.waiting([accounts[each["_id"]] for each in silent], TRIED)
        others = await self._comments(comment for each in waiting.values() for comment in each)
        spoken = {key: _best(others[one] for one in each if one in others) for key, each in waiting.items()}
        return _Said(found, comments | others, {key: best for key, best in spoken.items() if best is not None})

    async def _instead(self, gone: Sequence[str]) -> dict[str, Document]:
        """For comments that are not shown others with the same text: one that is, or at least was not taken back."""
        found: dict[str, Document] = {}
        members = await self._live.of(MEMBERS)
        for comment, member in (await self._find(MEMBERS, gone)).items():
            same = members.find({"text": member["text"], "closed": {"$ne": RETRACTED}}).limit(TRIED)
            others = await self._comments([each["_id"] async for each in same])
            if (best := _best(others.values())) is not None:
                found[comment] = others[best]
        return found

    async def _comments(self, ids: Iterable[str]) -> dict[str, Document]:
        return await self._find("comments", ids)

    async def _find(self, collection: str, ids: Iterable[str]) -> dict[str, Document]:
        return await found_out(look_up(collection, ids), self._look_up)

    async def _look_up(self, lookup: Lookup) -> list[Document]:
        return await find_in(await self._live.of(lookup.collection), lookup)


async def owed_in(ledgers: Collection, consultation: str, now: datetime) -> Owed:
    """What a consultation owes at `now` by these ledgers."""
    found = await ledgers.find_one({"_id": consultation})
    told = Sum() if found is None else load_sum(found)
    return Owed(told.comments, told.owed, told.answered, told.retracted, overdue(told.dues, now))


def _duty(account: Account, due: datetime, cluster: Document, said: _Said, now: datetime) -> Duty:
    listed = shown_comments(cluster)
    shown = next((each for each in listed if _text(said.comments.get(each))), None)
    comment = shown or said.others.get(account.id, listed[0])
    told = said.comments.get(comment)
    language = "" if told is None else told["language"]
    return Duty(account, comment, language, _text(told) or "", due, overdue(account.dues, now))


def _best(comments: Iterable[Document]) -> str | None:
    """The first that is shown, or else the first that was not taken back."""
    standing = [each for each in comments if each["standing"] != Standing.RETRACTED]
    return next((each["_id"] for each in (*filter(_text, standing), *standing)), None)


def _answered(comment: Comment, reply: Document | None) -> Comment:
    return comment if reply is None else Comment.of({**comment.document, "reply": reply, "due": None})


def _text(comment: Document | None) -> str | None:
    """What a comment says, unless it is hidden or was taken back."""
    return None if comment is None or comment["standing"] != Standing.SHOWN else str(comment["text"])
