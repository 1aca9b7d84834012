"""The disk says no to some write, of files beyond a size: nothing is called saved that is not, and all goes on."""

from __future__ import annotations

import pytest

from sync.domain.problems import Trouble
from tests.crash import jobs

FRAME = 4120
RUNS = 30


@pytest.mark.timeout(170)
@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (jobs.action, "accept"),
        (jobs.action, "note"),
        (jobs.first, "profile"),
        (jobs.merge, "note"),
        (jobs.older, "decline"),
        (jobs.damaged, "accept"),
    ],
)
def test_a_write_that_fails_is_said_and_loses_nothing(crashes, kind, payload):
    whole, before = kind(crashes, payload), crashes.seq()
    done = crashes.run(whole)
    largest = max(one.stat().st_size for one in whole.folder.iterdir())
    crashes.check(whole, done, before)
    refused = []
    for room in range(0, largest, max(FRAME, largest // RUNS)):
        job, before = kind(crashes, payload), crashes.seq()
        ended = crashes.run(job, room=room)
        assert ended["status"] == 0
        refused += ended["refused"]
        crashes.check(job, ended, before)
    assert set(refused) <= {Trouble.DISK_FULL, Trouble.DISK_ERROR, Trouble.READ_ONLY}
    assert len(refused) >= RUNS // 2
