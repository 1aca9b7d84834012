"""Thousands of made-up histories: whatever happens, no law is broken, and in the end everybody agrees.

A failure prints the command that lives through the same history again. Set FOREWORD_RELEASE=1 for the full sizes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.marketplace.sizes import IS_RELEASE, size
from tests.model.device import Template
from tests.model.replay import folder, words_of
from tests.model.world import ORDINARY, RESTORING, live_through, steps_of

HISTORIES = size(600, 20_000)
EXAMPLES = size(600, 2_000)
HOUR_SECONDS = 3600

RULES = st.sampled_from([rule for rule, weight in RESTORING.items() for _ in range(max(1, round(weight)))])
STEPS = st.lists(st.tuples(RULES, st.integers(0, 2**32 - 1)), max_size=60)


def broken_laws(seeds: Iterable[int]) -> list[str]:
    """Live through the histories of some seeds, in a process of a pool; return what broke, with how to see it again."""
    found = []
    with tempfile.TemporaryDirectory(dir=folder()) as name:
        template = Template(Path(name))
        for seed in seeds:
            try:
                live_through(steps_of(seed), template)
            except Exception as error:  # noqa: BLE001 - whatever it is, the seed is to be told
                found.append(f"{error!r}\n    python -m tests.model.replay {seed}")
    return found


def _portions() -> list[range]:
    return [range(start, min(start + 50, HISTORIES)) for start in range(0, HISTORIES, 50)]


@pytest.mark.timeout(8 * HOUR_SECONDS if IS_RELEASE else 900)
def test_no_history_of_a_hundred_steps_breaks_a_law() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = [line for lines in pool.map(broken_laws, _portions()) for line in lines]
    assert not found, "\n".join(found)


@pytest.mark.timeout(4 * HOUR_SECONDS if IS_RELEASE else 900)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_no_history_that_can_be_made_shorter_breaks_a_law(template: Template, steps: list[tuple[str, int]]) -> None:
    try:
        live_through(steps, template)
    except Exception as error:
        error.add_note(f'python -m tests.model.replay "{words_of(steps)}"')
        raise


@pytest.mark.parametrize("seed", [2, 3])
def test_the_same_seed_is_the_same_history_to_the_letter(template: Template, seed: int) -> None:
    assert live_through(steps_of(seed, 60), template) == live_through(steps_of(seed, 60), template)


def test_another_seed_is_another_history(template: Template) -> None:
    assert live_through(steps_of(2, 30), template) != live_through(steps_of(4, 30), template)


def test_a_marketplace_goes_back_in_time_in_every_other_history() -> None:
    assert "restore" not in ORDINARY
    assert [any(rule == "restore" for rule, _ in steps_of(seed, 400)) for seed in range(6)] == [False, True] * 3
