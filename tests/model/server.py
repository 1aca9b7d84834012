"""A marketplace in memory, as naive as it can be: dictionaries and the rules of the contract, nothing of the client.

It knows no network: every question is answered at once, with a value of the port or a Problem. What it ever stated and
what every key ever did is kept beside the state that a restored backup replaces, for the laws to look at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sync.domain.calls import CallRequest, CallStatus, Customer, Line, Slot, SlotState
from sync.domain.intents import Accept, Decline, Intent, ReportNoShow, SaveNote, SetProfile
from sync.domain.problems import Busy, Outdated, Problem, Refused, Resync
from sync.domain.rows import Digest, Field, Gone, Note, NotePart, Profile, Rows
from sync.ports import ChangesPage, Outcome, SnapshotPage

BEGINNING = datetime(2026, 9, 14, 15, tzinfo=UTC)
PAGE = 3
GRACE = timedelta(minutes=5)
TAKEN = {CallStatus.ACCEPTED, CallStatus.HELD, CallStatus.NO_SHOW}
NO_LONGER = {
    CallStatus.DECLINED: "already-declined",
    CallStatus.WITHDRAWN: "call-withdrawn",
    CallStatus.EXPIRED: "call-expired",
    CallStatus.TAKEN: "slot-taken",
}
FIELDS: tuple[tuple[str, str | bool], ...] = (("findable", True), ("headline", "Clear words"))
Row = CallRequest | Note | Field | None


@dataclass
class State:
    """All that a backup holds."""

    epoch: str = "e1"
    seq: int = 1
    calls: dict[str, CallRequest] = field(default_factory=dict)
    notes: dict[tuple[str, NotePart], Note] = field(default_factory=dict)
    texts: dict[tuple[str, NotePart, str], str] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    gone: dict[tuple[str, str], int] = field(default_factory=dict)
    answers: dict[str, tuple[Intent, str | None, Outcome | Problem]] = field(default_factory=dict)

    def copy(self) -> State:
        """Copy the state; the rows themselves never change."""
        parts = {name: dict(value) for name, value in vars(self).items() if isinstance(value, dict)}
        return replace(self, **parts)


class Server:
    """The marketplace. ``executed`` is every first execution of a key in its order, ``stated`` all rows ever."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self.state = State(fields={name: Field(value, 1, BEGINNING) for name, value in FIELDS})
        self.oldest_cursor = 0
        self.histories = 1
        self.executed: list[tuple[str, str]] = []
        self.said_yes: set[str] = set()
        self.said_no: set[str] = set()
        self.stated: dict[tuple[str, int], list[Row]] = {}
        for name, value in self.state.fields.items():
            self._remember(name, 1, value)

    # What a client asks

    def snapshot(self, page: str | None) -> SnapshotPage:
        """Give one page: the profile with the first, calls and notes in the order of their names."""
        state = self.state
        as_of, after = state.seq, ""
        if page is not None:
            epoch, number, after = page.split(":", 2)
            if epoch != state.epoch:
                raise Resync("cursor-expired")
            as_of = int(number)
        rows: dict[str, CallRequest | Note] = {f"call:{one}": call for one, call in state.calls.items()}
        rows |= {f"note:{one}:{part}": note for (one, part), note in state.notes.items()}
        names = sorted(name for name in rows if name > after)
        more = len(names) > PAGE
        shown = [rows[name] for name in names[:PAGE]]
        bundle = _bundle(shown, self.profile() if page is None else None)
        return SnapshotPage(
            bundle,
            f"{state.epoch}:{as_of}:{names[PAGE - 1]}" if more else None,
            None if more else f"{state.epoch}:{as_of}",
            as_of,
            state.epoch,
        )

    def changes(self, cursor: str) -> ChangesPage:
        """Give what changed behind the cursor, each row as it is now."""
        state = self.state
        epoch, number = cursor.split(":")
        seen = int(number)
        if epoch != state.epoch or seen > state.seq or seen < self.oldest_cursor:
            raise Resync("cursor-expired")
        changed: list[tuple[int, Row | Gone | str]] = []
        changed += [(call.version, call) for call in state.calls.values()]
        changed += [(note.version, note) for note in state.notes.values()]
        changed += [(version, Gone(kind, one, version)) for (kind, one), version in state.gone.items()]
        changed += [(self.profile().version, "profile")]
        later = sorted((one for one in changed if one[0] > seen), key=lambda one: one[0])
        more = len(later) > PAGE
        page = [row for _, row in later[:PAGE]]
        bundle = _bundle(
            [row for row in page if isinstance(row, CallRequest | Note)],
            self.profile() if "profile" in page else None,
            [row for row in page if isinstance(row, Gone)],
        )
        reached = later[PAGE - 1][0] if more else state.seq
        digest = None if more else self.digest()
        return ChangesPage(bundle, f"{state.epoch}:{reached}", more, state.seq, state.epoch, digest)

    def send(self, key: str, intent: Intent, epoch: str, base: str | None) -> Outcome:
        """Do an action once; the same key gets the same answer for ever."""
        state = self.state
        if epoch != state.epoch:
            raise Resync("epoch-changed")
        kept = state.answers.get(key)
        if kept is not None:
            assert kept[:2] == (intent, base), f"the key {key} was used for another content (I2)"
        answer = self._told(kept) if kept is not None else self._execute(key, intent, base)
        if isinstance(answer, Problem):
            raise answer
        return answer

    def outcome_of(self, key: str) -> Outcome | None:
        """Tell what a key did; None when it never came."""
        answer = self._told(self.state.answers.get(key))
        if isinstance(answer, Problem):
            raise answer
        return answer

    def digest(self) -> Digest:
        """Count the living calls."""
        mark = 0
        for call in self.state.calls.values():
            mark ^= int(hashlib.sha256(f"{call.id}:{call.version}".encode()).hexdigest(), 16)
        return Digest(len(self.state.calls), f"{mark:064x}")

    def profile(self) -> Profile:
        """Return the profile."""
        return Profile(max(one.version for one in self.state.fields.values()), dict(self.state.fields))

    # What customers and operators do

    def invite(self, call_id: str, starts: Iterable[datetime], deadline: datetime | None) -> None:
        """Let a customer ask for a call."""
        slots = tuple(
            Slot(f"{call_id}-{number}", at, at + timedelta(minutes=30), "Europe/London", SlotState.OFFERED)
            for number, at in enumerate(starts, 1)
        )
        who = Customer("cu_1", "Kiln Street Ceramics", "Dana", "R")
        self._put(CallRequest(call_id, 0, CallStatus.OPEN, who, "Six mugs", "Hello", self.now, slots, "", deadline))

    def change(self, call_id: str, **fields: object) -> None:
        """Change a call as its customer does."""
        self._put(replace(self.state.calls[call_id], **fields))  # type: ignore[arg-type]

    def change_slot(self, call_id: str, slot_id: str, **fields: object) -> None:
        """Change one offered time; with the last one the invitation ends."""
        call = self.state.calls[call_id]
        slots = tuple(one._replace(**fields) if one.id == slot_id else one for one in call.slots)
        left = any(one.state is SlotState.OFFERED for one in slots)
        ends = call.status is CallStatus.OPEN and not left
        self.change(call_id, slots=slots, status=CallStatus.WITHDRAWN if ends else call.status)

    def remove(self, call_id: str) -> None:
        """Take a call and its notes out for good, leaving tombstones."""
        del self.state.calls[call_id]
        self.state.gone["call_request", call_id] = self._next()
        for part in NotePart:
            if self.state.notes.pop((call_id, part), None) is not None:
                self.state.gone[f"{part}_note", call_id] = self._next()

    def pass_time(self, by: timedelta) -> None:
        """Let time pass: invitations expire, calls are held."""
        self.now += by
        for call in list(self.state.calls.values()):
            self._settle(call)

    def restore(self, backup: State, *, new_epoch: bool) -> None:
        """Put a backup back; an operator who does it right begins a new history."""
        self.state = backup.copy()
        if new_epoch:
            self.begin_history()
        self.pass_time(timedelta(0))

    def begin_history(self) -> None:
        """Begin a new epoch."""
        self.histories += 1
        self.state.epoch = f"e{self.histories}"

    # How an action is done

    def _told(self, kept: tuple[Intent, str | None, Outcome | Problem] | None) -> Outcome | Problem | None:
        return kept[2] if kept is not None else None

    def _execute(self, key: str, intent: Intent, base: str | None) -> Outcome | Problem:
        self.executed.append((key, self.state.epoch))
        answer = self._answer(intent, base)
        if isinstance(answer, Busy):
            return answer
        (self.said_no if isinstance(answer, Problem) else self.said_yes).add(key)
        self.state.answers[key] = (intent, base, answer)
        return answer

    def _answer(self, intent: Intent, base: str | None) -> Outcome | Problem:
        if isinstance(intent, SetProfile):
            return self._set(intent, int(base) if base is not None else intent.base_version)
        call = self.state.calls.get(intent.call_id)
        if call is None:
            return Refused("unknown-call-request")
        match intent:
            case SaveNote():
                return self._write(intent, base)
            case Accept():
                return self._accept(self._settle(call), intent)
            case Decline(_, message):
                return self._decline(self._settle(call), message)
            case ReportNoShow():
                return self._report(self._settle(call))

    def _accept(self, call: CallRequest, wanted: Accept) -> Outcome | Problem:
        if call.status in TAKEN:
            if call.accepted_slot_id == wanted.slot_id:
                return _yes(call)
            return _no("already-accepted-other-slot", call)
        if call.status is not CallStatus.OPEN:
            return _no(NO_LONGER[call.status], call)
        slot = call.slot(wanted.slot_id)
        if slot is not None and slot.state is SlotState.TAKEN:
            return _no("slot-taken", call)
        stands = slot is not None and slot.state is SlotState.OFFERED and slot.starts_at == wanted.starts_at
        if slot is None or not stands or slot.starts_at <= self.now:
            return _no("slot-gone", call)
        line = Line("+14155550142", f"{len(self.stated):06}")
        return _yes(self._put(replace(call, status=CallStatus.ACCEPTED, accepted_slot_id=slot.id, line=line)))

    def _decline(self, call: CallRequest, message: str) -> Outcome | Problem:
        if call.status in TAKEN:
            return _no("already-accepted-other-slot", call)
        if call.status is not CallStatus.OPEN:
            return replace(_yes(call), discarded_message=message)
        return _yes(self._put(replace(call, status=CallStatus.DECLINED, decline_message=message)))

    def _report(self, call: CallRequest) -> Outcome | Problem:
        if call.status is CallStatus.NO_SHOW:
            return _yes(call)
        if call.status not in TAKEN or call.accepted_slot is None:
            return _no(NO_LONGER.get(call.status, "not-allowed"), call)
        earliest = call.accepted_slot.starts_at + GRACE
        if self.now < earliest:
            return Busy("too-early", retry_at=earliest)
        return _yes(self._put(replace(call, status=CallStatus.NO_SHOW)))

    def _write(self, saved: SaveNote, base: str | None) -> Outcome | Problem:
        place = (saved.call_id, saved.part)
        stands = self.state.notes.get(place)
        if (stands.revision if stands else None) != base:
            known = self.state.texts.get((*place, base)) if base else None
            return Outdated("revision-mismatch", "", stands, known)
        version = self._next()
        note = Note(*place, f"v{version}", version, saved.text, self.now, saved.conflict)
        self.state.notes[place] = note
        self.state.texts[*place, note.revision] = saved.text
        self.state.gone.pop((f"{saved.part}_note", saved.call_id), None)
        self._remember(f"{saved.call_id}/{saved.part}", version, note)
        return Outcome(Rows(notes=(note,)), version, note.revision)

    def _set(self, wanted: SetProfile, base: int) -> Outcome | Problem:
        stands = self.state.fields[wanted.field]
        if stands.value != wanted.value:
            if stands.version != base:
                return Refused("setting-changed", current=Rows(profile=self.profile()))
            stands = self.state.fields[wanted.field] = Field(wanted.value, self._next(), self.now)
            self._remember(wanted.field, stands.version, stands)
        return Outcome(Rows(profile=self.profile()), stands.version)

    def _settle(self, call: CallRequest) -> CallRequest:
        """Let time pass for one call."""
        if call.status is CallStatus.ACCEPTED and call.accepted_slot and call.accepted_slot.ends_at <= self.now:
            return self._put(replace(call, status=CallStatus.HELD))
        if call.status is CallStatus.OPEN:
            limits = [max(one.starts_at for one in call.slots if one.state is SlotState.OFFERED), call.deadline_at]
            if any(limit <= self.now for limit in limits if limit):
                return self._put(replace(call, status=CallStatus.EXPIRED))
        return call

    def _put(self, call: CallRequest) -> CallRequest:
        fresh = replace(call, version=self._next())
        self.state.calls[call.id] = fresh
        self._remember(call.id, fresh.version, fresh)
        return fresh

    def _next(self) -> int:
        self.state.seq += 1
        return self.state.seq

    def _remember(self, name: str, version: int, row: Row) -> None:
        self.stated.setdefault((name, version), []).append(row)


def _yes(call: CallRequest) -> Outcome:
    return Outcome(Rows(calls=(call,)), call.version)


def _no(code: str, call: CallRequest) -> Refused:
    return Refused(code, current=Rows(calls=(call,)))


def _bundle(rows: Iterable[CallRequest | Note], profile: Profile | None, gone: Iterable[Gone] = ()) -> Rows:
    listed = list(rows)
    calls = tuple(row for row in listed if isinstance(row, CallRequest))
    notes = tuple(row for row in listed if isinstance(row, Note))
    return Rows(calls, notes, profile, tuple(gone))
