"""What a look through the data on this computer has found, in words."""

from __future__ import annotations

from typing import Final

from sync.domain.findings import Fault, Finding

_WORDS: Final = {
    Fault.FILE_DAMAGED: "Part of the file is damaged",
    Fault.ACTION_UNREADABLE: "Something that you asked for cannot be read any more",
    Fault.ACTION_CHANGED: "Something that you asked for is not as you asked for it",
    Fault.STATE_UNKNOWN: "Nobody can tell whether something that you asked for was sent",
    Fault.ROWS_UNREADABLE: "Some of what the marketplace sent cannot be read any more",
    Fault.LINK_BROKEN: "A time belongs to no invitation",
    Fault.TWO_ON_THE_WAY: "Two answers to the same invitation are on their way",
    Fault.LINE_MISSING: "An accepted call has no number and PIN",
    Fault.COUNT_WRONG: "The invitations here are not as many as they should be",
}


def finding_sentence(finding: Finding) -> str:
    """Return one finding as a sentence; its place is for whoever helps."""
    return f"{_WORDS[finding.fault]} ({finding.detail})."
