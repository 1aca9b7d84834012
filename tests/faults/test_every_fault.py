"""Every fault of the network, at each moment, of every question to the marketplace: nothing is lost or done twice.

A cell is red when the computer makes something else of the fault than the table below says, when
the action in the queue is not as it was, when the next round does not mend all, or when the marketplace counts another
number of effects than one.
"""

from __future__ import annotations

import itertools
import time
import tracemalloc

import pytest

from sync.domain.intents import OutboxState
from sync.domain.problems import Busy, Offline, Trouble
from tests.faults.operations import OPERATIONS
from tests.support.faults import Fault, Kind, Moment

WELL = None
CUT = (Busy, Trouble.CUT_OFF)
SLOW = (Busy, Trouble.TIMEOUT)
GARBLED = (Busy, Trouble.GARBLED)
PORTAL = (Offline, Trouble.CAPTIVE_PORTAL)

# What the computer makes of it: before the request is forwarded, during the answer, after it was produced.
EXPECTED = {
    Kind.REFUSE: ((Offline, Trouble.UNREACHABLE), CUT, CUT),
    Kind.HANG: (SLOW, SLOW, SLOW),
    Kind.RESET: (CUT, CUT, CUT),
    Kind.HALF_CLOSE: (CUT, CUT, CUT),
    Kind.DRIP: (SLOW, SLOW, SLOW),
    Kind.TRUNCATE: (CUT, CUT, CUT),
    Kind.GARBAGE: (CUT, GARBLED, CUT),
    Kind.DUPLICATE: (WELL, WELL, CUT),
    Kind.DELAY: (SLOW, SLOW, SLOW),
    Kind.PORTAL: (PORTAL, GARBLED, PORTAL),
    Kind.BOMB: (GARBLED, GARBLED, GARBLED),
    Kind.BAD_TLS: ((Offline, Trouble.TLS), CUT, CUT),
    Kind.SLOW_LORIS: (SLOW, SLOW, SLOW),
    Kind.STALE: (WELL, WELL, CUT),
}

NEVER_LEFT = {Trouble.UNREACHABLE, Trouble.TLS}
MOST_SECONDS = 5
MOST_BYTES = 4 * 1024 * 1024


CELLS = [
    pytest.param(operation, kind, moment, EXPECTED[kind][number], id=f"{operation}-{kind}-{moment}")
    for operation, kind, (number, moment) in itertools.product(OPERATIONS, EXPECTED, enumerate(Moment))
]


@pytest.mark.parametrize(("operation", "kind", "moment", "expected"), CELLS)
def test_a_fault_of_the_network_loses_nothing_and_does_nothing_twice(set_scene, operation, kind, moment, expected):
    scene = set_scene(fresh=operation.fresh, safe=kind is Kind.BAD_TLS)
    operation.begin(scene)
    if kind in {Kind.HANG, Kind.DELAY}:
        scene.road.hurried = operation.hits
    scene.proxy.arm(Fault(kind, moment, lambda asked: operation.hits(asked.method, asked.path)))
    peak, seconds = measured(scene.sync, memory=kind is Kind.BOMB)
    assert scene.proxy.struck == 1
    assert met(scene, operation) == expected
    check_queue(scene, operation, expected)
    assert scene.effects() == effects_meanwhile(operation, kind, moment)
    assert peak < MOST_BYTES
    assert seconds < MOST_SECONDS

    scene.proxy.heal()
    scene.road.hurried = lambda _method, _path: False
    assert scene.later().problem is None
    if kind is Kind.DUPLICATE:
        scene.proxy.deliver_copies()
        assert scene.sync().problem is None
    operation.ended_well(scene)
    assert scene.effects() == operation.effects
    check_bytes(scene)


def measured(work, *, memory):
    """Return how much memory (if that is asked: it takes its time) and how many seconds a piece of work took."""
    began = time.monotonic()
    if memory:
        tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1], time.monotonic() - began
    finally:
        tracemalloc.stop()


def met(scene, operation):
    """Return class and code of the problem that the operation met, None for none; it was tried once."""
    results = [problem for asked, problem in scene.watched.results if asked == operation.asks]
    assert results[:-1] == [None] * (len(results) - 1)
    return results[-1] and (type(results[-1]), results[-1].code)


def check_queue(scene, operation, expected):
    if not operation.queues:
        assert scene.computer.desk.status().trouble == (expected and expected[1])
        return
    item = scene.item_now()
    assert item.intent == scene.item.intent
    if expected is None:
        assert item.state is OutboxState.SETTLED
        return
    kind, code = expected
    assert item.state is OutboxState.QUEUED
    assert item.attempts == operation.tries + (kind is Busy)
    assert item.problem_code == (code if kind is Busy else Trouble.CUT_OFF if operation.tries else None)
    assert item.can_be_taken_back == (code in NEVER_LEFT and not operation.tries)


def effects_meanwhile(operation, kind, moment):
    """Return what the marketplace has done so far: a reply that is lost is lost after the deed."""
    arrived = moment is not Moment.BEFORE or kind in {Kind.DUPLICATE, Kind.STALE}
    return operation.effects if arrived else operation.done_before


def check_bytes(scene):
    """Whatever went out for the action went out under one key with one content (I2)."""
    sent = {(asked.header("Idempotency-Key"), asked.body) for asked in scene.proxy.seen if asked.method != "GET"}
    assert len(sent) <= 1
