"""The error table, row by row: what each answer of the contract means for the action and the account."""

from __future__ import annotations

import pytest

from sync.api.verdict import TABLE, Answer, problem_of
from sync.domain.problems import Busy, Offline, Outdated, Paused, Refused, Resync
from tests.support.desks import NOW

REFUSED = [
    (400, "malformed"),
    (403, "not-allowed"),
    (404, "unknown-call-request"),
    (405, "unsupported"),
    (406, "unsupported"),
    (409, "slot-taken"),
    (409, "slot-gone"),
    (409, "call-withdrawn"),
    (409, "call-expired"),
    (409, "already-declined"),
    (409, "already-accepted-other-slot"),
    (409, "setting-changed"),
    (410, "key-expired"),
    (413, "too-large"),
    (415, "unsupported"),
    (422, "validation"),
    (422, "key-reuse"),
    (428, "precondition-required"),
    (431, ""),
    (418, "something-new"),
    (302, ""),
    (501, "unsupported"),
]
BUSY = [
    (408, ""),
    (425, ""),
    (409, "in-progress"),
    (409, "too-early"),
    (429, "rate-limited"),
    (500, ""),
    (502, ""),
    (503, ""),
    (504, ""),
    (599, "something-new"),
    (999, ""),
]
PAUSED = [
    (401, "token-expired"),
    (401, "anything"),
    (402, "quota"),
    (403, "account-suspended"),
    (426, "client-too-old"),
    (507, "quota"),
]
OUTDATED = [(412, "revision-mismatch")]
RESYNC = [(409, "epoch-changed"), (410, "cursor-expired")]
ROWS = [
    *((row, Refused) for row in REFUSED),
    *((row, Busy) for row in BUSY),
    *((row, Paused) for row in PAUSED),
    *((row, Resync) for row in RESYNC),
    *((row, Outdated) for row in OUTDATED),
    ((511, ""), Offline),
]


@pytest.mark.parametrize(("row", "kind"), ROWS, ids=lambda value: str(value) if isinstance(value, tuple) else "")
def test_an_answer_means(row, kind):
    status, code = row
    assert type(problem_of(Answer(status, code, "their words"))) is kind


@pytest.mark.parametrize("status", [429, 503])
def test_a_marketplace_that_names_a_time_is_left_alone_as_a_whole_until_then(status):
    problem = problem_of(Answer(status, retry_at=NOW))
    assert (problem.retry_at, problem.everything) == (NOW, True)


def test_an_action_that_a_troubled_marketplace_could_not_take_holds_up_no_other():
    assert not problem_of(Answer(503)).everything


def test_every_row_of_the_table_is_told_here():
    told = {status for (status, _), _ in ROWS}
    assert {status for status, _ in TABLE} <= told


def test_their_words_are_kept():
    assert problem_of(Answer(409, "slot-taken", "Lee took it.")).detail == "Lee took it."


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [(503, "unavailable", "unavailable"), (500, "internal", "http-500"), (599, "something-new", "http-599")],
)
def test_a_wait_is_told_by_its_code_if_that_tells_more_than_the_status(status, code, told):
    assert problem_of(Answer(status, code)).code == told


def test_a_marketplace_that_asks_for_patience_asks_it_for_everything():
    assert problem_of(Answer(429)).everything


@pytest.mark.parametrize("status", [409, 500, 502, 503, 504])
def test_one_action_that_is_not_answered_does_not_hold_up_the_others(status):
    assert not getattr(problem_of(Answer(status, "in-progress")), "everything", False)
