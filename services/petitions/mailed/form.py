"""What somebody without an account fills in: read, checked, and given back as it was written."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from kenes.mail.address import AddressError, MailAddress, parse_address
from kenes.web.bodies import Form
from kenes.web.i18n import Translator
from services.petitions.domain.rules import Mailed, Residence

Values = Mapping[str, str]
Errors = list[tuple[str, str]]
"""(field, what to do), in the order of the form."""

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


def signing_errors(values: Values, asked: Mailed, t: Translator) -> Errors:
    """What to mend in the form that signs."""
    errors = [
        (name, t(f"by_mail.error.{name}")) for name in ("given_name", "family_name") if not _is_name(values[name])
    ]
    errors += address_errors(values, t)
    if residence_of(values, asked) is None:
        errors.append(("residence", t("by_mail.error.postcode" if asked.postcode else "by_mail.error.region")))
    if values["declared"] != "yes":
        errors.append(("declared", t("by_mail.error.declared")))
    return errors


def address_errors(values: Values, t: Translator) -> Errors:
    """What to mend in an address."""
    return [] if address_of(values) else [("email", t("by_mail.error.email"))]


def _is_name(text: str) -> bool:
    # Control and direction-override characters would disguise a public name; a name has letters.
    return (
        0 < len(text) <= LONGEST_NAME
        and text.isprintable()
        and any(unicodedata.category(letter).startswith("L") for letter in text)
        and not any(sign in text for sign in "/:@<>")
    )
