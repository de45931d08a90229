"""The full-text index of listed petitions: files in a folder, read through the page cache, never whole in memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final
from zlib import crc32

import tantivy
from tantivy import DocAddress, Document, FieldType, Occur, Order, Query, Searcher

from kenes.words import fold
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import LISTED
from services.petitions.search import asking
from services.petitions.search.stemming import stems
from services.petitions.search.wanted import Filter

_HEAP: Final = 15_000_000
"""Bytes that are gathered before they are written, the least the library takes."""

_TEXTS: Final = ("title", "title_stem", "text", "text_stem")
_CHOICES: Final = ("id", "status", "category", "language", "region")
_NUMBERS: Final = ("number", "sequence", "opened", "closes")
_TIE_BITS: Final = 22
_LATEST: Final = (1 << (64 - _TIE_BITS)) - 1
"""Milliseconds that leave room for the ties in 64 bits: the year 2109."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A petition that was found, and the sequence of the last decision the index knows of."""

    petition: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of what was found. `total` is the number of all, where it was asked for; `full`: there may be more."""

    hits: Sequence[Hit]
    total: int
    full: bool = False
    _places: Sequence[DocAddress] = ()
    _searcher: Searcher | None = None

    def only(self, petitions: Sequence[str]) -> "Hits":
        """These of the petitions that were found, in this order."""
        places = {hit.petition: place for place, hit in enumerate(self.hits)}
        chosen = [places[petition] for petition in petitions]
        hits, where = [self.hits[place] for place in chosen], [self._places[place] for place in chosen]
        return replace(self, hits=hits, _places=where)

    def read(self, place: int) -> Petition:
        """The petition of the hit at that place, as it was put with the hit's sequence."""
        if self._searcher is None:
            raise LookupError("nothing was found")
        return Petition.model_validate_json(self._searcher.doc(self._places[place]).get_first("petition") or b"")


class UnwrittenError(RuntimeError):
    """The files could not be written, their disk may be full: what was put since the last commit is put again."""


class Index:
    """Petitions by words, choices and dates. What is put is found after the next `commit`, from any thread.

    `put`, `remove` and `commit` raise `UnwrittenError`.
    """

    def __init__(self, folder: Path) -> None:
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(folder), reuse=False)
        self._writer = self._index.writer(_HEAP, 1)
        self._writing = Lock()
        # Petitions have a number in the index: numbers are read fast, stored ids are not.
        self._numbers: dict[str, int] = {}
        self._known: list[Hit | None] = []
        self._put: dict[int, Hit] = {}

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)

    def sequence(self, petition: str) -> int:
        """The sequence a petition was put with; -1 for one that is not here."""
        number = self._numbers.get(petition, -1)
        hit = self._put.get(number) or (None if number < 0 else self._known[number])
        return -1 if hit is None else hit.sequence

    def put(self, petition: Petition, sequence: int) -> None:
        """Takes in a petition as it is after the decision with this sequence."""
        with self._writing:
            number = self._numbers.get(petition.id)
            known = number is not None
            if number is None:
                number = self._numbers[petition.id] = len(self._known)
                self._known.append(None)
            self._put[number] = Hit(petition.id, sequence)
            document = _document(petition, number, sequence)
            with self._written():
                if known:
                    self._writer.delete_documents_by_term("id", petition.id)
                self._writer.add_document(document)

    def remove(self, petition: str) -> None:
        """Lists a petition no longer; at once, also before the next commit."""
        with self._writing:
            number = self._numbers.get(petition)
            if number is not None:
                self._put.pop(number, None)
                self._known[number] = None
                with self._written():
                    self._writer.delete_documents_by_term("id", petition)

    def commit(self) -> None:
        """Lets everybody find what was put."""
        with self._writing:
            with self._written():
                self._writer.commit()
            self._index.reload()
            for number, hit in self._put.items():
                self._known[number] = hit
            self._put.clear()

    def close(self) -> None:
        """Writes no more: nothing touches the folder after this."""
        with self._writing:
            self._writer.wait_merging_threads()

    @contextmanager
    def _written(self) -> Iterator[None]:
        """The library tells of its files by the error that it tells of everything by."""
        try:
            yield
        except ValueError as error:
            # Without this its writer would go on, and lose what is put next.
            self._writer.rollback()
            self._put.clear()
            raise UnwrittenError(str(error)) from error

    def newest(self, wanted: Filter, *, offset: int = 0, count: bool = False) -> Hits:
        """Petitions that pass the filter and hold its words, the newest opened first, from those opened `before`."""
        query = self._query(wanted)
        if wanted.before is not None:
            earlier = Query.range_query(
                self._schema, "opened", FieldType.Unsigned, 0, _rank(*wanted.before), include_upper=False
            )
            query = _all([query, earlier])
        return self._found(query, wanted.limit, offset, count=count, by="opened")

    def closing(self, wanted: Filter, *, offset: int = 0) -> Hits:
        """Petitions that pass the filter and hold its words, the one that closes first at the front."""
        return self._found(self._query(wanted), wanted.limit, offset, count=True, by="closes", order=Order.Asc)

    def best(self, wanted: Filter, *, offset: int = 0, count: bool = False) -> Hits:
        """Petitions that pass the filter, those that its words suit best first, after `skip` of them."""
        return self._found(self._query(wanted), wanted.limit, wanted.skip + offset, count=count)

    def similar(self, text: str, limit: int) -> Hits:
        """Petitions about what a title or text is about, the most alike first."""
        query = asking.like(self._schema, self._index.searcher(), fold(text))
        return Hits((), 0) if query is None else self._found(query, limit, 0)

    def _query(self, wanted: Filter) -> Query:
        """The filter with its words: all of them or, where no petition has all, most of them."""
        searcher, limits, words = self._index.searcher(), _limits(self._schema, wanted), wanted.words
        if not words:
            return _all(limits)
        told = asking.told(self._schema, searcher, words)
        query = _all([*limits, asking.all_of(told)])
        if len(words) > 1 and not searcher.search(query, 1, count=False).hits:
            return _all([*limits, asking.most_of(told)])
        return query

    def _found(
        self,
        query: Query,
        limit: int,
        offset: int,
        *,
        count: bool = False,
        by: str | None = None,
        order: Order = Order.Desc,
    ) -> Hits:
        searcher = self._index.searcher()
        found = searcher.search(query, limit, count=count, order_by_field=by, offset=offset, order=order)
        places = [address for _, address in found.hits]
        numbers, sequences = (searcher.fast_field_values(field, places) for field in ("number", "sequence"))
        hits, where = list[Hit](), list[DocAddress]()
        for number, sequence, place in zip(numbers, sequences, places, strict=True):
            if (known := self._known[int(number or 0)]) is not None:
                # Another one, where it was put anew since this searcher was made.
                hits.append(known if known.sequence == sequence else Hit(known.petition, int(sequence or 0)))
                where.append(place)
        total: int | None = found.count  # type: ignore[attr-defined] # the stubs lack it
        return Hits(hits, total if total is not None else len(hits), len(places) == limit, where, searcher)


def cursor_of(petition: Petition) -> tuple[datetime, str]:
    """What a list of the newest goes on after."""
    return petition.opened_at or petition.created_at, petition.id


def _rank(at: datetime, petition: str) -> int:
    """Orders by time, in milliseconds as the log has it; of one millisecond in a fixed order."""
    tie = crc32(petition.encode()) >> (32 - _TIE_BITS)
    milliseconds = int(at.astimezone(UTC).timestamp() * 1000)
    return min(max(milliseconds, 0), _LATEST) << _TIE_BITS | tie


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in _TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in _CHOICES:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in _NUMBERS:
        builder.add_unsigned_field(name, fast=True)
    builder.add_bytes_field("petition", stored=True)
    return builder.build()


def _document(petition: Petition, number: int, sequence: int) -> Document:
    text = petition.text
    closes = petition.closes_at or petition.closed_at or petition.created_at
    texts: dict[str, list[str]] = {name: [] for name in _TEXTS}
    for wording in text.wordings:
        title, rest = fold(wording.title), fold(f"{wording.proposal} {wording.text}")
        texts["title"] += title
        texts["title_stem"] += stems(title, wording.language)
        texts["text"] += rest
        texts["text_stem"] += stems(rest, wording.language)
    choices = (petition.id, petition.status, text.category, text.language, text.region or "")
    numbers = (number, sequence, _rank(*cursor_of(petition)), _rank(closes, petition.id))
    document = Document()
    for name, words in texts.items():
        document.add_text(name, " ".join(words))
    for name, choice in zip(_CHOICES, choices, strict=True):
        document.add_text(name, str(choice))
    for name, value in zip(_NUMBERS, numbers, strict=True):
        document.add_unsigned(name, value)
    document.add_bytes("petition", petition.model_dump_json().encode())
    return document


def _limits(schema: tantivy.Schema, wanted: Filter) -> list[Query]:
    """What the filter asks beside words. It narrows and does not move anything up or down."""
    choices = [(name, value) for name in ("category", "language", "region") if (value := getattr(wanted, name))]
    limits = [Query.term_query(schema, name, value, "basic") for name, value in choices]
    if set(wanted.status) != set(LISTED):
        limits.append(Query.term_set_query(schema, "status", [str(status) for status in wanted.status]))
    return [Query.const_score_query(query, 0.0) for query in limits]


def _all(queries: Sequence[Query]) -> Query:
    if not queries:
        return Query.all_query()
    return Query.boolean_query([(Occur.Must, query) for query in queries]) if len(queries) > 1 else queries[0]
