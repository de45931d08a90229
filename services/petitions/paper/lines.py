"""Sheets as a registrar writes them: a line for each sheet and region, `number; region; count; scan`."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from kenes.web.values import whole_number
from schemas.petitions.v1 import PaperSheet


class LineError(ValueError):
    """A line that says no sheet; `number` counts from 1."""

    def __init__(self, number: int) -> None:
        super().__init__(f"line {number}")
        self.number = number


def read_sheets(text: str) -> tuple[PaperSheet, ...]:
    """The sheets in a text, in the order of their first lines; blank lines are passed over. Raises `LineError`.

    Lines of one sheet must name the same scan, and a region once.
    """
    found: dict[str, dict[str, Any]] = {}
    for place, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.replace("\t", ";").split(";")]
        count = whole_number(fields[2]) if len(fields) == 4 else None
        if count is None:
            raise LineError(place)
        number, region, scan = fields[0], fields[1].upper(), fields[3].lower()
        sheet = found.setdefault(number, {"number": number, "scan": scan, "counts": []})
        if sheet["scan"] != scan or any(each["region"] == region for each in sheet["counts"]):
            raise LineError(place)
        sheet["counts"].append({"region": region, "count": count})
        try:
            PaperSheet.model_validate(sheet)
        except ValidationError:
            raise LineError(place) from None
    return tuple(PaperSheet.model_validate(sheet) for sheet in found.values())


def write_sheets(sheets: Iterable[PaperSheet]) -> str:
    """The text that `read_sheets` reads as these sheets."""
    rows: Sequence[str] = [
        f"{sheet.number}; {each.region}; {each.count}; {sheet.scan}" for sheet in sheets for each in sheet.counts
    ]
    return "\n".join(rows)
