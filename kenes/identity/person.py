"""The person behind a request, as an issuer describes them: the only shape of identity the services see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self


class Assurance(StrEnum):
    """How surely this is that person; the three levels of EU regulation 910/2014, art. 8, and one below them.

    `EMAIL`: no issuer knows the person, who only reads the mail of an address.
    """

    EMAIL = "email"
    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """A signed-in person or client.

    `region` is an ISO 3166-2 code ("KZ-75"). `birth_date` and `region` are None when the issuer does not tell
    them: rules that need them refuse, they never guess. Names are empty for a machine client.
    """

    issuer: str
    subject: str
    given_name: str
    family_name: str
    birth_date: date | None
    region: str | None
    assurance: Assurance
    citizen: bool
    roles: frozenset[str]

    @property
    def id(self) -> str:
        """Stable and unique across issuers: `issuer|subject`. Personal data: pseudonymise it before it travels."""
        return f"{self.issuer}|{self.subject}"

    @property
    def public_name(self) -> str:
        """What everybody may read: first name and first letter of the surname ("Aigerim S."); may be empty."""
        initial = f"{self.family_name[0].upper()}." if self.family_name else ""
        return f"{self.given_name} {initial}".strip()

    def age_on(self, day: date) -> int | None:
        """Full years on `day`; None when the birth date is unknown. Born on 29 February: older on 1 March."""
        born = self.birth_date
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form, to keep in a session; `from_dict` is its inverse."""
        return {
            "issuer": self.issuer,
            "subject": self.subject,
            "given_name": self.given_name,
            "family_name": self.family_name,
            "birth_date": self.birth_date.isoformat() if self.birth_date else None,
            "region": self.region,
            "assurance": self.assurance.value,
            "citizen": self.citizen,
            "roles": sorted(self.roles),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Reads what `as_dict` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        born = data["birth_date"]
        return cls(
            issuer=data["issuer"],
            subject=data["subject"],
            given_name=data["given_name"],
            family_name=data["family_name"],
            birth_date=date.fromisoformat(born) if born is not None else None,
            region=data["region"],
            assurance=Assurance(data["assurance"]),
            citizen=data["citizen"],
            roles=frozenset(data["roles"]),
        )

    def __repr__(self) -> str:
        # A person ends up in tracebacks and logs: only what does not identify anybody is shown.
        return f"Person(***, assurance={self.assurance.value}, roles={sorted(self.roles)})"

    __str__ = __repr__
