"""One marketplace, one proxy and one computer to copy from, for all cells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.scene import Scene, Stage
from tests.support.fault_proxy import FaultProxy
from tests.support.marketplace import running_marketplace

CERTIFICATES = Path(__file__).parent / "certificates"


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_marketplace() as market:
        proxy = FaultProxy(market.url, CERTIFICATES)
        with (
            proxy,
            closing(Stage(market, proxy, tmp_path_factory.mktemp("computers"), CERTIFICATES / "authority.pem")) as made,
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
