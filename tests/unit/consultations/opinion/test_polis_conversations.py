"""Our groups against those polis found in its own conversations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversations import BOWLING_GREEN, BREXIT, agreement, filled

pytestmark = pytest.mark.skipif(not BREXIT.is_dir(), reason="the polis conversations are not on this machine")


@pytest.mark.parametrize(("folder", "least"), [(BREXIT, 0.85), (BOWLING_GREEN, 0.70)])
def test_groups_are_those_of_polis(folder: Path, least: float) -> None:
    state = filled(folder)

    assert agreement(folder, state.recompute()) >= least
    # Once more, as in a living consultation.
    assert agreement(folder, state.recompute()) >= least
