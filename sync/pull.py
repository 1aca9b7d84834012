"""Reads what is new at the marketplace: the whole account at first, then the changes behind the cursor (A2).

A marketplace that went back in time is noticed here by its epoch, its change number or a row that is older than ours;
the account is read anew then, nothing is deleted, and lost actions are looked for (A10).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sync.domain.changes import Changed
from sync.domain.problems import Busy, Problem, Resync, Trouble
from sync.store.restore import WentBack

if TYPE_CHECKING:
    from sync.domain.rows import Digest
    from sync.ports import ChangesPage, Clock, Marketplace, SnapshotPage
    from sync.store.ledgers import Ledgers
    from sync.store.outbox import Merge
    from sync.store.queries import Queries

PAGES: Final = 1_000
"""More pages than this in one pull are a loop, not an account."""

BEGINNINGS: Final = 4
"""So often a pull begins: at the cursor; with a snapshot, which may show that the marketplace went back; anew."""


class Pull:
    """Brings one account's rows up to date; every page is stored with its cursor before the next is asked for."""

    def __init__(
        self,
        marketplace: Marketplace,
        queries: Queries,
        ledgers: Ledgers,
        clock: Clock,
        new_key: Callable[[], str],
        merge: Merge,
        announce: Callable[[Changed], None],
    ) -> None:
        self._marketplace = marketplace
        self._queries = queries
        self._ledgers = ledgers
        self._clock = clock
        self._new_key = new_key
        self._merge = merge
        self._announce = announce

    def run(self) -> None:
        """Follow the changes to their end, taking a snapshot where there is no cursor or none that holds."""
        cursor = self._queries.sync_state().cursor
        last: Problem = Busy(Trouble.GARBLED, "a history that goes back while it is read")
        for _ in range(BEGINNINGS):
            try:
                self._follow(cursor or self.take_snapshot())
            except WentBack:
                self._begin_anew(self._queries.sync_state().epoch or "")
            except Resync as problem:
                last = problem
            else:
                return
            cursor = None
        raise last

    def take_snapshot(self) -> str:
        """Read the whole account; rows that it does not list are marked, never deleted. Returns the cursor.

        Raises WentBack when it shows an older state than was shown before under the same epoch.
        """
        listed: set[str] = set()
        unreadable = head = 0
        page: str | None = None
        for _ in range(PAGES):
            answer = self._marketplace.snapshot(page)
            if page is None:
                self._enter(answer)
                head = answer.as_of
            elif answer.epoch != self._queries.sync_state().epoch:
                raise Busy(Trouble.GARBLED, "the marketplace began a new history during a snapshot")
            self._tell(self._ledgers.apply_snapshot_page(answer.rows, head))
            listed |= {call.id for call in answer.rows.calls}
            listed |= {f"{note.call_id}/{note.part}" for note in answer.rows.notes}
            unreadable += answer.rows.unreadable
            if answer.next_page is None and answer.cursor is not None:
                self._finish(listed, answer.cursor, head, unreadable)
                return answer.cursor
            if answer.next_page in {None, page}:
                break
            page = answer.next_page
        raise Busy(Trouble.GARBLED, "a snapshot without an end")

    def _finish(self, listed: set[str], cursor: str, head: int, unreadable: int) -> None:
        self._tell(
            self._ledgers.finish_snapshot(
                listed,
                cursor,
                head=head,
                unreadable=unreadable,
                now=self._clock.now() + (self._marketplace.clock_offset or timedelta(0)),
                new_key=self._new_key,
                merge=self._merge,
            )
        )

    def _enter(self, answer: SnapshotPage) -> None:
        """Begin the marketplace's history: another epoch than before, or a lower number, means that it went back."""
        state = self._queries.sync_state()
        if state.epoch is None:
            self._ledgers.begin_epoch(answer.epoch, self._clock.now(), returning=False)
        elif state.epoch != answer.epoch or answer.as_of < (state.head_seq_seen or 0):
            self._begin_anew(answer.epoch)

    def _begin_anew(self, epoch: str) -> None:
        self._ledgers.begin_epoch(epoch, self._clock.now(), returning=True)

    def _follow(self, cursor: str) -> None:
        state = self._queries.sync_state()
        for _ in range(PAGES):
            page = self._marketplace.changes(cursor)
            if page.epoch != state.epoch:
                raise Resync("epoch-changed")
            if page.head_seq < (state.head_seq_seen or 0):
                raise WentBack
            if _is_news(page, cursor, state.head_seq_seen):
                self._tell(self._ledgers.apply_changes(page))
            if not page.has_more:
                self._compare(page.digest)
                return
            if page.next_cursor == cursor:
                break
            cursor = page.next_cursor
        raise Busy(Trouble.GARBLED, "changes without an end")

    def _compare(self, digest: Digest | None) -> None:
        """Take a snapshot when the rows differ twice in a row, and ever more rarely when they never agree."""
        misses = self._ledgers.check_digest(digest) if digest is not None else 0
        if misses > 1 and misses & (misses - 1) == 0:
            raise Resync("digest")

    def _tell(self, changed: Changed) -> None:
        if changed.kinds:
            self._announce(changed)


def _is_news(page: ChangesPage, cursor: str, head_seen: int | None) -> bool:
    return bool(page.next_cursor != cursor or page.rows or page.head_seq != head_seen)
