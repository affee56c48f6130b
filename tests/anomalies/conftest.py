from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.anomalies.player import Player, Pool, fast_folder


@pytest.fixture
def player() -> Iterator[Callable[..., Player]]:
    """Makes players: `player(KZ_INCIDENT_OPENS_AFTER=3)`."""
    with ExitStack() as stack:

        def make(**settings: object) -> Player:
            player = Player(stack.enter_context(fast_folder()), **settings)
            stack.callback(player.close)
            return player

        yield make


@pytest.fixture
def pool(player: Callable[..., Player]) -> Pool:
    """A pool without a past, and default settings."""
    return player().pool()
