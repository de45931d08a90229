"""What people ask for, as requests on the topics. Produces and waits; decides nothing."""

from dataclasses import asdict, dataclass
from uuid import UUID, uuid4

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring, PersonKey
from kenes.kafka.tail import Tail
from kenes.mongo.vault import Vault
from kenes.service.asking import Asking, Outcome, actor, eligibility, private_entry, sealed_name
from kenes.service.naming import new_id
from schemas.petitions.v1 import (
    Actor,
    CommentRequested,
    CreateRequested,
    JoinOrganisersRequested,
    Language,
    LifecycleRequest,
    PetitionText,
    PrivateEntry,
    SignRequested,
    WithdrawRequested,
)
from services.petitions.directory import Directory, Listing

SOURCE = "/petitions"


class UnknownPetitionError(LookupError):
    """There is no petition with this id."""


@dataclass(frozen=True, slots=True)
class RulesChoice:
    """The rule pack a petition is started under, and the unit of it where the pack has units."""

    pack: str = "kz-republic"
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody says of the text of `revision`, or of a draft of the answer."""

    petition: str
    revision: int
    language: Language
    text: str
    listed: bool
    answer_draft: int | None = None


@dataclass(frozen=True)
class Commands:
    """Sends requests of identified people. All methods raise `BrokerUnavailableError`; `wait` is in seconds."""

    keyring: Keyring
    vault: Vault
    directory: Directory
    petitions: Tail
    life: Asking
    signing: Asking

    async def create(
        self, person: Person, text: PetitionText, rules: RulesChoice, wait: float, idempotency_key: str | None
    ) -> Outcome:
        """Starts a draft. The same `idempotency_key` of the same person names the same petition."""
        petition = new_id(self.keyring, "petition drafts", person, idempotency_key)
        key = await self.vault.key_of(person.id)
        request = CreateRequested(
            petition=petition,
            actor=self.actor(petition, person),
            eligibility=eligibility(person),
            text=text,
            pack=rules.pack,
            unit=rules.unit,
            sealed=sealed_name(key, petition, person),
            mine=self._entry(key, petition, person),
        )
        return await self.ask(request, wait)

    async def comment(self, person: Person, said: Comment, wait: float) -> Outcome:
        """Comments on what is discussed."""
        key = await self.vault.key_of(person.id)
        told: dict[str, bool | str | None] = {
            "petition": said.petition,
            "what": "comment",
            "listed": said.listed,
            "text": said.text,
        }
        request = CommentRequested(
            **asdict(said),
            actor=self.actor(said.petition, person),
            eligibility=eligibility(person),
            sealed=sealed_name(key, said.petition, person),
            mine=private_entry(self.keyring, key, f"comment/{uuid4()}", person, told),
        )
        return await self.ask(request, wait)

    async def join(self, person: Person, petition: str, revision: int, *, listed: bool, wait: float) -> Outcome:
        """Stands behind a petition, with its text of `revision`."""
        key = await self.vault.key_of(person.id)
        told: dict[str, bool | str | None] = {"petition": petition, "what": "organiser", "listed": listed}
        request = JoinOrganisersRequested(
            petition=petition,
            actor=self.actor(petition, person),
            eligibility=eligibility(person),
            revision=revision,
            listed=listed,
            sealed=sealed_name(key, petition, person),
            mine=private_entry(self.keyring, key, f"organiser/{petition}", person, told),
        )
        return await self.ask(request, wait)

    def actor(self, petition: str, person: Person) -> Actor:
        """How a person appears in a life-cycle request."""
        return actor(self.keyring, petition, person)

    async def ask(self, request: LifecycleRequest, wait: float) -> Outcome:
        """Sends a life-cycle request as it is."""
        return await self.life.ask(request.petition, request.petition, request, wait)

    async def sign(self, person: Person, petition: str, *, listed: bool, wait: float) -> Outcome:
        """Signs. Raises `UnknownPetitionError`, `DatabaseUnavailableError`."""
        listing = await self._listing(petition)
        key = await self.vault.key_of(person.id)
        request = SignRequested(
            petition=petition,
            signer=self.keyring.pseudonym(petition, person.id),
            eligibility=eligibility(person),
            listed=listed,
            sealed=sealed_name(key, petition, person),
            mine=self._entry(key, petition, person, listed=listed, region=person.region),
            seen=listing.seen,
        )
        return await self.signing.ask(request.signer, petition, request, wait)

    async def withdraw(self, person: Person, petition: str, wait: float) -> Outcome:
        """Takes the signature back. Raises `UnknownPetitionError`, `DatabaseUnavailableError`."""
        listing = await self._listing(petition)
        key = await self.vault.key_of(person.id)
        request = WithdrawRequested(
            petition=petition,
            signer=self.keyring.pseudonym(petition, person.id),
            mine=self._entry(key, petition, person),
            seen=listing.seen,
        )
        return await self.signing.ask(request.signer, petition, request, wait)

    async def _listing(self, petition: str) -> Listing:
        """What the directory says; asked again once it has read everything, before a petition is called unknown."""
        listing = self.directory.get(petition)
        if listing is None and _is_petition_id(petition):
            await self.petitions.up_to_date()
            listing = self.directory.get(petition)
        if listing is None:
            raise UnknownPetitionError(petition)
        return listing

    def _entry(self, key: PersonKey, petition: str, person: Person, **told: bool | str | None) -> PrivateEntry:
        return private_entry(self.keyring, key, petition, person, {"petition": petition, **told})


def _is_petition_id(text: str) -> bool:
    """Spares the broker questions about ids that were never made here."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
