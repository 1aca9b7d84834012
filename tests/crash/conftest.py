"""One factory of children for all kills, and a marketplace for each test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from tests.crash.scene import Crashes, Factory
from tests.support.damage import folder_in_memory
from tests.support.marketplace import running_marketplace


@pytest.fixture(scope="session")
def factory() -> Iterator[Factory]:
    if sys.platform == "win32":
        pytest.skip("needs fork")
    with closing(Factory()) as made:
        yield made


@pytest.fixture
def at_market(factory: Factory) -> Iterator[Callable[[int], Crashes]]:
    """Give a function that sets up a scene at a marketplace with so many old calls."""
    with ExitStack() as ends:

        def make(requests: int) -> Crashes:
            folder = ends.enter_context(folder_in_memory())
            address = f"sqlite:///{folder / 'market.db'}"
            market = ends.enter_context(running_marketplace(address, requests=requests))
            return ends.enter_context(closing(Crashes(market, folder, factory)))

        yield make


@pytest.fixture
def crashes(at_market: Callable[[int], Crashes]) -> Crashes:
    return at_market(0)
