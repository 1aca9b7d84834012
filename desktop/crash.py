"""The last resort: what nobody caught goes to a log that the writer can send, and one sentence to the writer."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final

LOG_BYTES: Final = 1_000_000
"""A log longer than this is put aside as ``.1``, in the place of the one before."""


def catch_the_rest(log: Path, tell: Callable[[], None]) -> None:
    """Write every exception that reaches the top of any thread into ``log``, then ``tell`` the writer."""

    def catch(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if not issubclass(kind, KeyboardInterrupt):
            write(log, error)
            tell()

    def catch_in_thread(details: threading.ExceptHookArgs) -> None:
        if details.exc_value is not None:
            catch(details.exc_type, details.exc_value, details.exc_traceback)

    sys.excepthook = catch
    threading.excepthook = catch_in_thread


def write(log: Path, error: BaseException) -> None:
    """Append an exception to the log, which its owner alone can read; a disk that says no is not told of again."""
    import traceback  # noqa: PLC0415 - needed on the worst day alone

    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_name(log.name + ".1"))
        with os.fdopen(os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.writelines(["\n", *traceback.format_exception(error)])
    except OSError as reason:
        sys.stderr.write(f"{log} cannot be written: {reason}\n")
