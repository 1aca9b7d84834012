"""Intents survive their way through the outbox."""

from __future__ import annotations

import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.intents import Accept, Decline, decode, encode, lane_of
from tests.support.desks import START

intents = st.one_of(
    st.builds(Accept, st.text(min_size=1), st.text(min_size=1), st.datetimes(timezones=st.just(UTC)), st.integers(0)),
    st.builds(Decline, st.text(min_size=1), st.text(), st.integers(0)),
)


@given(intents)
def test_what_is_written_is_read_back(intent):
    assert decode(json.loads(json.dumps(encode(intent)))) == intent


@pytest.mark.parametrize("data", [{}, {"type": "sing"}, {"type": "accept", "call_id": 1}])
def test_an_unknown_intent_is_said_to_be_unknown(data):
    with pytest.raises(ValueError, match="unknown intent"):
        decode(data)


def test_two_actions_on_one_call_share_a_lane():
    assert lane_of(Accept("cr_1", "sl_1", START, 1)) == lane_of(Decline("cr_1", "later", 1))
    assert lane_of(Accept("cr_1", "sl_1", START, 1)) != lane_of(Accept("cr_2", "sl_1", START, 1))
