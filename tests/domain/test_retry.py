"""Waiting grows, is spread, has a ceiling, and respects what the marketplace asks for."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.problems import Busy, Offline
from sync.domain.retry import LONGEST_WAIT, next_try
from tests.support.desks import NOW

attempts = st.integers(1, 10_000)


@given(attempts, st.randoms(use_true_random=False))
def test_a_wait_is_never_shorter_than_half_a_second_nor_longer_than_five_minutes(tries, random):
    wait = next_try(tries, Offline("unreachable"), NOW, random) - NOW
    assert timedelta(seconds=0.5) <= wait <= LONGEST_WAIT


def test_later_waits_are_longer_on_the_whole():
    def mean(tries):
        waits = [(next_try(tries, Busy("http-500"), NOW, Random(seed)) - NOW).total_seconds() for seed in range(200)]
        return sum(waits) / len(waits)

    assert mean(1) < mean(3) < mean(6) < mean(9)


def test_the_marketplaces_own_time_is_kept_to():
    at = NOW + timedelta(minutes=7)
    assert next_try(1, Busy("rate-limited", retry_at=at), NOW, Random(1)) == at


def test_a_time_in_the_past_means_in_a_second():
    assert next_try(1, Busy("too-early", retry_at=NOW - timedelta(days=1)), NOW, Random(1)) == NOW + timedelta(
        seconds=1
    )


def test_an_absurd_wish_is_cut_to_an_hour():
    asked = Busy("rate-limited", retry_at=NOW + timedelta(days=400))
    assert next_try(1, asked, NOW, Random(1)) == NOW + timedelta(hours=1)
