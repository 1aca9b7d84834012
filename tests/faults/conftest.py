"""One marketplace, one proxy and one computer to copy from, for all cells."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.scene import Scene, Stage
from tests.support.fault_proxy import FaultProxy
from tests.support.marketplace import running_marketplace

CERTIFICATES = Path(__file__).parent / "certificates"


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Give a folder in memory where there is one: the disk is not what is tested, and each fsync takes its time."""
    memory = "/dev/shm"
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="faults-", dir=place, ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def stage(folder: Path) -> Iterator[Stage]:
    with running_marketplace(f"sqlite:///{folder / 'market.db'}") as market:
        proxy = FaultProxy(market.url, CERTIFICATES)
        with (
            proxy,
            closing(Stage(market, proxy, folder, CERTIFICATES / "authority.pem")) as made,
        ):
            proxy.tick = made.tick
            yield made


@pytest.fixture
def set_scene(stage: Stage) -> Iterator[object]:
    """Give a function that sets a scene; whatever the test left broken is healed."""
    scenes: list[Scene] = []

    def make(**wishes: bool) -> Scene:
        scenes.append(stage.scene(**wishes))
        return scenes[-1]

    yield make
    stage.proxy.heal()
    stage.proxy.deliver_copies()
    for scene in scenes:
        scene.close()
    assert stage.proxy.errors == []
