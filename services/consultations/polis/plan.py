"""What is made of a polis conversation: its consultation, and what is asked for until everybody may take part."""

from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from schemas.consultations.comments import LONGEST_COMMENT
from schemas.consultations.course import (
    CourseRequest,
    DescribeRequested,
    OpenRequested,
    PrepareRequested,
    VersionRequested,
)
from schemas.consultations.parts import DraftKind, DraftText, Title
from schemas.parts import Actor, Language, Statement
from schemas.prose import without_hidden
from services.consultations.domain.rules import MODERATOR, role_of
from services.consultations.polis import PolisCounts, PolisFolder, PolisNames

PACK: Final = "import-open"
BODY: Final = "imported"
ACTOR: Final = Actor(pseudonym="import", roles=(role_of(BODY), MODERATOR))
_LANGUAGES: Final[tuple[Language, ...]] = ("kk", "ru", "en")


@dataclass(frozen=True)
class Plan:
    """What is made of a folder. `title` in each language, `language` of the comments."""

    folder: PolisFolder
    counts: PolisCounts
    consultation: str
    title: Title
    language: Language
    working_days: int

    @property
    def names(self) -> PolisNames:
        """Our names for polis's numbers."""
        return PolisNames(self.consultation)


def planned(folder: PolisFolder, title: str | None, language: Language, working_days: int) -> Plan:
    """What an import would do. Raises `PolisError` at the first thing in the files that cannot be read."""
    counts = folder.check(longest=LONGEST_COMMENT)
    told = without_hidden(title or folder.topic or folder.path.resolve().name)
    name = told if len(told) >= 5 else f"polis: {told}"
    return Plan(
        folder=folder,
        counts=counts,
        consultation=str(uuid5(NAMESPACE_URL, f"kenes:polis:{folder.digest}")),
        title=Title(kk=name[:300], ru=name[:300], en=name[:300]),
        language=language,
        working_days=working_days,
    )


def course(plan: Plan) -> tuple[CourseRequest, ...]:
    """What is asked for until everybody may comment and vote."""
    counts = plan.counts
    summary = Statement(
        kk=f"polis алаңынан көшірілген талқылау: {counts.comments} пікір, {counts.votes} дауыс. Пікір мен дауыс иелері "
        "белгісіз, олардың күні – көшірілген күн.",
        ru=f"Обсуждение перенесено из polis: комментариев {counts.comments}, голосов {counts.votes}. Кто говорил и "
        "голосовал, неизвестно; датой стоит день переноса.",
        en=f"A conversation brought in from polis: {counts.comments} comments, {counts.votes} votes. Who spoke and "
        "voted is not known; all is dated on the day it was brought in.",
    )
    said = {"kk": summary.kk, "ru": summary.ru, "en": summary.en or ""}
    told = {"consultation": plan.consultation, "actor": ACTOR}
    titles = plan.title.model_dump()
    texts = tuple(
        DraftText(
            language=language,
            tree=ClauseTree(
                title=titles[language],
                clauses=(Clause(id="whole-text", kind=ClauseKind.PARAGRAPH, text=said[language]),),
            ),
        )
        for language in _LANGUAGES
    )
    return (
        PrepareRequested(**told, body=BODY, pack=PACK, kind=DraftKind.CONCEPT, title=plan.title),
        DescribeRequested(**told, title=plan.title, summary=summary),
        VersionRequested(**told, version=1, texts=texts),
        OpenRequested(**told, working_days=plan.working_days),
    )
