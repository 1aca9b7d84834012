"""When rounds happen: by the pace, at once when somebody asks, and never twice for one reason."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from sync.domain.problems import Busy, Offline, StoreProblem, Trouble
from sync.round import RoundReport
from sync.runner import POLL_BESIDE_POKES, POLL_IN_BACKGROUND, POLL_IN_VIEW, Runner
from tests.support.desks import FixedClock

SECOND = timedelta(seconds=1)
PATIENCE = 10


class Rounds:
    """Rounds that count themselves and end as they are told to, well unless told otherwise."""

    def __init__(self):
        self.count = 0
        self.ends = []
        self.during = lambda: None

    def run(self):
        self.count += 1
        self.during()
        end = self.ends.pop(0) if self.ends else RoundReport(None, None)
        if isinstance(end, Exception):
            raise end
        return end


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def rounds():
    return Rounds()


@pytest.fixture
def runner(rounds, clock):
    """A runner whose first round is over."""
    made = Runner(rounds, clock)
    made.run_pending()
    return made


def rounds_after(runner, rounds, clock, wait):
    before = rounds.count
    clock.advance(wait)
    runner.run_pending()
    return rounds.count - before


def test_the_first_round_comes_at_once_and_alone(runner, rounds):
    runner.run_pending()
    assert rounds.count == 1


def test_in_view_it_polls_every_minute(runner, rounds, clock):
    assert rounds_after(runner, rounds, clock, POLL_IN_VIEW - SECOND) == 0
    assert rounds_after(runner, rounds, clock, SECOND) == 1


def test_in_the_background_it_polls_every_five_minutes(runner, rounds, clock):
    runner.set_in_view(False)
    assert rounds_after(runner, rounds, clock, POLL_IN_BACKGROUND - SECOND) == 0
    assert rounds_after(runner, rounds, clock, SECOND) == 1


def test_while_pokes_arrive_it_polls_every_quarter_of_an_hour(rounds, clock):
    runner = Runner(rounds, clock, poked=lambda: True)
    runner.run_pending()
    assert rounds_after(runner, rounds, clock, POLL_BESIDE_POKES - SECOND) == 0
    assert rounds_after(runner, rounds, clock, SECOND) == 1


def test_when_pokes_stop_arriving_the_pace_is_the_polling_one_again(rounds, clock):
    arriving = [True]
    runner = Runner(rounds, clock, poked=lambda: arriving[0])
    runner.run_pending()
    arriving[0] = False
    assert rounds_after(runner, rounds, clock, POLL_IN_VIEW) == 1


def test_a_wake_is_a_round_at_once(runner, rounds):
    runner.wake()
    runner.run_pending()
    assert rounds.count == 2


def test_a_wake_during_a_round_is_another_round_after_it(runner, rounds):
    rounds.during = lambda: rounds.count == 2 and runner.wake()
    runner.wake()
    runner.run_pending()
    runner.run_pending()
    assert rounds.count == 3


def test_a_wake_during_a_round_that_cannot_begin_is_another_round_after_it(runner, rounds):
    rounds.during = lambda: rounds.count == 2 and runner.wake()
    rounds.ends = [StoreProblem(Trouble.DISK_FULL)]
    runner.wake()
    runner.run_pending()
    runner.run_pending()
    assert rounds.count == 3


def test_a_wake_during_a_round_that_fails_does_not_wait_for_the_next_try(runner, rounds, clock):
    rounds.during = lambda: rounds.count == 2 and runner.wake()
    rounds.ends = [RoundReport(Offline("unreachable"), clock.now() + 40 * SECOND)]
    runner.wake()
    runner.run_pending()
    runner.run_pending()
    assert rounds.count == 3


def test_several_wakes_are_one_round(runner, rounds):
    runner.wake()
    runner.wake()
    runner.run_pending()
    runner.run_pending()
    assert rounds.count == 2


def test_coming_back_after_being_away_is_a_round_at_once(runner, rounds, clock):
    runner.set_in_view(False)
    clock.advance(POLL_IN_VIEW)
    runner.set_in_view(True)
    assert rounds_after(runner, rounds, clock, timedelta()) == 1


def test_coming_back_while_pokes_arrive_is_a_round_as_well(rounds, clock):
    runner = Runner(rounds, clock, poked=lambda: True)
    runner.run_pending()
    runner.set_in_view(False)
    clock.advance(POLL_IN_VIEW)
    runner.set_in_view(True)
    assert rounds_after(runner, rounds, clock, timedelta()) == 1


def test_looking_to_and_fro_hurries_nobody(runner, rounds, clock):
    for _ in range(5):
        runner.set_in_view(False)
        clock.advance(SECOND)
        runner.set_in_view(True)
        runner.run_pending()
    assert rounds.count == 1


def test_staying_in_view_asks_for_nothing(rounds, clock):
    runner = Runner(rounds, clock, poked=lambda: True)
    runner.run_pending()
    clock.advance(POLL_IN_VIEW)
    runner.set_in_view(True)
    assert rounds_after(runner, rounds, clock, timedelta()) == 0


def test_after_a_failure_the_next_try_sets_the_time_and_not_the_pace(runner, rounds, clock):
    rounds.ends = [RoundReport(Busy("http-503"), clock.now() + 3 * POLL_IN_VIEW)]
    runner.wake()
    runner.run_pending()
    assert rounds_after(runner, rounds, clock, 3 * POLL_IN_VIEW - SECOND) == 0
    assert rounds_after(runner, rounds, clock, SECOND) == 1


def test_a_wake_does_not_wait_for_our_own_next_try(runner, rounds, clock):
    rounds.ends = [RoundReport(Busy("http-503"), clock.now() + 3 * POLL_IN_VIEW)]
    runner.wake()
    runner.run_pending()
    runner.wake()
    assert rounds_after(runner, rounds, clock, timedelta()) == 1


def test_an_action_that_is_due_earlier_than_the_next_poll_is_not_late(runner, rounds, clock):
    rounds.ends = [RoundReport(None, clock.now() + 20 * SECOND)]
    runner.wake()
    runner.run_pending()
    assert rounds_after(runner, rounds, clock, 19 * SECOND) == 0
    assert rounds_after(runner, rounds, clock, SECOND) == 1


def test_an_action_that_is_due_later_than_the_next_poll_does_not_delay_it(runner, rounds, clock):
    rounds.ends = [RoundReport(None, clock.now() + 3 * POLL_IN_VIEW)]
    runner.wake()
    runner.run_pending()
    assert rounds_after(runner, rounds, clock, POLL_IN_VIEW) == 1


def test_a_round_that_cannot_begin_is_tried_again_soon(runner, rounds, clock):
    rounds.ends = [StoreProblem(Trouble.DISK_FULL)]
    runner.wake()
    runner.run_pending()
    assert rounds_after(runner, rounds, clock, 9 * SECOND) == 0
    assert rounds_after(runner, rounds, clock, SECOND) == 1


def test_a_time_that_only_a_wrong_clock_can_have_set_is_not_waited_for(runner, rounds, clock):
    assert rounds_after(runner, rounds, clock, -timedelta(days=1)) == 1


def test_errands_are_done_before_a_round_and_need_none(runner, rounds):
    done = []
    runner.errand(lambda: done.append(rounds.count))
    runner.wake()
    runner.run_pending()
    runner.errand(lambda: done.append(rounds.count))
    runner.run_pending()
    assert done == [1, 2]


class Running:
    """A runner in a thread of its own; ``time`` is what has passed by the monotonic clock."""

    def __init__(self, rounds, clock, **options):
        self.time = 0.0
        self.runner = Runner(rounds, clock, monotonic=lambda: self.time, **options)
        self._thread = threading.Thread(target=self.runner.run, daemon=True)
        self._thread.start()
        self.stir()

    def stir(self):
        """Let the loop go round until what happened before this has been noticed, and a round for it is over."""
        for _ in range(3):
            done = threading.Event()
            self.runner.errand(done.set)
            assert done.wait(PATIENCE)

    def pass_time(self, clock, by):
        """Move both clocks at once, as far as the loop can see."""

        def move():
            clock.advance(by)
            self.time += by.total_seconds()

        self.runner.errand(move)
        self.stir()

    def stop(self):
        self.runner.stop()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture
def running(rounds, clock):
    made = Running(rounds, clock, poked=lambda: True)
    yield made
    made.stop()


@pytest.mark.parametrize("jump", [timedelta(minutes=5), -timedelta(minutes=5)], ids=["on", "back"])
def test_a_clock_that_jumps_is_a_reason_for_a_round(running, rounds, clock, jump):
    clock.advance(jump)
    running.stir()
    assert rounds.count == 2


def test_a_clock_that_is_set_by_a_little_is_none(running, rounds, clock):
    clock.advance(timedelta(seconds=59))
    running.stir()
    assert rounds.count == 1


def test_time_that_passes_is_no_jump(running, rounds, clock):
    running.pass_time(clock, timedelta(minutes=5))
    assert rounds.count == 1


def test_a_jump_is_noticed_once(running, rounds, clock):
    clock.advance(timedelta(minutes=5))
    running.stir()
    running.stir()
    assert rounds.count == 2


def test_a_clock_that_jumps_during_a_round_is_noticed_after_it(running, rounds, clock):
    rounds.during = lambda: rounds.count == 2 and clock.advance(timedelta(minutes=5))
    running.runner.wake()
    running.stir()
    running.stir()
    assert rounds.count == 3


def test_a_runner_at_rest_hears_a_wake_at_once(running, rounds):
    heard = threading.Event()
    rounds.during = heard.set
    running.runner.wake()
    assert heard.wait(PATIENCE)
