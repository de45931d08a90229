"""Names of places in the order that readers look for them in."""

from kenes.regions import sortable


def in_order(names: dict[str, str]) -> list[tuple[str, str]]:
    """(code, name), in the order of the alphabet."""
    return sorted(names.items(), key=lambda pair: sortable(pair[1]))
