"""Every row of the error table, as the answer to every question: the state, the wait and the sentence are the table's.

An action meets row after row under one key, or under a new one where it was refused and the writer asks again; it is
never lost, and in the end the marketplace counts one effect.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.domain.intents import OutboxState
from sync.domain.problems import Busy, Outdated, Refused, Resync
from tests.faults.error_rows import ROWS, WORDS
from tests.faults.operations import NOTE_OF, OPERATIONS, OUTCOME
from tests.support.faults import Fault, Kind, Moment
from ui.sentences import problem_sentence

ACTIONS = [one for one in OPERATIONS if one.queues and one is not OUTCOME]
READINGS = [one for one in OPERATIONS if not one.queues]


@pytest.fixture(scope="module")
def scene_of(stage):
    """Keep one scene an operation for as long as its action is in the queue, and make it ready to ask once more."""
    kept, scenes = {}, []

    def ready(operation):
        scene = kept.get(operation)
        if scene is None or (scene.item and scene.item_now().state not in {OutboxState.QUEUED, OutboxState.REJECTED}):
            scene = kept[operation] = stage.scene(fresh=operation.fresh)
            scenes.append(scene)
            operation.begin(scene)
        if scene.item and scene.item_now().state is OutboxState.REJECTED:
            scene.item = scene.computer.desk.retry(scene.item.key)
        scene.computer.clock.advance(timedelta(minutes=3))
        scene.computer.desk.send_waiting()
        return scene

    yield ready
    for scene in scenes:
        scene.close()


def answered(scene, operation, row):
    """Run a round in which the operation gets the row's answer, and no request of it reaches the marketplace."""
    now = scene.computer.clock.now()
    members = {"retry_at": (now + row.wait).isoformat()} if row.members else {}

    def hits(asked):
        return operation.hits(asked.method, asked.path) or asked.path == "/v1/elsewhere"

    scene.proxy.arm(Fault(Kind.ANSWER, Moment.BEFORE, hits, own=row.answer(**members)))
    try:
        return scene.sync()
    finally:
        scene.proxy.heal()


def problem_of(report):
    kind = Refused if isinstance(report.problem, Outdated) else type(report.problem)
    return kind, report.problem.code


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("operation", ACTIONS, ids=str)
def test_an_answer_to_an_action_leaves_it_as_the_table_says(scene_of, operation, row):
    scene = scene_of(operation)
    before, now = scene.item_now(), scene.computer.clock.now()
    report = answered(scene, operation, row)
    item = scene.item_now()
    assert (item.key, item.intent) == (before.key, before.intent)
    if operation is NOTE_OF and row.code == "revision-mismatch":
        # Not a no: the text goes out again as a new action, over what stands there now (A8).
        assert item.state is OutboxState.CANCELLED
        return
    assert item.state is (OutboxState.REJECTED if row.means is Refused else OutboxState.QUEUED)
    assert item.attempts == before.attempts + (row.means is Busy)
    if row.means in {Refused, Busy}:
        assert (item.problem_code, item.problem_detail) == (row.told, WORDS if row.code else "")
    else:
        assert problem_of(report) == (row.means, row.told)
    if row.wait is not None:
        assert item.not_before == now + row.wait


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("operation", READINGS, ids=str)
def test_an_answer_to_a_reading_changes_nothing_and_is_told(scene_of, operation, row):
    scene = scene_of(operation)
    before, now = scene.computer.view(), scene.computer.clock.now()
    report = answered(scene, operation, row)
    # Whatever is wrong with a cursor, a new one is the cure.
    means = Resync if row.means is Refused and operation.name == "changes" else row.means
    assert problem_of(report) == (means, row.told)
    status = scene.computer.desk.status()
    assert (status.trouble, status.trouble_detail) == (row.told, WORDS if row.code else "")
    assert status.next_try_at >= now + (row.wait or timedelta())
    assert set(scene.computer.view()) >= set(before)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_answer_to_the_question_what_became_of_an_action_does_not_lose_it(scene_of, row):
    scene = scene_of(OUTCOME)
    before = scene.item_now()
    report = answered(scene, OUTCOME, row)
    item = scene.item_now()
    assert item.key == before.key
    if row.means is Refused:
        # A marketplace that does not tell: the same key is sent again, and finds what it did the first time.
        assert (item.state, report.problem) == (OutboxState.SETTLED, None)
        OUTCOME.ended_well(scene)
        return
    assert item.state is OutboxState.QUEUED
    assert item.attempts == before.attempts + (row.means is Busy)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_answer_is_told_in_the_words_for_it(row):
    sentence = problem_sentence(row.told, WORDS)
    assert sentence.title == row.title
    assert WORDS in sentence.quote


@pytest.mark.parametrize("operation", [*ACTIONS, OUTCOME], ids=str)
def test_after_all_these_answers_the_action_is_done_once(scene_of, operation):
    scene = scene_of(operation)
    scene.count_from_here()
    assert scene.sync().problem is None
    operation.ended_well(scene)
    assert scene.effects() == operation.effects - operation.done_before
