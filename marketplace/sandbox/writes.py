"""The endpoints that change something: accept, decline, no-show, note, profile (A1, A4, A7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from marketplace.sandbox import commands, intake, moves, practice
from marketplace.sandbox.calls import make_line_of, put_call, settle
from marketplace.sandbox.endpoint import Answer, Asked
from marketplace.sandbox.instants import to_exact_text, to_seconds, to_text
from marketplace.sandbox.intake import Form
from marketplace.sandbox.ledger import Item, Json, Writing, open_writing
from marketplace.sandbox.problems import Problem
from marketplace.sandbox.reads import MESSAGE_CHARS, NOTE_CHARS, find_call, note_part
from marketplace.sandbox.rivals import meet_rivals

if TYPE_CHECKING:
    from datetime import datetime

REASON_CHARS: Final = 200
LONGEST_WAIT_MINUTES: Final = 600

PROFILE_TEXTS: Final[Mapping[str, tuple[int, bool]]] = {
    "display_name": (80, False),
    "headline": (120, False),
    "about": (4_000, True),
}
"""The profile's text fields: how many characters, and whether of several lines."""

Move = Callable[[Writing, moves.Call], tuple[moves.Call, str | None]]


def accept(asked: Asked) -> Answer:
    """Take one of the offered times."""
    form = Form(intake.json_body(asked.request))
    wanted = moves.Wanted(form.id("slot_id"), form.instant("starts_at"))
    seen = form.integer("seen_version", 0)
    form.check()

    def move(writing: Writing, call: moves.Call) -> tuple[moves.Call, str | None]:
        line = make_line_of(asked.sandbox.chance, writing.account_id, call["id"])
        changed = moves.accept(call, wanted, asked.now, line)
        if changed is not call:
            writing.claim_time(wanted.slot_id, to_seconds(asked.now))
        return changed, None

    def meet(writing: Writing, found: Item) -> Item:
        met = meet_rivals(writing, found, wanted.slot_id, asked.now)
        return practice.meet_accept(writing, met, wanted.slot_id)

    payload = [wanted.slot_id, to_exact_text(wanted.starts_at), seen]
    return _move_call(asked, "accept", payload, move, before=meet)


def decline(asked: Asked) -> Answer:
    """Say no, with a message to the customer."""
    form = Form(intake.json_body(asked.request))
    message = form.text("message", MESSAGE_CHARS, multiline=True)
    reason = form.optional_text("reason", REASON_CHARS)
    seen = form.integer("seen_version", 0)
    form.check()

    def move(writing: Writing, call: moves.Call) -> tuple[moves.Call, str | None]:
        changed = moves.decline(call, message, reason, asked.now)
        if changed is call:
            return call, message
        practice.meet_decline(writing, call["id"], asked.now)
        return changed, None

    return _move_call(asked, "decline", [message, reason, seen], move)


def report_no_show(asked: Asked) -> Answer:
    """Report that nobody joined."""
    form = Form(intake.json_body(asked.request))
    party = form.choice("party", ("customer",))
    waited = form.integer("waited_minutes", 5, LONGEST_WAIT_MINUTES)
    form.check()

    def move(_writing: Writing, call: moves.Call) -> tuple[moves.Call, str | None]:
        return moves.report_no_show(call, party, waited, asked.now), None

    return _move_call(asked, "report_no_show", [party, waited], move)


def _move_call(
    asked: Asked,
    operation: str,
    payload: list[Any],
    move: Move,
    before: Callable[[Writing, Item], Item] = lambda _writing, found: found,
) -> Answer:
    call_id = asked.request.path_params["id"]

    def act(writing: Writing) -> Json:
        found = before(writing, settle(writing, find_call(writing, call_id), asked.now))
        call = found.body or {}
        try:
            changed, discarded = move(writing, call)
        except moves.Refusal as refusal:
            raise Problem(refusal.code, refusal.detail, retry_at=refusal.retry_at, current=call) from refusal
        if changed is not call:
            changed = put_call(writing, changed, habit=found.habit)
        return {"call_request": changed, "discarded_message": discarded}

    return _run(asked, operation, [call_id, *payload], act, lambda body: f"v{body['call_request']['version']}")


def put_note(asked: Asked) -> Answer:
    """Write the note of a call, if it still says what the client thinks it says (A8)."""
    base = intake.note_precondition(asked.request)
    form = Form(intake.json_body(asked.request))
    text = form.text("text", NOTE_CHARS, multiline=True)
    conflict = form.optional_flag("conflict")
    form.check()
    call_id, part = asked.request.path_params["id"], note_part(asked.request)
    kind = f"{part}_note"

    def act(writing: Writing) -> Json:
        gone = writing.find("call_request", call_id) if intake.ID.fullmatch(call_id) else None
        if gone is not None and gone.body is None:
            raise Problem("unknown-call-request", "This call request was removed.", status=410)
        find_call(writing, call_id)
        found = writing.find(kind, call_id)
        note = found.body if found else None
        if (note["revision"] if note else None) != base:
            base_text = writing.note_text(kind, call_id, base) if base else None
            raise Problem("revision-mismatch", "The note was changed elsewhere.", note=note, base_text=base_text)
        version = writing.next_version()
        fresh = {
            "call_id": call_id,
            "part": part,
            "revision": f"v{version}",
            "version": version,
            "text": text,
            "conflict": conflict,
            "updated_at": to_text(asked.now),
        }
        writing.put(Item(kind, call_id, version, fresh))
        writing.keep_note_text(kind, call_id, f"v{version}", text)
        return fresh

    return _run(asked, "put_note", [call_id, part, base, text, conflict], act, lambda body: str(body["revision"]))


def patch_profile(asked: Asked) -> Answer:
    """Set fields of the profile, each only if nobody else changed that field meanwhile."""
    wanted = _read_profile(intake.json_body(asked.request))

    def act(writing: Writing) -> Json:
        found = writing.find("profile", "profile")
        if found is None or found.body is None:
            raise Problem("internal", "This account has no profile.")
        return _set_fields(writing, found.body, wanted, asked.now)

    payload = sorted((name, value, base) for name, (value, base) in wanted.items())
    return _run(asked, "patch_profile", payload, act, lambda body: f"v{body['version']}")


def _read_profile(body: Json) -> dict[str, tuple[Any, int]]:
    form = Form(body)
    fields = body.get("fields")
    if not isinstance(fields, dict) or not fields:
        form.refuse("fields", "Must be an object with at least one field.")
        fields = {}
    wanted = {}
    for name, change in fields.items():
        part = Form(change if isinstance(change, dict) else {}, f"fields.{name}.")
        if name == "findable":
            value: Any = part.flag("value")
        elif name in PROFILE_TEXTS:
            longest, multiline = PROFILE_TEXTS[name]
            value = part.text("value", longest, multiline=multiline)
        else:
            form.refuse("fields", "There are findable, display_name, headline and about.")
            continue
        wanted[name] = (value, part.integer("base_version", 0))
        form.errors += part.errors
    form.check()
    return wanted


def _set_fields(writing: Writing, profile: Json, wanted: dict[str, tuple[Any, int]], now: datetime) -> Json:
    fields = profile["fields"]
    news = {name: value for name, (value, _) in wanted.items() if fields[name]["value"] != value}
    stale = [name for name in news if fields[name]["version"] != wanted[name][1]]
    if stale:
        raise Problem("setting-changed", f"Changed elsewhere: {', '.join(stale)}.", profile=profile)
    if not news:
        return profile
    version = writing.next_version()
    changed = {name: {"value": value, "version": version, "changed_at": to_text(now)} for name, value in news.items()}
    fresh = {"fields": fields | changed, "version": version}
    writing.put(Item("profile", "profile", version, fresh))
    return fresh


def _run(
    asked: Asked, operation: str, payload: list[Any], act: Callable[[Writing], Json], tag: Callable[[Json], str]
) -> Answer:
    key = intake.idempotency_key(asked.request)
    epoch = intake.sync_epoch(asked.request)
    command = commands.Command(key, operation, commands.fingerprint(operation, *payload))
    with open_writing(asked.sandbox.database, asked.account_id) as writing:
        if epoch != writing.epoch:
            raise Problem("epoch-changed", "The marketplace's history has changed. Synchronise before writing.")
        outcome = commands.execute(writing, command, asked.now, lambda: act(writing))
        seq = writing.seq
    headers = {"Idempotent-Replay": "true"} if outcome.replayed else {}
    etag = tag(outcome.body) if outcome.status == 200 else None
    return Answer(outcome.body, seq, etag=etag, status=outcome.status, headers=headers)
