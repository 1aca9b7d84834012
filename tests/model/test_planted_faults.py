"""The laws are worth something: each fault that is planted in the core is found within a few histories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from sync import pull, push, round  # noqa: A004 - the module of that name
from sync.domain.notes import Merged
from sync.domain.problems import Refused
from sync.domain.rows import Rows
from sync.store import calls, ledgers, outbox, restore, stated, texts
from sync.store.outbox import Outbox
from sync.store.schema import OUTBOX
from tests.model import device
from tests.model.device import Template
from tests.model.world import live_through, steps_of

SEEDS = 40
Patch = pytest.MonkeyPatch


def _make_a_new_key_for_each_try(patch: Patch) -> None:
    def ask(self: Any, item: Any, epoch: str) -> Any:
        key = item.key if item.attempts == 0 else f"{item.key}again{item.attempts}"
        return self._marketplace.send(key, item.intent, epoch, item.base)

    patch.setattr(push.Push, "_ask", ask)


def _save_the_cursor_before_its_rows(patch: Patch) -> None:
    whole = ledgers.Ledgers.apply_changes

    def in_two(self: Any, page: Any) -> Any:
        whole(self, replace(page, rows=Rows()))
        return whole(self, page)

    patch.setattr(ledgers.Ledgers, "apply_changes", in_two)


def _let_the_overlay_go_with_the_yes(patch: Patch) -> None:
    def keep_nothing(connection: Any, rows: Any) -> Any:
        return stated.NOTHING

    def acknowledge(self: Any, key: str, outcome: Any, now: Any) -> Any:
        with patch.context() as inner:
            inner.setattr(stated, "apply", keep_nothing)
            changed = whole(self, key, outcome, now)
        with self._database.write() as connection:
            connection.execute(OUTBOX.update().where(OUTBOX.c.state == "acked").values(state="settled"))
        return changed

    whole = Outbox.acknowledge
    patch.setattr(Outbox, "acknowledge", acknowledge)


def _forget_what_was_on_its_way(patch: Patch) -> None:
    patch.setattr(Outbox, "requeue_inflight", lambda _self: 0)


def _take_older_rows_for_newer(patch: Patch) -> None:
    whole = calls._versions
    patch.setattr(calls, "_versions", lambda connection, ids: dict.fromkeys(whole(connection, ids), -1))
    patch.setattr(restore, "look_for_older", lambda _connection, _rows, _as_of: None)


def _overlook_a_new_epoch(patch: Patch) -> None:
    def enter(self: Any, answer: Any) -> None:
        if self._queries.sync_state().epoch is None:
            self._ledgers.begin_epoch(answer.epoch, self._clock.now(), returning=False)

    patch.setattr(pull.Pull, "_enter", enter)


def _take_a_lost_reply_for_a_no(patch: Patch) -> None:
    patch.setattr(push.Push, "_wait", lambda self, item, problem: self._park(item, Refused(problem.code)))


def _let_theirs_win(patch: Patch) -> None:
    def theirs_only(_base: str, _mine: str, theirs: str, **_marks: Any) -> Merged:
        return Merged(theirs, conflict=False)

    patch.setattr(device, "merge", theirs_only)


def _let_mine_win(patch: Patch) -> None:
    def mine_only(_base: str, mine: str, _theirs: str, **_marks: Any) -> Merged:
        return Merged(mine, conflict=False)

    patch.setattr(device, "merge", mine_only)


def _let_followers_go_on(patch: Patch) -> None:
    patch.setattr(outbox, "_block_followers", lambda _connection, _key, _now: None)


def _end_a_snapshot_at_its_first_page(patch: Patch) -> None:
    def first_page_only(self: Any) -> str:
        answer = self._marketplace.snapshot(None)
        self._enter(answer)
        self._ledgers.apply_snapshot_page(answer.rows, answer.as_of)
        cursor = answer.cursor or f"{answer.epoch}:{answer.as_of}"
        self._finish({call.id for call in answer.rows.calls}, cursor, answer.as_of, 0)
        return cursor

    patch.setattr(pull.Pull, "take_snapshot", first_page_only)


def _sweep_what_could_not_be_read(patch: Patch) -> None:
    whole = ledgers.Ledgers.finish_snapshot

    def finish(self: Any, listed: set[str], cursor: str, **more: Any) -> Any:
        return whole(self, listed, cursor, **(more | {"unreadable": 0}))

    patch.setattr(ledgers.Ledgers, "finish_snapshot", finish)


def _write_over_the_other_device(patch: Patch) -> None:
    whole = push.Push._ask

    def ask(self: Any, item: Any, epoch: str) -> Any:
        place = (getattr(item.intent, "call_id", ""), getattr(item.intent, "part", None))
        note = self._marketplace.server.state.notes.get(place)
        over = note is not None and item.attempts == 0
        return whole(self, item._replace(base=note.revision) if over else item, epoch)

    patch.setattr(push.Push, "_ask", ask)


def _forget_that_it_may_have_arrived(patch: Patch) -> None:
    def postpone(self: Any, key: str, not_before: Any, problem: Any, now: Any) -> None:
        with self._database.write() as connection:
            unsent = {"state": "queued", "first_sent_at": None}
            connection.execute(OUTBOX.update().where(OUTBOX.c.key == key).values(unsent))

    patch.setattr(Outbox, "postpone", postpone)


def _leave_unlisted_notes_as_they_are(patch: Patch) -> None:
    patch.setattr(texts, "mark_unlisted", lambda _connection, _listed: set())


def _end_a_round_before_the_second_push(patch: Patch) -> None:
    patch.setattr(round.Round, "_exchange", lambda self: self._pull.run())


FAULTS: list[tuple[Callable[[Patch], None], int]] = [
    (_make_a_new_key_for_each_try, 0),
    (_save_the_cursor_before_its_rows, 0),
    (_let_the_overlay_go_with_the_yes, 0),
    (_forget_what_was_on_its_way, 0),
    (_take_older_rows_for_newer, 160),
    (_overlook_a_new_epoch, 0),
    (_take_a_lost_reply_for_a_no, 0),
    (_let_theirs_win, 0),
    (_let_mine_win, 0),
    (_let_followers_go_on, 0),
    (_end_a_snapshot_at_its_first_page, 0),
    (_sweep_what_could_not_be_read, 0),
    (_write_over_the_other_device, 0),
    (_forget_that_it_may_have_arrived, 0),
    (_leave_unlisted_notes_as_they_are, 0),
    (_end_a_round_before_the_second_push, 0),
]
"""Each fault, and the first of the seeds that are tried: rare ones would take minutes from the first seed on."""


@contextmanager
def planted(fault: Callable[[Patch], None]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        fault(patch)
        yield


def first_seed_that_finds(fault: Callable[[Patch], None], start: int, template: Template) -> int | None:
    with planted(fault):
        for seed in range(start, start + SEEDS):
            try:
                live_through(steps_of(seed), template)
            except (AssertionError, RecursionError):
                return seed
    return None


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("fault", "start"), FAULTS, ids=[fault.__name__.strip("_") for fault, _ in FAULTS])
def test_a_planted_fault_is_found(template: Template, fault: Callable[[Patch], None], start: int) -> None:
    assert first_seed_that_finds(fault, start, template) is not None
