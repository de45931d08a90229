"""Demo data: invented drafts, comments and votes, through the same requests as everybody else's, dated back.

`python -m services.consultations seed` while the three processes run. A second run finds all there and does nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kenes.identity.person import Person
from kenes.identity.settings import LoginSettings
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import beside, connected
from kenes.mongo.vault import Vault
from kenes.observe.health import Health
from kenes.service.asking import Asking
from kenes.service.definition import Context
from kenes.service.following import following
from kenes.service.invented import AS_OF, DatedProducer, crowd, invented
from kenes.service.maintenance import say
from kenes.setting_files import load_settings
from schemas.consultations.comments import ReplyRequested
from schemas.consultations.parts import DraftText
from schemas.parts import Actor
from schemas.terms import Term
from schemas.topics import COMMENT_REQUESTS, CONSULTATION_REQUESTS, VOTE_REQUESTS
from services.consultations.commands import SOURCE, Commands, Place
from services.consultations.demo import files
from services.consultations.demo.files import Comments, Course
from services.consultations.demo.saying import Days, Said, Saying, answered
from services.consultations.demo.steps import Step, Steps
from services.consultations.demo.voting import Voting, votes
from services.consultations.domain.rules import ConsultationPacks, role_of
from services.consultations.service import Consultations

PATIENCE: Final = 20.0
"""Seconds a decision may take before the run gives up; started again, it goes on where it was."""
AT_ONCE: Final = 200
DRAFTS: Final = ("library-law", "media-law")
LAST: Final = "concept"
"""It is there where an earlier run has come to its end."""
VOTERS: Final = 250
"""People of the crowd who vote and never write."""


async def seed(service: Consultations) -> None:
    """Makes what is missing. Refuses to run in production: no real consultation may hold invented people."""
    if service.settings.environment == "production":
        raise SystemExit("demo data is for local and test environments only")
    now, issuer = datetime.now(UTC), load_settings(LoginSettings).oidc_issuer
    async with _commands(service) as commands:
        seeding = Seeding(commands, service.packs, issuer, now)
        last = files.course(LAST)
        if commands.hearings.get(seeding.id_of(last)) is not None:
            say("consultations: the demo data is there already")
            return
        counts = [await seeding.draft(folder) for folder in DRAFTS]
        await seeding.prepared(last)
    comments, cast = (sum(each) for each in zip(*counts, strict=True))
    say(f"consultations: {len(DRAFTS) + 1} demo consultations with {comments:,} comments and {cast:,} votes")


@dataclass(frozen=True)
class Plan:
    """One demo consultation with its id, its actor and what is said about it."""

    id: str
    course: Course
    actor: Actor
    days: Days
    said: Sequence[Said]
    told: Comments


class Seeding:
    """Asks for all that the files tell. Everything has an id that follows from them: asked twice, it is there once."""

    def __init__(self, commands: Commands, packs: ConsultationPacks, issuer: str, now: datetime) -> None:
        self._commands, self._packs, self._now = commands, packs, now
        self._issuer = issuer
        self._people = crowd(issuer, now.year)
        self._gate = asyncio.Semaphore(AT_ONCE)

    def id_of(self, course: Course) -> str:
        """The consultation's id, the same at every run."""
        return self._commands.new_consultation(self._official(course), f"demo {course.key}")

    async def prepared(self, course: Course) -> None:
        """A consultation that only its body sees."""
        await self._in_order([*self._steps(course).preparing(self._now - timedelta(days=2))])

    async def draft(self, folder: str) -> tuple[int, int]:
        """A consultation with all that is said about it; how many comments and votes that is."""
        versions, plan = files.versions(folder), self._plan(folder)
        hearing = self._commands.hearings.get(plan.id)
        if hearing is None or hearing.known.opened_at is None:
            await self._in_order(self._hearing(plan, versions))
        voters = self._people[-VOTERS:][: plan.course.voters]
        cast = list(votes(folder, voters, plan.said, plan.days.ended))
        heads = [said for said in plan.said if said.under is None]
        await self._together(self._post(plan, said) for said in heads)
        for said in plan.said:
            if said.under is not None:
                await self._post(plan, said)
        await self._together(self._answers(plan))
        await self._together(self._vote(plan, vote) for vote in cast)
        if plan.course.reported is not None:
            await self._in_order(self._steps(plan.course).ending(len(plan.said)))
        return len(plan.said), len(cast)

    def _plan(self, folder: str) -> Plan:
        course, told = files.course(f"{folder}/course"), files.comments(folder)
        texts = {
            (number, text.language): text.tree
            for number, version in enumerate(files.versions(folder), 1)
            for text in version
        }
        opened = self._now - timedelta(days=course.opened)
        # Twenty working days are more than twenty days: what is said by then is said in time.
        ended = self._now if course.reported is None else opened + timedelta(days=course.working_days)
        changed = ended if course.changed is None else self._now - timedelta(days=course.changed)
        days = Days(opened, changed, ended)
        said = Saying(folder, told, texts, self._people[:-VOTERS], days).comments()
        return Plan(self.id_of(course), course, self._actor(course), days, said, told)

    def _hearing(self, plan: Plan, versions: Sequence[tuple[DraftText, ...]]) -> list[Step]:
        """All at once: a clock that saw a term of weeks ago run would find that it is over, today."""
        course, opened = plan.course, plan.days.opened
        pack = self._packs.in_force(course.pack, opened)
        closes_at = self._packs.ends(Term(working_days=course.working_days), opened, pack)
        return self._steps(course).hearing(versions, plan.days, closes_at)

    async def _in_order(self, steps: Sequence[Step]) -> None:
        """Asks for each, and waits for the last decision: it comes after all others."""
        for number, (at, request) in enumerate(steps, 1):
            AS_OF.set(at)
            last = number == len(steps)
            outcome = await self._commands.steer(request, PATIENCE if last else 0)
            if last and outcome.decision is None:
                raise SystemExit(f"consultations: no decision within {PATIENCE:g} s; does the stream process run?")

    async def _together(self, acts: Iterable[Coroutine[Any, Any, None]]) -> None:
        async def one(act: Coroutine[Any, Any, None]) -> None:
            async with self._gate:
                await act

        await asyncio.gather(*(one(act) for act in acts))

    async def _post(self, plan: Plan, said: Said) -> None:
        AS_OF.set(said.at)
        words = said.words if said.under is None else replace(said.words, under=self._place(plan, said))
        comment = self._comment(plan, said)
        await self._commands.post(said.person, plan.id, comment, said.speaker, words, wait=0)

    def _place(self, plan: Plan, said: Said) -> Place:
        """Where a reply stands: below what it replies to, in the thread of the first."""
        by_key = {each.key: each for each in plan.said}
        parent = by_key[str(said.under)]
        above = [parent]
        while above[-1].under is not None:
            above.append(by_key[above[-1].under])
        return Place(self._comment(plan, parent), self._comment(plan, above[-1]), len(above))

    def _answers(self, plan: Plan) -> Iterator[Coroutine[Any, Any, None]]:
        answers = answered(plan.said, plan.told)
        # A body answers what it has thought about: after its second version, or after the end.
        first = plan.days.changed if plan.course.changed is not None else plan.days.ended + timedelta(days=8)
        for number, said in enumerate(said for said in plan.said if said.key in answers):
            yield self._answer(plan, said, answers[said.key], first + timedelta(hours=5 * number + 1))

    async def _answer(self, plan: Plan, said: Said, number: int, at: datetime) -> None:
        AS_OF.set(at)
        answer = plan.told.answer[number]
        request = ReplyRequested(
            consultation=plan.id,
            comment=self._comment(plan, said),
            seen=await self._commands.seen(plan.id),
            actor=plan.actor,
            outcome=answer.outcome,
            statement=answer.statement,
        )
        await self._commands.about_comment(request, wait=0)

    async def _vote(self, plan: Plan, cast: Voting) -> None:
        AS_OF.set(cast.at)
        author = self._commands.actor(plan.id, cast.comment.person).pseudonym
        comment = self._comment(plan, cast.comment)
        await self._commands.vote(cast.person, plan.id, comment, author, cast.speaker, cast.vote, wait=0)

    def _comment(self, plan: Plan, said: Said) -> str:
        return self._commands.new_comment(said.person, plan.id, f"demo {said.key}")

    def _steps(self, course: Course) -> Steps:
        return Steps(self.id_of(course), course, self._actor(course), self._now)

    def _actor(self, course: Course) -> Actor:
        return self._commands.actor(self.id_of(course), self._official(course))

    def _official(self, course: Course) -> Person:
        person = invented(self._issuer, "demo-official", "Ботагөз", "Сейітова", "KZ-71", 1984)
        return replace(person, roles=frozenset({role_of(course.body)}))


@asynccontextmanager
async def _commands(service: Consultations) -> AsyncIterator[Commands]:
    """What any client of the service has: the directory, kept current, and a producer."""
    settings, hearings = service.settings, service.hearings
    async with (
        connected(settings.mongo_uri, service.database, timeout=settings.mongo_timeout) as database,
        DatedProducer(settings.kafka_bootstrap, f"{service.name}-seed") as producer,
    ):
        people = beside(database, settings.people_database)
        context, decisions = Context(database, people, producer, Health()), Decisions()
        listings = service.projection("consultations")
        async with following(service, context, listings, hearings.load, hearings.take, decisions.note) as tail:
            yield Commands(
                keyring=service.keyring,
                vault=Vault(people, service.keyring),
                hearings=hearings,
                consultations=tail,
                course=Asking(SOURCE, CONSULTATION_REQUESTS, producer, decisions),
                comments=Asking(SOURCE, COMMENT_REQUESTS, producer, Decisions()),
                votes=Asking(SOURCE, VOTE_REQUESTS, producer, Decisions()),
            )
