"""Keeps an index fresh: the live tail tells which petitions changed, the projection says what they are now."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, ParamSpec, TypeVar

from kenes.allocation import give_back_freed
from kenes.kafka.records import Recorded
from kenes.mongo.client import DatabaseError, DatabaseUnavailableError, Document
from kenes.mongo.projection import Version
from kenes.observe.logs import get_logger
from kenes.tasks import Tasks
from schemas.envelope import sequence_of
from schemas.petitions.v1 import PetitionRefused
from services.petitions.domain.petition import Petition
from services.petitions.projection import load_petition
from services.petitions.search.index import Hits, Index, UnwrittenError
from services.petitions.search.shelf import Shelf
from services.petitions.search.wanted import Filter
from services.petitions.tallied import in_parts

_log = get_logger(__name__)

PACE: Final = 0.1
"""Least seconds between two rounds of changes: a round costs 10 ms however few they are."""

GIVEN_UP_AFTER: Final = 300.0
"""Seconds after which a change that the projection does not show is waited for no longer: it was set aside."""

_BATCH: Final = 200
_THREADS: Final = 2

_TURN: Final = 0.0005
"""Seconds a thread of the interpreter runs while another wants to. At the usual 5 ms a search of a millisecond, which
needs the interpreter some ten times, waits for the event loop much longer than it works."""

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def new_index() -> Iterator[Index]:
    """An empty index in a folder of its own, which is gone with it."""
    give_back_freed()  # each commit fills large blocks and frees them: 30 MB stayed in use after some hundred
    # Windows keeps files that are still mapped: what is left there is the system's to clear.
    with TemporaryDirectory(prefix="kenes-search-", ignore_cleanup_errors=os.name == "nt") as folder:
        index = Index(Path(folder))
        try:
            yield index
        finally:
            index.close()


class Search:
    """Finds petitions, and reads what it found. `live` gives the live version of the projection of petitions."""

    def __init__(self, index: Index, live: Callable[[], Awaitable[Version]]) -> None:
        self.index = index
        self._live = live
        self._shelf = Shelf()
        self._changed: dict[str, tuple[int, float]] = {}
        self._woken = asyncio.Event()
        # Each thread keeps memory of its own, and two are busy on all the cores an api process has.
        self._threads = ThreadPoolExecutor(_THREADS, "search")

    async def aside(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What takes milliseconds on the index, done while others are answered."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *args, **kwargs))

    async def load(self, petitions: Version) -> None:
        """Takes in every stored petition that is listed."""
        batch: list[Document] = []
        putting = asyncio.create_task(self.aside(self._put_all, ()))
        # What is not listed is left out here: asked to do so, the embedded server takes twice as long for each.
        cursor = petitions.collection("petitions").find({})
        # Whole batches are in memory at once: left to itself, the server makes them of 16 MB.
        async for document in cursor.batch_size(_BATCH):
            batch.append(document)
            if len(batch) == _BATCH:
                await putting  # one batch is put while the database sends the next
                putting = asyncio.create_task(self.aside(self._put_all, batch))
                batch = []
        await putting
        await self.aside(self._put_all, batch)
        await self.aside(self.index.commit)

    def take(self, decision: Recorded) -> None:
        """Notes that a petition changed, unless the index knows."""
        petition, sequence = decision.event.subject, sequence_of(decision.event)
        if isinstance(decision.data, PetitionRefused) or sequence <= self.index.sequence(petition):
            return
        self._changed[petition] = (sequence, time.monotonic())
        self._woken.set()

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[None]:
        """While the block runs, petitions that change are found as they are now, and searching threads get turns."""
        usual = sys.getswitchinterval()
        sys.setswitchinterval(_TURN)
        async with Tasks() as tasks:
            task = tasks.create_task(self._follow(), name="search index")
            try:
                yield
            finally:
                task.cancel()
                self._threads.shutdown(wait=False)
                sys.setswitchinterval(usual)

    async def petitions(self, wanted: Filter) -> list[Petition]:
        """A page of the newest opened or, with words, of those that suit best."""
        petitions: list[Petition] = []
        offset = 0
        while len(petitions) < wanted.limit:
            found = await self._find(wanted, offset)
            petitions += self.read(found)
            if not found.full:
                break
            # Full but for some that are listed no longer: a short page would end the list.
            offset += wanted.limit
        return petitions[: wanted.limit]

    async def _find(self, wanted: Filter, offset: int) -> Hits:
        if not wanted.words:
            return self.index.newest(wanted, offset=offset)  # quicker than another thread is woken
        return await self.aside(self.index.best, wanted, offset=offset)

    async def similar(self, text: str, limit: int) -> list[Petition]:
        """Petitions about what a text is about, the most alike first."""
        found = await self.aside(self.index.similar, text, limit)
        return self.read(found)

    def read(self, found: Hits) -> list[Petition]:
        """The petitions that were found, in order."""
        return self._shelf.get(found)

    async def _follow(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self._settle()
            except (DatabaseError, DatabaseUnavailableError) as error:
                _log.warning("the search index waits for the database", error=repr(error))
            except UnwrittenError as error:
                _log.warning("the search index waits until it can be written", error=repr(error))
            await asyncio.sleep(PACE)
            if self._changed:
                self._woken.set()

    async def _settle(self) -> None:
        """Takes in what the projection shows of the changed petitions; what it does not show yet stays noted."""
        changed, shown = dict(self._changed), set[str]()
        petitions = (await self._live()).collection("petitions")
        for some in in_parts(list(changed)):
            cursor = petitions.find({"_id": {"$in": some}})
            documents = [document async for document in cursor if document["s"] >= changed[document["_id"]][0]]
            await self.aside(self._put_all, documents)
            shown.update(document["_id"] for document in documents)
        if shown:
            await self.aside(self.index.commit)
        for petition, (sequence, since) in changed.items():
            lost = time.monotonic() - since > GIVEN_UP_AFTER
            if lost:
                _log.warning("a change never reached the projection", petition=petition, sequence=sequence)
            if (lost or petition in shown) and self._changed[petition][0] == sequence:
                del self._changed[petition]

    def _put_all(self, documents: Sequence[Document]) -> None:
        for document in documents:
            petition = load_petition(document)
            if petition.listed:
                self.index.put(petition, document["s"])
            else:
                self.index.remove(petition.id)
