"""Whoever reads the mail of an address, as the rest of the service sees people."""

from kenes.identity.person import Assurance, Person
from kenes.mail.address import ISSUER, MailAddress


def mailed_person(
    address: MailAddress, given_name: str = "", family_name: str = "", region: str | None = None
) -> Person:
    """The person behind a mailbox: one for all its spellings. Name and region are what they say of themselves."""
    return Person(
        issuer=ISSUER,
        subject=address.identity,
        given_name=given_name,
        family_name=family_name,
        birth_date=None,
        region=region,
        assurance=Assurance.EMAIL,
        citizen=False,
        roles=frozenset(),
    )
