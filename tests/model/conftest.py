"""One empty database for all histories of a run, where files are fast if there is such a place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model.device import Template
from tests.model.replay import folder


@pytest.fixture(scope="session")
def template() -> Iterator[Template]:
    with tempfile.TemporaryDirectory(dir=folder()) as name:
        yield Template(Path(name))
