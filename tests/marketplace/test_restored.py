"""A backup is put back (A10): what a client can notice, with the tool that tells it and without."""

from __future__ import annotations

from tests.marketplace.devices import Writer, code_of
from tests.support.marketplace import running_marketplace


def test_without_the_tool_the_epoch_stays_and_the_head_went_back() -> None:
    with running_marketplace() as market:
        device, backup = Writer(market), market.keep_backup()
        _, before = device.snapshot()
        accepted = device.accept(market.event("invite"), key="lost").json()["call_request"]
        _, cursor = device.snapshot()
        head = device.changes(cursor).json()["head_seq"]
        market.put_back(backup)
        assert device.http.get("/v1/meta").json()["epoch"] == device.epoch
        assert code_of(device.changes(cursor)) == (410, "cursor-expired")
        assert device.changes(before).json()["head_seq"] < head
        assert code_of(device.http.get(f"/v1/call-requests/{accepted['id']}")) == (404, "unknown-call-request")
        assert code_of(device.http.get("/v1/commands/lost")) == (404, "unknown-command")
        device.http.close()


def test_without_the_tool_numbers_are_given_out_again_and_the_digest_tells() -> None:
    with running_marketplace() as market:
        device, backup = Writer(market), market.keep_backup()
        market.event("invite", subject="Before")
        _, cursor = device.snapshot()
        old = device.changes(cursor).json()
        market.put_back(backup)
        market.event("invite", subject="After")
        market.event("invite", subject="And another")
        new = device.changes(cursor).json()
        assert [change["resource"]["subject"] for change in new["changes"]] == ["And another"]
        assert new["digest"]["count"] == old["digest"]["count"] + 1
        assert new["digest"]["xor"] != old["digest"]["xor"]
        device.http.close()


def test_with_the_tool_every_cursor_and_every_write_of_before_is_refused() -> None:
    with running_marketplace() as market:
        device, backup = Writer(market), market.keep_backup()
        _, cursor = device.snapshot()
        market.put_back(backup)
        fresh = market.start_new_epoch()
        assert fresh != device.epoch
        assert device.changes(cursor).headers["Sync-Epoch"] == fresh
        assert code_of(device.changes(cursor)) == (410, "cursor-expired")
        assert code_of(device.decline(market.event("invite"))) == (409, "epoch-changed")
        device.epoch = fresh
        assert device.decline(market.event("invite")).status_code == 200
        device.http.close()
