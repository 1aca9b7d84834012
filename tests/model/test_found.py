"""Histories that once broke a law, kept for ever: what each of them found in the core is said beside it."""

from __future__ import annotations

import pytest

from tests.model.device import Template
from tests.model.replay import read_steps
from tests.model.world import live_through

FOUND = {
    "4": "an edit of a waiting text wrote over what had come meanwhile",
    "7": "a note that a snapshot no longer listed was shown as if it were there",
    "24": "a row that came unreadable in a snapshot was marked as gone",
    "32": "a note that came unreadable was never asked for again",
    "36": "what was on its way at a crash could be taken back although it had arrived",
    "45": "an acceptance was given up because of a clock that was wrong",
    "104": "what an editor held from before a merge wrote over the merge",
    "169": "a snapshot that shows an older state ended the pull instead of beginning it anew",
    "521": "what a marketplace that went back had lost was taken away here as well, before that was noticed",
    "2051": "a merge that waited could not be counted",
    "2057": "a text that a restored marketplace had lost was taken for words that the other device took away",
    "2099": "a text that was lost was not looked for, because a clock was ten years ahead",
    "197": "a text that was sent again wrote over what was written since",
}


@pytest.mark.parametrize("history", FOUND)
def test_a_history_that_once_broke_a_law_breaks_none(template: Template, history: str) -> None:
    live_through(read_steps(history), template)
