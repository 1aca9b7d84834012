"""The questions that a round asks a marketplace, as a table: one line makes one more."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sync.domain.calls import CallStatus
from sync.domain.intents import Accept, Decline, OutboxState, ReportNoShow, SaveNote, SetProfile
from sync.domain.rows import NotePart
from tests.faults.scene import Scene
from tests.support.faults import Fault, Kind, Moment

NOTE = "Six jackets, six people.\nAsk about the deadline."
MESSAGE = "None of these work for me. Tuesday at ten would."


@dataclass(frozen=True)
class Operation:
    """``asks`` is the method of the port; ``begin`` leaves a scene whose next round asks it; ``ended_well`` checks.

    ``effects`` is how many changes the marketplace counts when all is done. ``tries`` came before the next round.
    """

    name: str
    method: str
    path: str
    asks: str
    begin: Callable[[Scene], None]
    ended_well: Callable[[Scene], None]
    effects: int = 0
    done_before: int = 0
    tries: int = 0
    fresh: bool = False

    def hits(self, method: str, path: str) -> bool:
        return method == self.method and re.fullmatch(self.path, path) is not None

    @property
    def queues(self) -> bool:
        """Whether it is about an action in the queue."""
        return self.effects > 0

    def __str__(self) -> str:
        return self.name


def _read_at_all(scene: Scene) -> None:
    assert scene.computer.desk.overview().sections[0].ids == ()


def _knows_every_call(scene: Scene) -> None:
    here = {call_id: call.version for call_id, (call, *_) in scene.computer.view().items()}
    assert here == {call["id"]: call["version"] for call in scene.stage.market.calls()}


def _one_more(scene: Scene) -> None:
    scene.news = scene.stage.invite()
    scene.count_from_here()


def _knows_the_news(scene: Scene) -> None:
    assert scene.computer.desk.call(scene.news) is not None


def _accept(scene: Scene) -> None:
    slot = scene.call.slots[0]
    scene.submit(Accept(scene.call.id, slot.id, slot.starts_at, scene.call.version))


def _is_accepted(scene: Scene) -> None:
    server = scene.on_server()
    assert (server["status"], server["accepted_slot_id"]) == ("accepted", scene.call.slots[0].id)
    shown = scene.computer.desk.call(scene.call.id)
    assert shown.line.pin == server["line"]["pin"]
    assert (shown.pending, shown.call.version) == (None, server["version"])
    assert scene.item_now().state is OutboxState.SETTLED


def _decline(scene: Scene) -> None:
    scene.submit(Decline(scene.call.id, MESSAGE, scene.call.version))


def _is_declined(scene: Scene) -> None:
    assert scene.on_server()["decline"]["message"] == MESSAGE
    shown = scene.computer.desk.call(scene.call.id)
    assert (shown.call.status, shown.pending) == (CallStatus.DECLINED, None)
    assert scene.item_now().state is OutboxState.SETTLED


def _write_a_note(scene: Scene) -> None:
    scene.submit(SaveNote(scene.call.id, NotePart.PREPARED, NOTE))


def _note_is_written(scene: Scene) -> None:
    server = scene.stage.get(f"/v1/call-requests/{scene.call.id}/notes/prepared")
    shown = scene.computer.desk.note(scene.call.id, NotePart.PREPARED)
    assert (server["text"], shown.text, shown.base_revision) == (NOTE, NOTE, server["revision"])
    assert (shown.pending, scene.item_now().state) == (None, OutboxState.SETTLED)


def _change_the_profile(scene: Scene) -> None:
    field = scene.computer.desk.profile()["headline"]
    scene.submit(SetProfile("headline", f"As of {scene.call.id}", field.version))


def _profile_is_changed(scene: Scene) -> None:
    server = scene.stage.get("/v1/profile")["fields"]["headline"]
    shown = scene.computer.desk.profile()["headline"]
    assert (server["value"], shown.value, shown.version) == (*(f"As of {scene.call.id}",) * 2, server["version"])
    assert (shown.pending, scene.item_now().state) == (None, OutboxState.SETTLED)


def _report_that_nobody_came(scene: Scene) -> None:
    made = scene.stage.market.event("invite", starts_in_minutes=1)
    slot = made["slots"][0]
    taken = {"slot_id": slot["id"], "starts_at": slot["starts_at"], "seen_version": made["version"]}
    scene.stage.act_elsewhere(f"{made['id']}/acceptance", f"before-{made['id']}", taken)
    scene.stage.let_pass(timedelta(minutes=8))
    scene.sync()
    scene.call = scene.computer.desk.call(made["id"]).call
    scene.count_from_here()
    scene.submit(ReportNoShow(scene.call.id, 6))


def _report_is_made(scene: Scene) -> None:
    assert scene.on_server()["no_show"]["waited_minutes"] == 6
    shown = scene.computer.desk.call(scene.call.id)
    assert (shown.call.status, shown.report) == (CallStatus.NO_SHOW, None)
    assert scene.item_now().state is OutboxState.SETTLED


def _accept_without_an_answer_twice(scene: Scene) -> None:
    _accept(scene)
    scene.proxy.arm(Fault(Kind.RESET, Moment.AFTER, lambda asked: ACCEPT.hits(asked.method, asked.path)))
    scene.sync()
    scene.later()
    scene.proxy.heal()
    scene.computer.clock.advance(timedelta(minutes=10))


CALL = "/v1/call-requests/[^/]+"
SNAPSHOT = Operation("snapshot", "GET", "/v1/snapshot", "snapshot", _read_at_all, _knows_every_call, fresh=True)
CHANGES = Operation("changes", "GET", "/v1/changes", "changes", _one_more, _knows_the_news)
ACCEPT = Operation("accept", "POST", f"{CALL}/acceptance", "send", _accept, _is_accepted, effects=1)
DECLINE = Operation("decline", "POST", f"{CALL}/decline", "send", _decline, _is_declined, effects=1)
OUTCOME = Operation(
    "command outcome", "GET", "/v1/commands/[^/]+", "outcome_of", _accept_without_an_answer_twice, _is_accepted,
    effects=1, done_before=1, tries=2,
)  # fmt: skip

NOTE_OF = Operation("note", "PUT", f"{CALL}/notes/prepared", "send", _write_a_note, _note_is_written, effects=1)
PROFILE = Operation("profile", "PATCH", "/v1/profile", "send", _change_the_profile, _profile_is_changed, effects=1)
REPORT = Operation("no-show", "POST", f"{CALL}/no-show", "send", _report_that_nobody_came, _report_is_made, effects=1)

OPERATIONS = (SNAPSHOT, CHANGES, ACCEPT, DECLINE, NOTE_OF, PROFILE, REPORT, OUTCOME)
