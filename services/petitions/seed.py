"""Demo data: invented petitions and people, through the same requests as everybody else's, dated back.

`python -m services.petitions seed` while the three processes run. A second run finds all there and does nothing.
"""

import asyncio
import random
import tomllib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from kenes.identity.person import Person
from kenes.identity.settings import LoginSettings
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import beside, connected
from kenes.mongo.vault import Vault
from kenes.observe.health import Health
from kenes.service.asking import Asking, Outcome
from kenes.service.definition import Context
from kenes.service.following import following
from kenes.service.invented import AS_OF, DatedProducer, crowd, invented
from kenes.service.maintenance import say
from kenes.setting_files import load_settings
from schemas.petitions.v1 import (
    AnswerOutcome,
    AnswerRequested,
    CloseRequested,
    DeadlineRequested,
    GoalRequested,
    LifecycleRequest,
    ModerateRequested,
    PetitionText,
    Statement,
    SubmitRequested,
    Verdict,
)
from schemas.topics import PETITION_REQUESTS, SIGNATURE_REQUESTS
from services.petitions.commands import SOURCE, Commands, RulesChoice
from services.petitions.domain.stages import MODERATOR
from services.petitions.service import Petitions

Stage = Literal["moderation", "collecting", "answered"]
"""How far moderators and the body that must answer have come."""

FILE: Final = Path(__file__).parent / "demo.toml"
PATIENCE: Final = 20.0
"""Seconds a decision may take before the run gives up; started again, it goes on where it was."""

AT_ONCE: Final = 200
WINDOW_DAYS: Final = 180
LISTED: Final = 0.3
"""The share of people who let their name be shown."""

_OFFICE: Final = "agency:kz-akimat:{}"
_STATEMENT: Final = Statement(
    kk="Өтініш ішінара қанағаттандырылды. Кешкі рейс желтоқсаннан бастап күн сайын жүреді, жолақы өзгермейді. "
    "Сенбідегі қосымша рейске бюджет наурызда қаралады.",
    ru="Просьба удовлетворена частично. Вечерний рейс с декабря будет ежедневным, плата не меняется. "
    "Деньги на дополнительный рейс по субботам рассмотрят в марте.",
)


@dataclass(frozen=True)
class Demo:
    """One petition of the file. Days are counted back from now."""

    key: str
    author: Person
    text: PetitionText
    opened: int
    closed: int | None
    signatures: int
    pace: str
    rules: RulesChoice
    stage: Stage


def read_demo(issuer: str, now: datetime, file: Path = FILE) -> list[Demo]:
    """The petitions of the file, their authors known to `issuer`; raises `ValidationError` on a text that is wrong."""
    return [_demo(found, issuer, now) for found in tomllib.loads(file.read_text(encoding="utf-8"))["petition"]]


def _demo(found: dict[str, Any], issuer: str, now: datetime) -> Demo:
    subject, given, family, region = found["author"]
    fields = {name: found[name].strip() for name in ("language", "title", "text", "proposal", "category")}
    return Demo(
        key=found["key"],
        author=invented(issuer, subject, given, family, region, now.year - 40),
        text=PetitionText.model_validate({**fields, "region": found.get("region")}),
        opened=found["opened"],
        closed=found.get("closed"),
        signatures=found["signatures"],
        pace=found["pace"],
        rules=RulesChoice(**found.get("rules", {})),
        stage=found.get("stage", "collecting"),
    )


def signers(demo: Demo, people: Sequence[Person]) -> list[Person]:
    """Who signs a petition: anybody, and neighbours three times as readily."""
    chance = random.Random(f"signers {demo.key}")  # noqa: S311
    near = demo.text.region or demo.author.region
    wish = {person.id: chance.random() * (1 / 3 if person.region == near else 1) for person in people}
    return sorted(people, key=lambda person: wish[person.id])[: demo.signatures]


def moments(demo: Demo, now: datetime) -> list[datetime]:
    """When each signature came, by the petition's pace."""
    chance = random.Random(f"moments {demo.key}")  # noqa: S311
    first = now - timedelta(days=demo.opened)
    last = min(now - timedelta(days=demo.closed or 0), first + timedelta(days=WINDOW_DAYS))
    span = last - first - timedelta(minutes=10)
    lean = {"rush": 2.2, "steady": 1.0, "late": 0.6}[demo.pace]
    return [first + timedelta(minutes=5) + span * chance.random() ** lean for _ in range(demo.signatures)]


async def seed(service: Petitions) -> None:
    """Makes what is missing. Refuses to run in production: no real count may hold invented people."""
    if service.settings.environment == "production":
        raise SystemExit("demo data is for local and test environments only")
    now = datetime.now(UTC)
    issuer = load_settings(LoginSettings).oidc_issuer
    demos = [demo for demo in read_demo(issuer, now) if demo.rules.pack in service.packs.ids]
    if not demos:
        say("petitions: no demo data, which is for rules that are not installed")
        return
    async with _commands(service) as commands:
        last = await _create(commands, demos[-1], now)
        listing = commands.directory.get(last)
        if listing is not None and listing.known.closed_at is not None:
            say("petitions: the demo data is there already")
            return
        people = crowd(issuer, now.year)
        ids = await asyncio.gather(*(_open(commands, demo, now) for demo in demos))
        gate = asyncio.Semaphore(AT_ONCE)
        for demo, petition in zip(demos, ids, strict=True):
            acts = zip(signers(demo, people), moments(demo, now), strict=True)
            await asyncio.gather(*(_sign(commands, gate, petition, person, at) for person, at in acts))
        for demo, petition in zip(demos, ids, strict=True):
            if demo.stage == "answered":
                await _answer(commands, demo, petition, now)
            if demo.closed is not None:
                AS_OF.set(now - timedelta(days=demo.closed))
                actor = commands.actor(petition, demo.author)
                _decided(await commands.ask(CloseRequested(petition=petition, actor=actor), PATIENCE))
    say(f"petitions: {len(demos)} demo petitions with {sum(demo.signatures for demo in demos):,} signatures")


@asynccontextmanager
async def _commands(service: Petitions) -> AsyncIterator[Commands]:
    """What any client of the service has: the directory, kept current, and a producer."""
    settings = service.settings
    async with (
        connected(settings.mongo_uri, service.database, timeout=settings.mongo_timeout) as database,
        DatedProducer(settings.kafka_bootstrap, f"{service.name}-seed") as producer,
    ):
        people = beside(database, settings.people_database)
        context, decisions = Context(database, people, producer, Health()), Decisions()
        listings, directory = service.projection("petitions"), service.directory
        async with following(service, context, listings, directory.load, directory.take, decisions.note) as tail:
            yield Commands(
                keyring=service.keyring,
                vault=Vault(people, service.keyring),
                directory=directory,
                petitions=tail,
                life=Asking(SOURCE, PETITION_REQUESTS, producer, decisions),
                signing=Asking(SOURCE, SIGNATURE_REQUESTS, producer, Decisions()),
            )


async def _create(commands: Commands, demo: Demo, now: datetime) -> str:
    """The draft, or the one of an earlier run: the same key names the same petition."""
    AS_OF.set(now - timedelta(days=demo.opened + 3))
    return _decided(await commands.create(demo.author, demo.text, demo.rules, PATIENCE, f"demo {demo.key}"))


async def _open(commands: Commands, demo: Demo, now: datetime) -> str:
    """A petition that collects, or has ended since."""
    petition = await _create(commands, demo, now)
    opened = now - timedelta(days=demo.opened)
    author, moderator = (commands.actor(petition, person) for person in (demo.author, _moderator(demo.author.issuer)))
    # At once: a clock that saw a term of weeks ago run would find that it is over.
    steps: list[tuple[int, LifecycleRequest]] = [
        (2, SubmitRequested(petition=petition, actor=author)),
        (1, GoalRequested(petition=petition, count=demo.signatures)),
    ]
    if demo.stage != "moderation":
        approval = ModerateRequested(petition=petition, actor=moderator, verdict=Verdict.APPROVE, revision=1)
        steps.append((0, approval))
    for before, request in steps:
        AS_OF.set(opened - timedelta(hours=before))
        await commands.ask(request, wait=0)
    await commands.petitions.up_to_date()
    listing = commands.directory.get(petition)
    ends = listing.known.closes_at if listing is not None else None
    if ends is not None and ends <= now:
        # What the clock would have asked on that day.
        AS_OF.set(ends)
        await commands.ask(DeadlineRequested(petition=petition), wait=0)
    return petition


async def _answer(commands: Commands, demo: Demo, petition: str, now: datetime) -> None:
    """What the clock would have seen in the tallies, and what the body answered a fortnight later."""
    AS_OF.set(now - timedelta(days=20))
    await commands.ask(GoalRequested(petition=petition, count=demo.signatures), wait=0)
    official = replace(_moderator(demo.author.issuer), roles=frozenset({_OFFICE.format(demo.rules.unit)}))
    actor = commands.actor(petition, official)
    answer = AnswerRequested(petition=petition, actor=actor, outcome=AnswerOutcome.PARTLY, statement=_STATEMENT)
    AS_OF.set(now - timedelta(days=6))
    _decided(await commands.ask(answer, PATIENCE))


def _moderator(issuer: str) -> Person:
    person = invented(issuer, "demo-moderator", "Гүлнар", "Әбенова", "KZ-71", 1979)
    return replace(person, roles=frozenset({MODERATOR}))


async def _sign(commands: Commands, gate: asyncio.Semaphore, petition: str, person: Person, at: datetime) -> None:
    async with gate:
        AS_OF.set(at)
        listed = random.Random(f"{petition} {person.id}").random() < LISTED  # noqa: S311
        await commands.sign(person, petition, listed=listed, wait=0)


def _decided(outcome: Outcome) -> str:
    """The petition; a refusal means that an earlier run came this far."""
    if outcome.decision is None:
        raise SystemExit(f"petitions: no decision within {PATIENCE:g} s; does the stream process run?")
    return outcome.subject
