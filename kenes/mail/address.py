"""E-mail addresses: checked, written in one way, and told apart by mailbox rather than by spelling.

One mailbox has many spellings. Case never tells two of them apart; dots, tags and second domains do not where the
provider says so (`providers.toml`). Two spellings of one mailbox have the same `identity`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email

LONGEST: Final = 254
"""Letters of an address that SMTP can carry (RFC 5321, 4.5.3.1.3)."""


ISSUER: Final = "mailto"
"""In the place of an identity provider's address, for people known by a mailbox alone: none can be called so."""


class AddressError(ValueError):
    """A text that is no address mail can be sent to. It does not repeat the text."""


@dataclass(frozen=True, slots=True, repr=False)
class MailAddress:
    """Where mail is sent (`written`, ASCII), and the mailbox that is (`identity`): the same for all its spellings."""

    written: str
    identity: str

    @property
    def person(self) -> str:
        """The id of whoever reads the mail: one for all spellings, the same for every service."""
        return f"{ISSUER}|{self.identity}"

    def __repr__(self) -> str:
        return "MailAddress(***)"


@dataclass(frozen=True, slots=True)
class _Provider:
    domain: str | None
    tag: str
    ignored: str
    same: str

    def local_part(self, local: str) -> str:
        before = local.partition(self.tag)[0] if self.tag else local
        # A mailbox is never only a tag: `+x@...` stays what it is.
        local = before or local
        bare = "".join(letter for letter in local if letter not in self.ignored)
        return bare.translate({ord(letter): self.same[0] for letter in self.same}) if self.same else bare


def parse_address(text: str) -> MailAddress:
    """The address in a text; raises `AddressError`. Nothing is asked of the network."""
    if len(text) > LONGEST:
        raise AddressError("longer than an address may be")
    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise AddressError("not an e-mail address") from None
    written = found.ascii_email
    if written is None or len(written) > LONGEST:
        raise AddressError("not an address that every relay takes")
    return MailAddress(written, identity_of(written))


def identity_of(written: str) -> str:
    """The mailbox behind an ASCII address, in one spelling."""
    local, _, domain = written.lower().rpartition("@")
    provider = _PROVIDERS.get(domain)
    if provider is None:
        return f"{local}@{domain}"
    return f"{provider.local_part(local) or local}@{provider.domain or domain}"


def parse_mailbox(text: str) -> Address:
    """A display name and an address, `Kenes <no-reply@petitions.example>`; raises `AddressError`."""
    name, written = parseaddr(text)
    try:
        found = validate_email(written, check_deliverability=False, allow_smtputf8=False, test_environment=True)
        return Address(name, addr_spec=found.ascii_email)
    except (EmailNotValidError, HeaderParseError, ValueError):
        raise AddressError("not a mailbox") from None


def _providers(content: Mapping[str, Any]) -> dict[str, _Provider]:
    found: dict[str, _Provider] = {}
    for each in content["providers"]:
        first = each["domains"][0] if each.get("one_mailbox", False) else None
        rule = _Provider(first, each.get("tag", ""), each.get("ignored", ""), each.get("same", ""))
        found |= dict.fromkeys(each["domains"], rule)
    return found


_PROVIDERS: Final = _providers(tomllib.loads(Path(__file__).with_name("providers.toml").read_text(encoding="utf-8")))
