"""Raised figures: "Статья 12¹" is the article that was put after the twelfth, and no hundred and twenty-first.

Formats raise a figure by a property of the text, which plain text has not: there they become the characters for it.
"""

import re
from typing import Final

_PLAIN, _RAISED = "0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"
FIGURES: Final = rf"[{_RAISED}]+"
"""Matches raised figures, as a part of another pattern."""
_TO_RAISED: Final = str.maketrans(_PLAIN, _RAISED)
_TO_PLAIN: Final = str.maketrans(_RAISED, _PLAIN)
_HTML: Final = re.compile(r"<sup>\s*(\d{1,4})\s*</sup>", re.IGNORECASE)


def raised(text: str) -> str:
    """The text with its figures raised."""
    return text.translate(_TO_RAISED)


def raised_in_html(text: str) -> str:
    """The text with the figures raised that HTML raises."""
    return _HTML.sub(lambda found: raised(found[1]), text)


def lowered(number: str) -> str:
    """A number of the law with a hyphen for what is raised or written as a power: "12¹" and "12^1" are "12-1"."""
    return re.sub(FIGURES, lambda found: f"-{found.group().translate(_TO_PLAIN)}", number).replace("^", "-")
