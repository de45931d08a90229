"""What somebody without an account fills in: read, checked, and given back as it was written."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from kenes.mail.address import AddressError, MailAddress, parse_address
from kenes.web.bodies import Form
from services.petitions.domain.rules import Mailed, Residence

Values = Mapping[str, str]
Faults = list[tuple[str, str]]
"""(field, what is wrong with it), in the order of the form; `by_mail.error.*` has words for what is wrong."""

FIELDS: Final = ("given_name", "family_name", "email", "residence", "declared", "listed")
LONGEST_NAME: Final = 100


def read_values(form: Form | None = None) -> dict[str, str]:
    """The fields of a form on one line each, without blanks around them; all empty without a form."""
    return {field: "" if form is None else " ".join(form.text(field).split()) for field in FIELDS}


def residence_of(values: Values, asked: Mailed) -> Residence | None:
    """Where the person lives, by the postcode or by choice."""
    return asked.region_of(values["residence"]) if asked.postcode else asked.region(values["residence"])


def address_of(values: Values) -> MailAddress | None:
    """The address, where it is one."""
    try:
        return parse_address(values["email"])
    except AddressError:
        return None


def signing_faults(values: Values, asked: Mailed) -> Faults:
    """What to mend in the form that signs."""
    faults = [(name, name) for name in ("given_name", "family_name") if not _is_name(values[name])]
    faults += address_faults(values)
    if residence_of(values, asked) is None:
        faults.append(("residence", "postcode" if asked.postcode else "region"))
    if values["declared"] != "yes":
        faults.append(("declared", "declared"))
    return faults


def address_faults(values: Values) -> Faults:
    """What to mend in an address."""
    return [] if address_of(values) else [("email", "email")]


def _is_name(text: str) -> bool:
    # Control and direction-override characters would disguise a public name; a name has letters.
    return (
        0 < len(text) <= LONGEST_NAME
        and text.isprintable()
        and any(unicodedata.category(letter).startswith("L") for letter in text)
        and not any(sign in text for sign in "/:@<>")
    )
