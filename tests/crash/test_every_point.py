"""A real process is killed wherever something could be half done; started again, nothing is lost or doubled.

The points: before and after every commit, every rename, unlink and second name of a file, before every request, when
its answer begins, and when it is read.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.crash import jobs

CELLS = [
    *((jobs.action, payload, 20) for payload in ("accept", "note", "profile")),
    *((jobs.first, payload, 40) for payload in ("accept", "note", "profile")),
    (jobs.merge, "note", 25),
    *((jobs.older, payload, 25) for payload in ("accept", "decline")),
    *((jobs.damaged, payload, 40) for payload in ("accept", "note", "profile")),
]


@pytest.mark.timeout(170)
@pytest.mark.parametrize(("kind", "payload", "points"), CELLS)
def test_killed_at_any_point_nothing_is_lost_or_doubled(at_market, kind, payload, points):
    crashes = at_market(201 if kind is jobs.first else 0)
    assert crashes.kill_everywhere(lambda: kind(crashes, payload)) >= points


@pytest.mark.timeout(170)
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_time_nothing_is_lost_or_doubled(crashes, seed):
    """The kill comes from outside, some time after the child has told of so many steps."""
    random, kills = Random(seed), 0
    while kills < 50:
        kind, payload, points = random.choice(CELLS)
        job, before = kind(crashes, payload), crashes.seq()
        ended = crashes.run(job, die_after=random.randint(1, points))
        kills += ended["killed"]
        crashes.check(job, ended, before)
