"""A marketplace for this folder's tests, and a writer's device on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.marketplace.devices import Writer
from tests.support.marketplace import RunningMarketplace, running_marketplace
from tests.support.postgresql import NewDatabase, new_postgresql_database

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["new_postgresql_database"]


@pytest.fixture(scope="module")
def market() -> Iterator[RunningMarketplace]:
    """Run one marketplace for the tests of a module; each test invites its own calls."""
    with running_marketplace() as running:
        yield running


@pytest.fixture
def writer(market: RunningMarketplace) -> Iterator[Writer]:
    """Give a device of the practice account."""
    device = Writer(market)
    yield device
    device.http.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """Give a new database of each kind; None is a SQLite file."""
    if request.param == "sqlite":
        return None
    new_database: NewDatabase = request.getfixturevalue("new_postgresql_database")
    return new_database()
