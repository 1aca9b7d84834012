"""What makes a window ask at once: pokes, the network, the writer; and what another process wrote is seen."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtNetwork import QNetworkInformation
from PySide6.QtWidgets import QMainWindow

from desktop import app, outside
from desktop.engine import make_runner
from desktop.paths import Profile
from desktop.pokes import Pokes
from desktop.single_instance import ring
from desktop.wiring import Access, open_core, open_listener
from desktop.worker import Worker as RealWorker
from sync.clock import SystemClock
from sync.domain.changes import Changed, Kind
from sync.domain.intents import Decline
from sync.domain.problems import Busy, Offline, Paused, Problem, Trouble
from sync.domain.tokens import Tokens
from sync.keychain import MemoryKeychain
from sync.round import RoundReport
from sync.runner import Runner
from tests.support.desks import desk_with, invitation
from tests.support.marketplace import running_marketplace
from tests.support.streams import POKE, STREAM_HEAD, streaming
from ui.news import News

PATIENCE = 20
WELL = RoundReport(None, None)
SIGNED_OUT = RoundReport(Paused(Trouble.TOKEN_EXPIRED), None)


def until(condition):
    """Wait until it holds, a step at a time; False when it does not in time."""
    step = threading.Event()
    for _ in range(PATIENCE * 100):
        if condition():
            return True
        step.wait(0.01)
    return False


class Ear:
    """What listens, in the hands of the test."""

    def __init__(self, stopping):
        self.stopping = stopping
        self.connected = False
        self.ended = threading.Event()
        self.on_poke = None

    def listen(self, on_poke):
        self.on_poke, self.connected = on_poke, True
        self.ended.wait(PATIENCE)
        self.connected = False

    def stop(self):
        self.ended.set()


class Ears(list):
    """Makes them and remembers all."""

    @contextmanager
    def open(self, stopping):
        ear = Ear(stopping)
        self.append(ear)
        yield ear


@pytest.fixture
def ears():
    return Ears()


@pytest.fixture
def rung():
    return deque()


@pytest.fixture
def pokes(ears, rung):
    made = Pokes(ears.open, lambda: rung.append(1))
    yield made
    made.stop()


def test_nobody_listens_before_a_round_has_gone_well(pokes, ears):
    pokes.follow(RoundReport(Offline("unreachable"), None))
    assert ears == []
    assert not pokes.arrive


def test_after_a_round_that_went_well_a_poke_rings(pokes, ears, rung):
    pokes.follow(WELL)
    assert until(lambda: pokes.arrive)
    ears[0].on_poke()
    assert len(rung) == 1


def test_rounds_that_go_well_open_one_stream_and_no_more(pokes, ears):
    for _ in range(3):
        pokes.follow(WELL)
    assert until(lambda: pokes.arrive)
    assert len(ears) == 1


def test_a_round_that_fails_leaves_the_listening_alone(pokes, ears):
    pokes.follow(WELL)
    assert until(lambda: pokes.arrive)
    pokes.follow(RoundReport(Offline("unreachable"), None))
    pokes.follow(Problem(Trouble.OWN_ERROR))
    assert pokes.arrive


def test_signing_out_ends_the_stream_and_signing_in_opens_another(pokes, ears):
    pokes.follow(WELL)
    assert until(lambda: pokes.arrive)
    pokes.follow(SIGNED_OUT)
    assert not pokes.arrive
    assert ears[0].ended.is_set()
    pokes.follow(WELL)
    assert until(lambda: pokes.arrive)
    assert len(ears) == 2


def test_a_poke_that_comes_after_the_stop_rings_no_more(pokes, ears, rung):
    pokes.follow(WELL)
    assert until(lambda: pokes.arrive)
    pokes.stop()
    ears[0].on_poke()
    assert len(rung) == 0


def test_a_marketplace_that_says_to_poll_is_not_asked_again_by_the_next_round(pokes, ears):
    pokes.follow(WELL)
    assert until(lambda: pokes.arrive)
    ears[0].ended.set()
    assert until(lambda: not pokes.arrive)
    pokes.follow(WELL)
    assert len(ears) == 1


def test_what_cannot_be_listened_to_yet_is_tried_after_the_next_round(ears, rung):
    problems = [Offline("unreachable")]

    def open_ear(stopping):
        if problems:
            raise problems.pop()
        return ears.open(stopping)

    pokes = Pokes(open_ear, lambda: rung.append(1))
    pokes.follow(WELL)
    pokes.follow(WELL)
    assert until(lambda: pokes.arrive)
    pokes.stop()


class Rounds:
    """Rounds that count themselves."""

    def __init__(self):
        self.count = 0

    def run(self):
        self.count += 1
        return WELL


def test_a_poke_over_a_real_connection_rings_and_the_stop_hangs_up(tmp_path):
    core, rounds = open_core(Profile(tmp_path, "")), Rounds()
    with streaming() as server:
        woken = threading.Event()
        access = Access(lambda: "token")
        pokes = Pokes(lambda stopping: open_listener(core, server.origin, access, stopping), woken.set)
        runner = Runner(rounds, SystemClock(), finished=pokes.follow)
        runner.run_pending()
        line = server.next()
        line.say(STREAM_HEAD)
        assert woken.wait(PATIENCE)
        woken.clear()
        line.say(POKE)
        assert woken.wait(PATIENCE)
        assert pokes.arrive
        pokes.stop()
        assert line.ends()


@pytest.fixture
def signed_in(tmp_path):
    """The engine of a writer who has signed in at a real marketplace: (marketplace, core, keychain, outcomes)."""
    keychain = MemoryKeychain()
    with running_marketplace(clock="system") as market:
        profile = Profile(tmp_path, market.url, "practice", "Robin", "memory")
        keychain.save(Tokens(market.url, "practice", "Robin", market.token, "none", datetime(2100, 1, 1, tzinfo=UTC)))
        core = open_core(profile, keychain=keychain)
        outcomes = deque()
        with core.ends:
            runner = make_runner(core, profile, lambda: None, outcomes.append)
            thread = threading.Thread(target=runner.run, daemon=True)
            thread.start()
            yield market, core, keychain, outcomes, runner
            runner.stop()
            thread.join(PATIENCE)


def test_an_invitation_arrives_without_anybody_asking_for_it(signed_in):
    market, core, _, outcomes, _ = signed_in
    assert until(lambda: len(outcomes) >= 2)  # the second is the one that the open stream asked for
    made = market.event("invite")
    assert until(lambda: core.desk.call(made["id"]) is not None)


def test_whoever_signs_out_is_listened_for_no_more_until_the_next_sign_in(signed_in):
    market, core, keychain, outcomes, runner = signed_in
    assert until(lambda: len(outcomes) >= 2)
    tokens = keychain.load(market.url, "practice")
    keychain.forget(market.url, "practice")
    runner.wake()
    assert until(lambda: outcomes[-1].problem is not None)
    seen = len(outcomes)
    market.event("invite")
    keychain.save(tokens)
    runner.wake()
    assert until(lambda: len(outcomes) >= seen + 2)  # the second is that of the new stream
    made = market.event("invite")
    assert until(lambda: core.desk.call(made["id"]) is not None)


class Information(QObject):
    """The computer's network, in the hands of the test."""

    Reachability = QNetworkInformation.Reachability
    reachabilityChanged = Signal(object)  # noqa: N815 - Qt's name


def test_a_network_that_comes_back_wakes_and_one_that_goes_does_not(qapp):
    network, worker = Information(), Worker()
    watching = outside.Returns(qapp, network, worker)
    network.reachabilityChanged.emit(QNetworkInformation.Reachability.Disconnected)
    assert worker.told == []
    network.reachabilityChanged.emit(QNetworkInformation.Reachability.Online)
    assert worker.told == ["wake"]
    watching.deleteLater()


def test_a_computer_that_tells_nothing_of_its_network_is_none_the_worse(qapp, monkeypatch):
    monkeypatch.setattr(QNetworkInformation, "loadBackendByFeatures", lambda _features: False)
    assert outside.network_information() is None


class Worker:
    """A worker that notes what it is told."""

    def __init__(self):
        self.told = []

    def wake(self):
        self.told.append("wake")

    def set_in_view(self, in_view):
        self.told.append(in_view)


def test_the_worker_hears_when_the_writer_goes_and_comes_back(qapp, tmp_path):
    worker, parent = Worker(), QObject()
    with (core := open_core(Profile(tmp_path, ""))).ends:
        outside.watch(qapp, core, News(), worker, parent)
        qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
        qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert worker.told == [False, True]


def test_the_worker_of_a_window_that_is_gone_hears_nothing(qapp, qtbot):
    network, worker, parent = Information(), Worker(), QObject()
    watching = outside.Returns(qapp, network, worker, parent)
    with qtbot.waitSignal(watching.destroyed):
        parent.deleteLater()
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    network.reachabilityChanged.emit(QNetworkInformation.Reachability.Online)
    assert worker.told == []


class Beside:
    """A window's desk with its watch, and another program on the same file; ``heard`` is what the window heard."""

    def __init__(self, folder):
        self.window = desk_with(folder / "foreword.db", [invitation()])
        self.other = desk_with(folder / "foreword.db")
        self.heard = self.window.heard
        news = News()
        self.window.desk.listen(news.changed.emit)
        self.watch = outside.ForeignWrites(self.window.queries.data_version, self.window.desk.announce, news.changed)
        self.news = news

    def look(self):
        """Let some seconds pass."""
        for _ in range(3):
            self.watch.look()


@pytest.fixture
def beside(qapp, tmp_path):
    return Beside(tmp_path)


def test_what_another_program_wrote_is_announced_once(beside):
    beside.other.desk.submit(Decline("cr_1", "None of these work for me.", 1))
    beside.look()
    beside.look()
    assert beside.heard == [Changed.of(*Kind)]


def test_what_the_window_wrote_itself_is_not_announced_again(beside):
    beside.window.desk.submit(Decline("cr_1", "None of these work for me.", 1))
    said = list(beside.heard)
    beside.look()
    assert beside.heard == said


def test_what_is_announced_a_moment_after_it_was_written_is_not_announced_again(beside):
    beside.other.desk.submit(Decline("cr_1", "None of these work for me.", 1))
    beside.watch.look()
    beside.window.desk.announce(Changed.of(Kind.CALLS))  # the courier tells of its own write
    beside.look()
    assert beside.heard == [Changed.of(Kind.CALLS)]


def test_a_store_that_is_not_there_yet_is_no_news(qapp, tmp_path):
    heard, news = [], News()
    with (core := open_core(Profile(tmp_path, ""))).ends:
        watch = outside.ForeignWrites(core.queries.data_version, heard.append, news.changed)
        for _ in range(3):
            watch.look()
    assert heard == []


def test_an_open_window_looks_by_itself(qtbot, beside):
    beside.other.desk.submit(Decline("cr_1", "None of these work for me.", 1))
    qtbot.waitUntil(lambda: bool(beside.heard), timeout=PATIENCE * 1000)
    assert beside.heard == [Changed.of(*Kind)]


def test_the_terminal_beside_an_open_window_has_it_look_and_sync(qtbot, beside, tmp_path):
    worker, window = Worker(), QMainWindow()
    qtbot.addWidget(window)
    made = beside.window
    end = app.answer_other_starts(Profile(tmp_path, ""), window, made.desk, worker)
    asked = threading.Thread(target=ring, args=(tmp_path, "sync"))
    asked.start()
    qtbot.waitUntil(lambda: worker.told == ["wake"], timeout=PATIENCE * 1000)
    asked.join(PATIENCE)
    end()
    assert beside.heard == [Changed.of(*Kind)]


def test_a_writer_who_says_sync_now_waits_for_no_try_of_ours(qapp, beside):
    made, rounds = beside.window, Rounds()
    item = made.desk.submit(Decline("cr_1", "None of these work for me.", 1))
    made.outbox.mark_inflight([item.key], "e1", made.clock.now())
    made.outbox.postpone(item.key, made.clock.now() + timedelta(minutes=4), Busy("http-500"), made.clock.now())
    worker = RealWorker(
        lambda started, finished: Runner(rounds, made.clock, started=started, finished=finished),
        News(),
        lambda: app.wait_no_longer(made.desk),
    )
    worker.start()
    worker.wake()
    assert until(lambda: rounds.count)
    assert until(lambda: made.queries.item(item.key).not_before is None)
    worker.stop()
