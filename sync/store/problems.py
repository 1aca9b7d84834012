"""Turns the errors of SQLite and of files into the store's problems, by result code, never by message."""

from __future__ import annotations

import errno
import sqlite3
from typing import Final

from sync.domain.problems import StoreProblem, Trouble

_BY_CODE: Final = {
    sqlite3.SQLITE_FULL: Trouble.DISK_FULL,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Trouble.READ_ONLY,
    sqlite3.SQLITE_PERM: Trouble.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_IOERR: Trouble.DISK_ERROR,
}


def store_problem(error: sqlite3.Error) -> StoreProblem:
    """Return the problem for an error of SQLite; what is not about the disk or the file is a bug and is raised.

    The primary result code is the low byte (sqlite.org, "Result and Error Codes"). An operational error without a code
    is Python's own: a text that is not UTF-8, which this program never writes.
    """
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int) and type(error) is sqlite3.OperationalError:
        return StoreProblem(Trouble.DAMAGED, "a text is not UTF-8")  # its message holds that text
    trouble = _BY_CODE.get(code & 0xFF) if isinstance(code, int) else None
    if trouble is None:
        raise error
    return StoreProblem(trouble, str(error))


def file_problem(error: OSError) -> StoreProblem:
    """Return the problem for a file that could not be made or written."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StoreProblem(Trouble.DISK_FULL, str(error))
    return StoreProblem(Trouble.DISK_ERROR if error.errno == errno.EIO else Trouble.READ_ONLY, str(error))
