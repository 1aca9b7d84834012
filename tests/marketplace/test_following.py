"""Snapshot, cursor, changes and digest: a client that follows them ends with what the server has, always."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from marketplace.sandbox.sealed import seal, unseal
from tests.marketplace.devices import Writer, code_of
from tests.marketplace.sizes import size
from tests.support.marketplace import RunningMarketplace, running_marketplace

if TYPE_CHECKING:
    from tests.support.postgresql import NewDatabase


class Follower:
    """A client's copy: rows with a higher version win, tombstones stay in mind, nothing else is known."""

    def __init__(self, device: Writer) -> None:
        self.device = device
        self.rows: dict[tuple[str, str], Any] = {}
        self.versions: dict[tuple[str, str], int] = {}
        self.seen: set[int] = set()
        self.cursor = ""
        self.digest: Any = None

    def take(self, one: Any) -> None:
        place = (one["kind"], one["id"])
        self.seen.add(one["version"])
        if one["version"] > self.versions.get(place, 0):
            self.versions[place], self.rows[place] = one["version"], one["resource"]

    def start(self) -> Follower:
        items, self.cursor = self.device.snapshot()
        for one in items:
            self.take(one)
        return self

    def pull(self, limit: int = 200) -> None:
        more = True
        while more:
            page = self.device.changes(self.cursor, limit=limit).raise_for_status().json()
            for one in page["changes"]:
                self.take(one)
            self.cursor, more, self.digest = page["next_cursor"], page["has_more"], page["digest"]

    def calls(self) -> dict[str, int]:
        living = [place for place, row in self.rows.items() if row is not None and place[0] == "call_request"]
        return {name: self.versions[kind, name] for kind, name in living}

    def own_digest(self) -> Any:
        marks = [hashlib.sha256(f"{name}:{version}".encode()).digest() for name, version in self.calls().items()]
        whole = 0
        for mark in marks:
            whole ^= int.from_bytes(mark, "big")
        return {"count": len(marks), "xor": f"{whole:064x}"}


def test_a_snapshot_in_pages_holds_everything_once(database_url: str | None) -> None:
    with running_marketplace(database_url, requests=450) as market:
        device = Writer(market)
        first = device.http.get("/v1/snapshot").json()
        assert (len(first["items"]), first["cursor"]) == (200, None)
        items, cursor = device.snapshot()
        names = [(item["kind"], item["id"]) for item in items]
        assert len(names) == len(set(names)) == 459
        assert cursor
        assert all(item["version"] == item["resource"]["version"] for item in items)
        device.http.close()


def test_the_digest_is_that_of_all_living_calls(market: RunningMarketplace, writer: Writer) -> None:
    follower = Follower(writer).start()
    gone = market.event("invite")
    writer.accept(market.event("invite"))
    market.event("remove", call_request_id=gone["id"])
    market.advance(3600)
    follower.pull()
    assert follower.digest == follower.own_digest()
    assert gone["id"] not in follower.calls()


def test_several_changes_of_one_row_come_as_one(market: RunningMarketplace, writer: Writer) -> None:
    _, cursor = writer.snapshot()
    call = market.event("invite")
    writer.accept(call)
    market.event("move_slot", call_request_id=call["id"])
    (change,) = writer.changes(cursor).json()["changes"]
    assert (change["id"], change["op"], change["resource"]) == (call["id"], "upsert", writer.call(call))


def test_a_removed_call_comes_as_a_tombstone_with_its_note(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite")
    writer.write_note(call, "One.", None)
    _, cursor = writer.snapshot()
    market.event("remove", call_request_id=call["id"])
    changes = writer.changes(cursor).json()["changes"]
    assert [(one["kind"], one["op"], one["resource"]) for one in changes] == [
        ("call_request", "delete", None),
        ("prepared_note", "delete", None),
    ]
    assert code_of(writer.http.get(f"/v1/call-requests/{call['id']}")) == (404, "unknown-call-request")


def test_nothing_new_is_304_for_the_tag_of_the_last_answer(market: RunningMarketplace, writer: Writer) -> None:
    _, cursor = writer.snapshot()
    market.event("invite")
    first = writer.changes(cursor)
    again = {"cursor": first.json()["next_cursor"]}, {"If-None-Match": first.headers["ETag"]}
    quiet = writer.http.get("/v1/changes", params=again[0], headers=again[1])
    assert (quiet.status_code, quiet.content) == (304, b"")
    behind = writer.http.get("/v1/changes", params={"cursor": cursor}, headers=again[1])
    assert behind.status_code == 200
    market.event("invite")
    assert len(writer.http.get("/v1/changes", params=again[0], headers=again[1]).json()["changes"]) == 1


def test_pages_of_changes_miss_nothing_while_somebody_writes(database_url: str | None) -> None:
    with running_marketplace(database_url, requests=300) as market:
        device = Writer(market)
        follower = Follower(device).start()
        market.seed(300)
        for _ in range(30):
            page = device.changes(follower.cursor, limit=20).json()
            for one in page["changes"]:
                follower.take(one)
            follower.cursor = page["next_cursor"]
            call = next(
                row for (kind, _), row in follower.rows.items() if kind == "call_request" and row["status"] == "open"
            )
            device.decline(call)
        follower.pull()
        assert follower.digest == follower.own_digest()
        assert {row["id"] for row in market.calls()} == set(follower.calls())
        device.http.close()


def test_a_snapshot_taken_while_somebody_writes_agrees_after_one_pull() -> None:
    with running_marketplace(requests=1_000) as market:
        device = Writer(market)
        follower, done = Follower(device), threading.Event()

        def disturb() -> None:
            while not done.is_set():
                call = market.event("invite")
                market.event("remove", call_request_id=call["id"])

        with ThreadPoolExecutor(1) as pool:
            task = pool.submit(disturb)
            follower.start()
            done.set()
            task.result()
        follower.pull()
        assert follower.digest == follower.own_digest()
        device.http.close()


def test_change_numbers_have_no_gaps_and_appear_in_order_with_many_writers(
    new_postgresql_database: NewDatabase,
) -> None:
    """Eight writers over four workers, and a reader who polls all the time: numbers appear in their own order."""
    each, writers = size(40, 260), 8
    with running_marketplace(new_postgresql_database(), workers=4) as market:
        device = Writer(market)
        calls = [market.event("invite") for _ in range(writers)]
        follower, done = Follower(device).start(), threading.Event()

        def write(call: Any) -> list[int]:
            mine, base, versions = Writer(market), None, []
            for number in range(each):
                base = mine.write_note(call, f"Line {number}", base).raise_for_status().json()["revision"]
                versions.append(int(base.removeprefix("v")))
            mine.http.close()
            return versions

        def read() -> list[int]:
            heads = []
            while not done.is_set():
                page = device.changes(follower.cursor, limit=500).raise_for_status().json()
                heads += [one["version"] for one in page["changes"]]
                follower.cursor = page["next_cursor"]
            return heads

        with ThreadPoolExecutor(writers + 1) as pool:
            reader = pool.submit(read)
            try:
                written = [version for versions in pool.map(write, calls) for version in versions]
            finally:
                done.set()
            seen = reader.result()
        last = device.changes(follower.cursor).json()
        seen += [one["version"] for one in last["changes"]]
        device.http.close()
    assert len(set(written)) == each * writers
    assert sorted(written) == list(range(min(written), max(written) + 1))
    assert seen == sorted(seen), "an earlier change became visible after a later one"
    assert max(written) in seen


def test_a_poll_misses_no_row_that_many_writers_make(new_postgresql_database: NewDatabase) -> None:
    """Each writer makes rows that nobody touches again: not one of them may be missing from the reader's pages."""
    rows = size(15, 75)
    with running_marketplace(new_postgresql_database(), workers=4) as market:
        device = Writer(market)
        follower, done = Follower(device).start(), threading.Event()

        def invite(_: int) -> list[str]:
            return [market.event("invite")["id"] for _ in range(rows)]

        def read() -> None:
            while not done.is_set():
                follower.pull()
                assert follower.digest == follower.own_digest(), "the page and its digest are of two moments"

        with ThreadPoolExecutor(9) as pool:
            reader = pool.submit(read)
            try:
                made = [name for names in pool.map(invite, range(8)) for name in names]
            finally:
                done.set()
            reader.result()
        follower.pull()
        assert set(made) <= set(follower.calls())
        assert follower.digest == follower.own_digest()
        device.http.close()


def test_a_cursor_of_another_epoch_is_expired() -> None:
    with running_marketplace() as fresh:
        device = Writer(fresh)
        items, cursor = device.snapshot()
        epoch = fresh.start_new_epoch()
        assert code_of(device.changes(cursor)) == (410, "cursor-expired")
        assert device.changes(cursor).headers["Sync-Epoch"] == epoch != device.epoch
        assert len(device.snapshot()[0]) == len(items)
        device.http.close()


def test_a_page_of_another_epoch_is_expired() -> None:
    with running_marketplace(requests=250) as fresh:
        device = Writer(fresh)
        page = device.http.get("/v1/snapshot").json()["next_page"]
        fresh.start_new_epoch()
        assert code_of(device.http.get("/v1/snapshot", params={"page": page})) == (410, "cursor-expired")
        device.http.close()


def test_a_cursor_beyond_the_head_is_expired_even_when_nobody_told_the_epoch(database_url: str | None) -> None:
    with running_marketplace(database_url) as fresh:
        device = Writer(fresh)
        _, cursor = device.snapshot()
        engine = create_engine(fresh.database_url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE account SET seq = seq - 1"))
        engine.dispose()
        assert code_of(device.changes(cursor)) == (410, "cursor-expired")
        device.http.close()


@pytest.mark.parametrize("change", ["garbage", "cut", "one letter", "a page for a cursor", "missing", "too long"])
def test_a_cursor_that_somebody_wrote_on_is_malformed(market: RunningMarketplace, writer: Writer, change: str) -> None:
    _, cursor = writer.snapshot()
    broken = {
        "garbage": "nonsense",
        "cut": cursor[:-4],
        "one letter": cursor[:20] + ("A" if cursor[20] != "A" else "B") + cursor[21:],
        "a page for a cursor": cursor,
        "missing": None,
        "too long": cursor * 20,
    }[change]
    if change == "a page for a cursor":
        assert code_of(writer.http.get("/v1/snapshot", params={"page": broken})) == (400, "malformed")
    else:
        query = {"cursor": broken} if broken is not None else {}
        assert code_of(writer.http.get("/v1/changes", params=query)) == (400, "malformed")


def test_a_cursor_of_another_account_is_malformed(market: RunningMarketplace, writer: Writer) -> None:
    other = Writer(market, market.new_token("cursor-of-another"))
    _, cursor = other.snapshot()
    other.http.close()
    assert code_of(writer.changes(cursor)) == (400, "malformed")


@pytest.mark.parametrize("limit", ["0", "501", "-1", "ten", "", "1e2", "99999999999999999999"])
def test_a_limit_outside_its_bounds_is_refused(writer: Writer, limit: str) -> None:
    _, cursor = writer.snapshot()
    assert code_of(writer.changes(cursor, limit=limit)) == (422, "validation")


def test_a_sealed_word_opens_only_with_its_secret() -> None:
    secret, other = "ab" * 32, "cd" * 32
    word = seal(secret, ["cursor", 7])
    assert unseal(secret, word) == ["cursor", 7]
    with pytest.raises(ValueError, match="not a cursor"):
        unseal(other, word)
