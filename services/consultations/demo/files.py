"""The files of the demo data: drafts in Markdown, everything around them in TOML."""

import tomllib
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from schemas.consultations.clauses import ClauseTree
from schemas.consultations.parts import DraftKind, DraftText, Member, ReplyOutcome, Stakeholder, Title
from schemas.parts import Language, Statement
from services.consultations.drafts.alignment import carried
from services.consultations.drafts.languages import parallel
from services.consultations.drafts.reading import read

FOLDER: Final = Path(__file__).parent
LANGUAGES: Final[tuple[Language, ...]] = ("kk", "ru", "en")


class _Read(BaseModel):
    """Closed: a field that nobody reads is a mistake in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MeetingHeld(_Read):
    """A meeting so many days ago."""

    ago: int
    title: Title
    minutes: str


class Course(_Read):
    """A consultation and its dates, in days before now. `changed`: the second version; `government`: its next stage."""

    key: str
    body: str
    pack: str
    kind: DraftKind
    title: Title
    summary: Statement
    note: Statement | None = None
    opened: int = 0
    working_days: int = 0
    voters: int = 0
    changed: int | None = None
    changes: Statement | None = None
    reported: int | None = None
    conclusions: Statement | None = None
    government: int | None = None
    stage: Statement | None = None
    member: tuple[Member, ...] = ()
    meeting: tuple[MeetingHeld, ...] = ()


class Argument(_Read):
    """One thing to say, in each language by somebody else. `lean`: what each group of opinion thinks of it, -1 to 1."""

    key: str
    clause: str
    version: int = 1
    who: tuple[Stakeholder, Stakeholder, Stakeholder]
    lean: tuple[float, float, float]
    quote: dict[Language, str] = Field(default_factory=dict)
    kk: str
    ru: str
    en: str

    def said(self, language: Language) -> str:
        """The argument in a language."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[language]


class Reply(_Read):
    """What somebody replies to an argument, and its author to that."""

    under: str
    language: Language
    who: Stakeholder
    text: str
    answer: str = ""


class Answer(_Read):
    """What the body answers to an argument, in which of its comments."""

    to: str
    languages: tuple[Language, ...]
    outcome: ReplyOutcome
    statement: Statement


class Known(_Read):
    """A person of the local identity provider who makes some of the arguments."""

    subject: str
    given: str
    family: str
    region: str
    language: Language
    says: tuple[str, ...]


class Letter(_Read):
    """A text that many send, each a little differently."""

    clause: str
    language: Language
    senders: int
    greeting: tuple[str, ...]
    body: str
    own: tuple[str, ...]
    closing: tuple[str, ...]


class Comments(_Read):
    """Everything that is said about one draft."""

    argument: tuple[Argument, ...]
    opening: dict[Stakeholder, dict[Language, tuple[str, ...]]]
    closing: dict[Language, tuple[str, ...]]
    known: Known | None = None
    reply: tuple[Reply, ...] = ()
    answer: tuple[Answer, ...] = ()
    campaign: Letter | None = None


def course(name: str) -> Course:
    """The course in `NAME.toml`. Raises `ValidationError`."""
    return Course.model_validate(_toml(f"{name}.toml"))


def comments(folder: str) -> Comments:
    """What is said about the draft in a folder. Raises `ValidationError`."""
    return Comments.model_validate(_toml(f"{folder}/comments.toml"))


def versions(folder: str) -> list[tuple[DraftText, ...]]:
    """The versions of a draft, each in three languages; clauses keep their ids through languages and versions."""
    found: list[tuple[DraftText, ...]] = []
    before: ClauseTree | None = None
    while (FOLDER / folder / f"v{len(found) + 1}.kk.md").exists():
        number = len(found) + 1
        first = _tree(folder, number, "kk")
        if before is not None:
            first, _ = carried(before, first, number)
        others = ((other, parallel(first, _tree(folder, number, other)).second) for other in LANGUAGES[1:])
        found.append(tuple(DraftText(language=each, tree=tree) for each, tree in (("kk", first), *others)))
        before = first
    return found


def _tree(folder: str, version: int, language: Language) -> ClauseTree:
    file = FOLDER / folder / f"v{version}.{language}.md"
    return read(file.name, file.read_bytes())


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
