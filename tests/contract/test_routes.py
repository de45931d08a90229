"""Routes are tried in order: none may stand behind another that takes its addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unittest.mock import MagicMock

import pytest
from starlette.routing import BaseRoute, Match, Route

from services.consultations.pages import page_routes as of_consultations
from services.notifications.pages import page_routes as of_notifications
from services.petitions.pages import page_routes as of_petitions

FILLED = {"int": "7", "float": "7.5", "path": "a/b", "str": "some", "uuid": "0190a0a0-0000-7000-8000-000000000000"}


def ways(routes: Sequence[BaseRoute]) -> Iterator[tuple[Route, str, str]]:
    """Every route with a method and an address of its own."""
    for route in routes:
        assert isinstance(route, Route)
        kinds = {
            name: type(each).__name__.removesuffix("Convertor").lower() for name, each in route.param_convertors.items()
        }
        filled = {name: FILLED[{"string": "str", "integer": "int"}.get(kind, kind)] for name, kind in kinds.items()}
        for method in sorted(route.methods or ()):
            yield route, method, route.path_format.format(**filled)


def taken_by(routes: Sequence[BaseRoute], method: str, path: str) -> BaseRoute | None:
    scope = {"type": "http", "method": method, "path": path, "root_path": ""}
    return next((route for route in routes if route.matches(scope)[0] is Match.FULL), None)


@pytest.mark.parametrize("page_routes", [of_petitions, of_consultations, of_notifications])
def test_every_route_takes_its_own_addresses(page_routes: Callable[[Any], list[BaseRoute]]) -> None:
    routes = page_routes(MagicMock())
    assert len(routes) > 20
    for route, method, path in ways(routes):
        assert taken_by(routes, method, path) is route, (method, path)
