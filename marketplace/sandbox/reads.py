"""The endpoints that only read: snapshot, changes, one call, note, profile, what a key did (A1, A2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, Response

from marketplace.sandbox.commands import KEY_LIFE
from marketplace.sandbox.endpoint import Answer, Asked, sandbox_of
from marketplace.sandbox.instants import from_seconds, to_exact_text, to_text
from marketplace.sandbox.intake import ID, page_size
from marketplace.sandbox.ledger import Item, Json, Reading, open_reading
from marketplace.sandbox.problems import Problem
from marketplace.sandbox.sealed import seal, unseal

if TYPE_CHECKING:
    from starlette.requests import Request

MESSAGE_CHARS: Final = 4_000
NOTE_CHARS: Final = 100_000
CHANGES_PAGE: Final = 500
CHANGES_DEFAULT: Final = 200
SNAPSHOT_PAGE: Final = 200
NOTE_PARTS: Final = ("prepared", "live", "answers")
"""Written before the call, written during it, and the answers to prepared questions."""


def meta(request: Request) -> Response:
    """Tell who this is and what it can do; the one answer that needs no token."""
    sandbox = sandbox_of(request)
    limits = {
        "message_chars": MESSAGE_CHARS,
        "note_chars": NOTE_CHARS,
        "changes_page": CHANGES_PAGE,
        "snapshot_page": SNAPSHOT_PAGE,
        "key_life_days": KEY_LIFE.days,
    }
    return JSONResponse(
        {
            "name": "Foreword practice marketplace",
            "practice": sandbox.practice,
            "api_versions": ["1"],
            "min_client": "0.1.0",
            "epoch": request.state.epoch,
            "server_time": to_exact_text(sandbox.clock.now()),
            "limits": limits,
        }
    )


def snapshot(asked: Asked) -> Answer:
    """Give the whole account page by page; the first page pins from where the changes go on."""
    with open_reading(asked.sandbox.database, asked.account_id) as reading:
        page = asked.request.query_params.get("page")
        as_of, place = reading.seq, ("", "")
        if page is not None:
            as_of, kind, item_id = _unseal(reading, "page", page)
            place = (kind, item_id)
        rows = reading.page_after(place, SNAPSHOT_PAGE + 1)
        more = len(rows) > SNAPSHOT_PAGE
        rows = rows[:SNAPSHOT_PAGE]
        body = {
            "items": [{"kind": row.kind, "id": row.id, "version": row.version, "resource": row.body} for row in rows],
            "next_page": _seal(reading, "page", as_of, rows[-1].kind, rows[-1].id) if more else None,
            "as_of": as_of,
            "cursor": None if more else _seal(reading, "cursor", as_of),
        }
        return Answer(body, reading.seq)


def changes(asked: Asked) -> Answer:
    """Give what changed behind the cursor, each row once and as it is now."""
    size = page_size(asked.request, CHANGES_DEFAULT, CHANGES_PAGE)
    cursor = asked.request.query_params.get("cursor")
    if cursor is None:
        raise Problem("malformed", "The changes need a cursor; the last page of a snapshot has one.")
    with open_reading(asked.sandbox.database, asked.account_id) as reading:
        (seen,) = _unseal(reading, "cursor", cursor)
        if seen > reading.seq:
            raise Problem("cursor-expired", "The marketplace went back in time. Take a snapshot.")
        rows = reading.changed_since(seen, size + 1)
        more = len(rows) > size
        rows = rows[:size]
        body = {
            "changes": [_change(row) for row in rows],
            "next_cursor": _seal(reading, "cursor", rows[-1].version if more else reading.seq),
            "has_more": more,
            "head_seq": reading.seq,
            "digest": None if more else {"count": reading.live_count, "xor": reading.live_xor},
        }
        return Answer(body, reading.seq, etag=f"v{reading.seq}", revalidates=seen == reading.seq)


def call_request(asked: Asked) -> Answer:
    """Give one call request."""
    with open_reading(asked.sandbox.database, asked.account_id) as reading:
        found = find_call(reading, asked.request.path_params["id"])
        return Answer(_alive(found), reading.seq, etag=f"v{found.version}", revalidates=True)


def note(asked: Asked) -> Answer:
    """Give one of the notes of a call."""
    kind = f"{note_part(asked.request)}_note"
    with open_reading(asked.sandbox.database, asked.account_id) as reading:
        call = find_call(reading, asked.request.path_params["id"])
        found = reading.find(kind, call.id)
        if found is None or found.body is None:
            raise Problem("unknown-note", "Nothing was noted for this call so far.")
        return Answer(found.body, reading.seq, etag=found.body["revision"], revalidates=True)


def profile(asked: Asked) -> Answer:
    """Give the writer's public profile."""
    with open_reading(asked.sandbox.database, asked.account_id) as reading:
        found = reading.find("profile", "profile")
        if found is None or found.body is None:
            raise Problem("internal", "This account has no profile.")
        return Answer(found.body, reading.seq, etag=f"v{found.version}", revalidates=True)


def command(asked: Asked) -> Answer:
    """Tell what an idempotency key did, for a client that did not hear the answer."""
    key = asked.request.path_params["key"]
    with open_reading(asked.sandbox.database, asked.account_id) as reading:
        kept = reading.kept_command(key) if ID.fullmatch(key) else None
        if kept is None:
            raise Problem("unknown-command", "No command came with this key.")
        body = {
            "key": kept.key,
            "operation": kept.operation,
            "status": kept.status,
            "body": kept.body,
            "completed_at": to_text(from_seconds(kept.created_at)),
        }
        return Answer(body, reading.seq)


def note_part(request: Request) -> str:
    """Return which of a call's notes the address names; Problem 404 for any other."""
    part = str(request.path_params["part"])
    if part not in NOTE_PARTS:
        raise Problem("unknown-note", f"The notes of a call are: {', '.join(NOTE_PARTS)}.")
    return part


def find_call(reading: Reading, call_id: str) -> Item:
    """Return the living call with this id; Problem 404 for all others, those of other accounts included."""
    found = reading.find("call_request", call_id) if ID.fullmatch(call_id) else None
    if found is None or found.body is None:
        raise Problem("unknown-call-request", "There is no call request with this id.")
    return found


def _alive(found: Item) -> Json:
    return found.body or {}


def _change(row: Item) -> Json:
    op = "delete" if row.body is None else "upsert"
    return {"kind": row.kind, "id": row.id, "version": row.version, "op": op, "resource": row.body}


def _seal(reading: Reading, what: str, *fields: Any) -> str:
    return seal(reading.secret, [what, reading.epoch, reading.account_id, *fields])


def _unseal(reading: Reading, what: str, word: str) -> list[Any]:
    try:
        named, epoch, account_id, *fields = unseal(reading.secret, word)
    except ValueError as error:
        raise Problem("malformed", "This cursor was not made by this marketplace.") from error
    if named != what or account_id != reading.account_id:
        raise Problem("malformed", "This cursor belongs elsewhere.")
    if epoch != reading.epoch:
        raise Problem("cursor-expired", "The marketplace's history has changed. Take a snapshot.")
    return fields
