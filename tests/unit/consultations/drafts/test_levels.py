"""Each level of numbers stands below the one that it belongs to, none is lost between."""

import pytest

from services.consultations.drafts.reading import read
from services.consultations.drafts.tree import walk

AMERICAN = """A BILL

TITLE I—GRANTS

SEC. 101. DEFINITIONS.
(a) In General.—In this title:
(1) AGENCY.—The term “agency”—
(A) means any office; and
(B) does not include—
(i) a State—
(I) of the union; or
(II) of another; or
(ii) a city.
(b) Amount.—No more than $5.

TITLE II–REST

SEC. 201. END.
It ends.
"""
OUTLINE = """Concept

I. Aims
A. First
1. detail
a) sub
B. Second
II. Means
A. Money

J. Smith wrote to A. Brown.
"""


def levels(text: str) -> str:
    return "|".join("." * place.depth + place.clause.label for place in walk(read("a.txt", text.encode())))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (
            AMERICAN,
            "TITLE I|.SEC. 101|..(a)|...(1)|....(A)|....(B)|.....(i)|......(I)|......(II)|.....(ii)|..(b)"
            "|TITLE II|.SEC. 201",
        ),
        (OUTLINE, "I.|.A.|..1.|...a)|.B.|II.|.A."),
        (
            "Notice\n\n" + "\n".join(f"{letter}. Text" for letter in "ABCDEFGHIJ"),
            "|".join(f"{x}." for x in "ABCDEFGHIJ"),
        ),
    ],
)
def test_rows_of_capital_letters_are_levels(text: str, shape: str) -> None:
    assert levels(text) == shape
