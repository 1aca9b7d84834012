"""A history: two devices of one writer, one marketplace, and everything that can happen to them, one step at a time.

A step is the name of a rule and a number; the number decides all that the rule leaves open, so a list of steps is a
history that can be replayed to the letter.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

from sync.desk import NotAllowed
from sync.domain.calls import CallRequest, CallStatus, SlotState
from sync.domain.intents import Accept, Decline, Intent, ReportNoShow, SaveNote, SetProfile
from sync.domain.rows import NotePart
from tests.model.device import Device, Template
from tests.model.laws import Laws
from tests.model.memory import Memory
from tests.model.network import Network, PowerCut
from tests.model.server import FIELDS, Server, State
from tests.support.edits import Typist

Step = tuple[str, int]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SKEWS = (
    *(sign * by for sign in (1, -1) for by in (2 * MINUTE, HOUR, timedelta(days=1), timedelta(days=3650))),
    *[timedelta(0)] * 8,
)
MOST_CALLS = 5


class World:
    """Two devices and a marketplace; ``do`` is one step, after which every law holds."""

    def __init__(self, folder: Path, template: Template) -> None:
        self.server = Server()
        self.networks = {name: Network(self.server) for name in "ab"}
        self.devices = {name: Device(name, folder, template, self.networks[name]) for name in "ab"}
        self.memory = Memory()
        self.laws = {name: Laws(device, self.server, self.memory) for name, device in self.devices.items()}
        self.typist = Typist(Random(0))
        self.backups: list[State] = [self.server.state.copy()]
        self._calls_made = 0

    def do(self, rule: str, number: int) -> None:
        """Do one step. Raises AssertionError when a law is broken by it."""
        random = Random(number)
        device = self.devices[random.choice("ab")]
        self.typist.random = random
        for network in self.networks.values():
            network.random = random
        RULES[rule](self, device, random)
        self.networks[device.name].trace.append(rule)
        self.laws[device.name].check()

    def close(self) -> None:
        """End both devices."""
        for device in self.devices.values():
            device.power_off()

    def trace(self) -> str:
        """Return a digest of everything that was said, and of where everything stands."""
        told = [line for network in self.networks.values() for line in network.trace]
        stands = [law.view() for law in self.laws.values()]
        return hashlib.sha256(repr((told, stands, self.server.executed)).encode()).hexdigest()

    # The writer

    @contextmanager
    def at(self, device: Device) -> Iterator[None]:
        """Do something at a device; after a power cut it starts again."""
        try:
            yield
        except NotAllowed:
            pass
        except PowerCut:
            device.power_off()
            device.power_on()
        device.no_cut()

    def submit(self, device: Device, random: Random, intent: Intent) -> None:
        """Let the writer act; now and then the power goes off meanwhile."""
        if random.random() < 0.05:
            device.cut_power_at(0, after_commit=random.random() < 0.5)
        with self.at(device):
            self.memory.submitted(device.name, device.desk.submit(intent))
        self.memory.not_saved()

    def some_call(self, device: Device, random: Random, *statuses: CallStatus) -> CallRequest | None:
        """Return a call that the device knows, of one of these states if any is named."""
        calls = device.queries.calls(sorted(device.queries.all_ids()))
        fit = [call for call in calls.values() if not statuses or call.status in statuses]
        return random.choice(fit) if fit else None

    def some_key(self, device: Device, random: Random, states: str) -> str | None:
        """Return the key of an action in one of these states."""
        keys = [row["key"] for row in device.rows(f"SELECT key FROM outbox WHERE state IN ({states}) ORDER BY seq")]
        return random.choice(keys) if keys else None

    def there(self, random: Random, *statuses: CallStatus) -> CallRequest | None:
        """Return a call of the marketplace."""
        fit = [call for call in self.server.state.calls.values() if not statuses or call.status in statuses]
        return random.choice(fit) if fit else None

    def invite(self, random: Random) -> None:
        """Let a customer ask for a call, unless there are enough."""
        if len(self.server.state.calls) < MOST_CALLS:
            self._calls_made += 1
            starts = [self.server.now + random.randint(1, 60) * 10 * MINUTE for _ in range(random.randint(1, 3))]
            deadline = self.server.now + random.randint(1, 48) * HOUR if random.random() < 0.2 else None
            self.server.invite(f"c{self._calls_made}", starts, deadline)

    def calm(self) -> None:
        """End all trouble: networks, clocks, sign-ins."""
        for name, device in self.devices.items():
            network = self.networks[name]
            network.risk, network.signed_in = 0.0, True
            network.late.clear()
            device.set_clock(timedelta(0))
            device.no_cut()


def _invite(world: World, _device: Device, random: Random) -> None:
    world.invite(random)


def _withdraw(world: World, _device: Device, random: Random) -> None:
    call = world.there(random, CallStatus.OPEN, CallStatus.ACCEPTED)
    if call is not None:
        world.server.change(call.id, status=CallStatus.WITHDRAWN, line=None, closed_reason="Our plans have changed.")


def _lose_slot(world: World, _device: Device, random: Random) -> None:
    call = world.there(random, CallStatus.OPEN)
    if call is not None:
        state = random.choice((SlotState.TAKEN, SlotState.WITHDRAWN))
        world.server.change_slot(call.id, random.choice(call.slots).id, state=state)


def _move_slot(world: World, _device: Device, random: Random) -> None:
    call = world.there(random, CallStatus.OPEN, CallStatus.ACCEPTED)
    if call is not None:
        slot = random.choice(call.slots)
        by = random.randint(-12, 48) * 5 * MINUTE
        world.server.change_slot(call.id, slot.id, starts_at=slot.starts_at + by, ends_at=slot.ends_at + by)


def _remove(world: World, _device: Device, random: Random) -> None:
    call = world.there(random)
    if call is not None:
        world.memory.call_removed(call.id)
        world.server.remove(call.id)


def _pass_time(world: World, _device: Device, random: Random) -> None:
    world.server.pass_time(random.choice((1, 1, 5, 5, 20, 20, 60, 60, 240, 1500)) * MINUTE)


def _accept(world: World, device: Device, random: Random) -> None:
    call = world.some_call(device, random, CallStatus.OPEN)
    if call is not None:
        slot = random.choice(call.slots)
        world.submit(device, random, Accept(call.id, slot.id, slot.starts_at, call.version))


def _decline(world: World, device: Device, random: Random) -> None:
    call = world.some_call(device, random, CallStatus.OPEN)
    if call is not None:
        world.submit(device, random, Decline(call.id, world.typist.line(), call.version))


def _report(world: World, device: Device, random: Random) -> None:
    call = world.some_call(device, random, CallStatus.ACCEPTED)
    if call is not None:
        world.submit(device, random, ReportNoShow(call.id, random.randint(5, 15)))


def _write(world: World, device: Device, random: Random) -> None:
    """Go on in the editor as it was opened, or open the note anew; save what was typed."""
    call = world.some_call(device, random)
    if call is None:
        return
    place = (call.id, random.choice((NotePart.LIVE, NotePart.LIVE, NotePart.PREPARED, NotePart.ANSWERS)))
    text, base = world.memory.editor(device.name, place) if random.random() < 0.5 else (None, None)
    if text is None:
        shown = device.desk.note(*place)
        text, base = shown.text, shown.base_revision
    typed = world.typist.edited(text)
    world.memory.typed(device.name, place, text, typed, base)
    world.submit(device, random, SaveNote(*place, typed, base))


def _set_field(world: World, device: Device, random: Random) -> None:
    fields = device.desk.profile()
    if fields:
        name, _ = random.choice(FIELDS)
        value = not fields[name].value if name == "findable" else world.typist.line()
        world.submit(device, random, SetProfile(name, value, fields[name].version))


def _take_back(world: World, device: Device, random: Random) -> None:
    key = world.some_key(device, random, "'queued', 'inflight', 'settled'")
    if key is not None:
        with world.at(device):
            device.desk.take_back(key)
        world.memory.ended(device, key, world.memory.back)


def _retry(world: World, device: Device, random: Random) -> None:
    key = world.some_key(device, random, "'rejected', 'blocked'")
    if key is not None:
        with world.at(device):
            world.memory.submitted(device.name, device.desk.retry(key))
            world.memory.put_away.add(key)


def _dismiss(world: World, device: Device, random: Random) -> None:
    key = world.some_key(device, random, "'rejected', 'blocked', 'queued'")
    if key is not None:
        with world.at(device):
            device.desk.dismiss(key)
        world.memory.ended(device, key, world.memory.put_away)


def _hurry(world: World, device: Device, _random: Random) -> None:
    with world.at(device):
        device.desk.send_waiting()


def _agree(world: World, device: Device, _random: Random) -> None:
    with world.at(device):
        if device.desk.status().unlisted:
            device.desk.accept_sweep()


def _sync(world: World, device: Device, _random: Random) -> None:
    with world.at(device):
        device.round.run()


def _stormy_sync(world: World, device: Device, random: Random) -> None:
    network = world.networks[device.name]
    network.risk = random.choice((0.15, 0.3, 0.6))
    if random.random() < 0.3:
        device.cut_power_at(random.randint(0, 12), after_commit=random.random() < 0.5)
    with world.at(device):
        device.round.run()
    network.risk = 0.0


def _restart(_world: World, device: Device, _random: Random) -> None:
    device.power_off()
    device.power_on()


def _set_clock(_world: World, device: Device, random: Random) -> None:
    device.set_clock(random.choice(SKEWS))


def _arrive_late(world: World, device: Device, _random: Random) -> None:
    world.memory.late_from = len(world.server.executed)
    world.networks[device.name].deliver_late()
    world.memory.late |= {key for key, _ in world.server.executed[world.memory.late_from :]}


def _expire_cursors(world: World, _device: Device, _random: Random) -> None:
    world.server.oldest_cursor = world.server.state.seq


def _sign_in(world: World, device: Device, _random: Random) -> None:
    network = world.networks[device.name]
    network.signed_in = not network.signed_in


def _begin_history(world: World, _device: Device, _random: Random) -> None:
    world.memory.restored(silently=False)
    world.server.begin_history()


def _back_up(world: World, _device: Device, _random: Random) -> None:
    world.backups.append(world.server.state.copy())


def _restore(world: World, _device: Device, random: Random) -> None:
    new_epoch = random.random() < 0.6
    backup = random.choice(world.backups)
    world.memory.restored(silently=not new_epoch)
    world.server.oldest_cursor = 0
    world.server.restore(backup, new_epoch=new_epoch)


Rule = Callable[[World, Device, Random], None]
RULES: dict[str, Rule] = {
    "invite": _invite,
    "withdraw": _withdraw,
    "lose_slot": _lose_slot,
    "move_slot": _move_slot,
    "remove": _remove,
    "pass_time": _pass_time,
    "accept": _accept,
    "decline": _decline,
    "report": _report,
    "write": _write,
    "set_field": _set_field,
    "take_back": _take_back,
    "retry": _retry,
    "dismiss": _dismiss,
    "hurry": _hurry,
    "agree": _agree,
    "sync": _sync,
    "stormy_sync": _stormy_sync,
    "restart": _restart,
    "set_clock": _set_clock,
    "arrive_late": _arrive_late,
    "expire_cursors": _expire_cursors,
    "sign_in": _sign_in,
    "begin_history": _begin_history,
    "back_up": _back_up,
    "restore": _restore,
}
ORDINARY = {
    "invite": 6, "withdraw": 1, "lose_slot": 2, "move_slot": 2, "remove": 0.5, "pass_time": 7, "accept": 6,
    "decline": 3, "report": 4, "write": 14, "set_field": 4, "take_back": 3, "retry": 3, "dismiss": 2, "hurry": 2,
    "agree": 1, "sync": 14, "stormy_sync": 18, "restart": 1, "set_clock": 2, "arrive_late": 2, "expire_cursors": 0.5,
    "sign_in": 0.7,
}  # fmt: skip
RESTORING = ORDINARY | {"begin_history": 0.4, "back_up": 2, "restore": 1.2}
"""How often each rule is drawn, without and with a marketplace that goes back in time."""


def steps_of(seed: int, count: int = 100) -> list[Step]:
    """Return the history of a seed; every other one has a marketplace that goes back in time."""
    random = Random(seed)
    weights = RESTORING if seed % 2 else ORDINARY
    rules = random.choices(list(weights), list(weights.values()), k=count)
    return [(rule, random.getrandbits(32)) for rule in rules]


def live_through(steps: Sequence[Step], template: Template) -> str:
    """Live through a history and its quiet end; return the digest of its trace. Raises AssertionError."""
    from tests.model.quiet import come_to_rest  # the end looks at whole worlds

    with tempfile.TemporaryDirectory(dir=template.path.parent) as name:
        world = World(Path(name), template)
        try:
            world.invite(Random(1))
            for rule, number in steps:
                world.do(rule, number)
            come_to_rest(world)
            return world.trace()
        finally:
            world.close()
