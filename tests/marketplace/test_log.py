"""What the marketplace writes about its work: lines of JSON in which nobody's token, PIN or words are found."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from tests.marketplace.browsers import Browser, Program
from tests.marketplace.devices import Writer, code_of
from tests.support.marketplace import RunningMarketplace, running_marketplace

if TYPE_CHECKING:
    from pathlib import Path


def lines_of(path: Path) -> list[Any]:
    """Read a log of one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def written_by(market: RunningMarketplace) -> str:
    return market.log_file.read_text(encoding="utf-8") + market.errors()


def test_every_request_is_one_line_of_json_without_query_headers_and_body() -> None:
    with running_marketplace() as market:
        device = Writer(market)
        device.http.get("/v1/changes?cursor=canary-query", headers={"Request-Id": "abc-1_2"})
        line = lines_of(market.log_file)[-1]
        assert line == {
            "at": "2026-09-14T15:00:00+00:00",
            "method": "GET",
            "path": "/v1/changes",
            "status": 400,
            "request_id": "abc-1_2",
        }
        device.http.close()


def test_no_token_no_pin_and_no_word_of_a_person_is_in_the_log() -> None:
    with running_marketplace() as market:
        device, browser, program = Writer(market), Browser(market), Program(market)
        call = market.event("invite")
        line = device.accept(call, key="key-canary").json()["call_request"]["line"]
        device.write_note(call, "canary-note", None)
        tokens = program.redeem(browser.allow("canary-name")).json()
        program.status(tokens["access_token"])
        program.refresh(tokens["refresh_token"])
        program.revoke(tokens["refresh_token"])
        secrets = [market.token, tokens["access_token"], tokens["refresh_token"], "canary-note", "canary-name"]
        assert len(lines_of(market.log_file)) > 10
        assert not [secret for secret in [*secrets, line["pin"], line["number"]] if secret in written_by(market)]
        for one in (device.http, browser, program):
            one.close()


def test_a_fault_of_the_database_is_logged_in_full_but_for_what_was_to_be_stored() -> None:
    with running_marketplace() as market:
        device, call = Writer(market), market.event("invite")
        with closing(sqlite3.connect(market.database_url.removeprefix("sqlite:///"))) as connection:
            connection.execute("ALTER TABLE note_text RENAME TO gone")
            connection.execute("CREATE TABLE note_text (account_id, kind, call_id, revision, text CHECK (false))")
            connection.commit()
        answer = device.write_note(call, "canary-note", None)
        device.http.close()
        assert code_of(answer) == (500, "internal")
        market.stop()
        faults = lines_of(market.folder / "stderr.log")
        assert any("CHECK constraint failed" in fault.get("trace", "") for fault in faults)
        assert "canary-note" not in written_by(market) + answer.text
        assert market.token not in written_by(market)
