"""What every journey begins with: a practice marketplace of its own, and a writer at one computer or at two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.marketplace import RunningMarketplace, running_marketplace
from tests.support.writers import Writer


@pytest.fixture
def market() -> Iterator[RunningMarketplace]:
    with running_marketplace() as running:
        yield running


@pytest.fixture
def writer(market: RunningMarketplace, tmp_path: Path) -> Iterator[Writer]:
    with closing(Writer(market, tmp_path)) as made:
        yield made


@pytest.fixture
def other(market: RunningMarketplace, tmp_path: Path) -> Iterator[Writer]:
    """The same writer at another computer."""
    with closing(Writer(market, tmp_path, "b")) as made:
        yield made
