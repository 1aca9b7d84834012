"""The last resort: what nobody caught goes to a log that the writer can send, and one sentence to the writer."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

_LOG = logging.getLogger("foreword")


def open_log(folder: Path) -> Path:
    """Begin a log of at most 3 x 1 MB below ``folder``, readable by its owner alone; returns its path."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "foreword.log"
    path.touch(mode=0o600)
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(threadName)s: %(message)s"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    return path


def catch_the_rest(tell: Callable[[], None]) -> None:
    """Log every exception that reaches the top of any thread, then ``tell`` the writer."""

    def log(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _LOG.critical("a bug", exc_info=(kind, error, trace))
        tell()

    def log_thread(details: threading.ExceptHookArgs) -> None:
        if details.exc_value is not None:
            log(details.exc_type, details.exc_value, details.exc_traceback)

    sys.excepthook = log
    threading.excepthook = log_thread
