"""One program at a time writes a profile: a lock that ends with its process, and a bell that calls its window.

The operating system gives the lock back however the process ends: a crash leaves nothing to clean up. The bell is a
socket inside the profile's folder, which its owner alone can use; where there can be none (Windows, a path of more than
a hundred bytes), a port of this computer and a secret that lies in the folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from desktop.cannot_start import CannotStart, unusable_folder
from desktop.paths import Profile

if TYPE_CHECKING:
    import socket

LOCK: Final = "foreword.lock"
BELL: Final = "foreword.bell"

PATIENCE: Final = 5.0
"""Seconds for a program that has the profile to answer the bell, or to end: it may be starting or stopping."""

_SHORT: Final = 0.5
_LINE_BYTES: Final = 200
_READ_ONLY: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class Claim:
    """The right to write a profile, until ``release`` or the end of the process, however it ends."""

    def __init__(self, file: int | None) -> None:
        self._file = file

    def release(self) -> None:
        """Let another program have it."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def claim(profile: Profile) -> Claim | None:
    """Take the profile, making its folder if there is none; None while another program has it.

    A profile that lies where nobody can write is there to be read, without a lock. Raises CannotStart for a folder that
    cannot be used, and for one on a disk that cannot keep two programs apart.
    """
    try:
        profile.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(profile.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno in _READ_ONLY and os.access(profile.database, os.R_OK):
            return Claim(None)
        raise unusable_folder(profile.folder, error) from error
    try:
        taken = _lock(file)
    except OSError as error:
        os.close(file)
        raise _no_locks(profile.folder) from error
    if not taken:
        os.close(file)
        return None
    return Claim(file)


def claim_or_call(profile: Profile, word: str = "show") -> Claim | None:
    """Take the profile; None when a window has it and has done what ``word`` asks for (``ring``).

    Raises CannotStart like ``claim``, and when the program that has it neither answers nor ends.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        mine = claim(profile)
        if mine is not None:
            return mine
        if ring(profile.folder, word):
            return None
        if time.monotonic() > deadline:
            raise CannotStart(
                "Foreword is open already",
                "It uses this folder and does not answer; it may be busy, or run on another computer.",
                "Wait a moment or close that one, then start again.",
                profile.folder,
            )
        time.sleep(0.05)


def _no_locks(folder: Path) -> CannotStart:
    return CannotStart(
        "Foreword cannot use this folder",
        "It lies on a disk that cannot keep two programs apart, as some network disks do, so answers could be lost.",
        "Start with a folder on this computer: foreword --home FOLDER.",
        folder,
    )


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        """Lock the file's first byte for this process; False while another process has it."""
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EDEADLK}:
                return False
            raise
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        """Lock the file for this process; False while another process has it. Raises OSError where nothing locks."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Bell:
    """Hears the programs that find the profile taken; ``calls`` tells what each word asks for.

    ``answer`` is to be called whenever ``fileno()`` can be read, in the thread of the calls. Raises OSError where
    nothing can be heard.
    """

    def __init__(self, folder: Path, calls: Mapping[str, Callable[[], None]]) -> None:
        self._calls = calls
        self._place = folder / BELL
        self._place.unlink(missing_ok=True)
        self._listener, self._secret = _listen(self._place)

    def fileno(self) -> int:
        """Return what to watch."""
        return self._listener.fileno()

    def answer(self) -> None:
        """Do what one caller asks for, and say so to the caller; anything else is left without an answer."""
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(_SHORT)
            word = self._hear(connection)
            if word in self._calls:
                self._calls[word]()
                with contextlib.suppress(OSError):
                    _say(connection, "ok")

    def close(self) -> None:
        """Hear no more."""
        self._listener.close()
        self._place.unlink(missing_ok=True)

    def _hear(self, connection: socket.socket) -> str:
        """Return the word of a caller who knows the secret, "" for any other."""
        import hmac  # noqa: PLC0415 - when somebody calls

        try:
            secret, _, word = _heard(connection).partition(" ")
        except OSError:
            return ""
        return word if hmac.compare_digest(secret.encode(), self._secret.encode()) else ""


def ring(folder: Path, word: str) -> bool:
    """Ask the program that has the profile to do something: "show" its window, "sync" now; True when it did."""
    import socket  # noqa: PLC0415 - 3 ms, for a second start alone

    place = folder / BELL
    try:
        if place.is_socket():
            connection, secret = socket.socket(socket.AF_UNIX), "-"
            address: str | tuple[str, int] = str(place)
        else:
            port, _, secret = place.read_text(encoding="ascii").partition(" ")
            connection, address = socket.socket(), ("127.0.0.1", int(port))
        with connection:
            connection.settimeout(PATIENCE)
            connection.connect(address)
            _say(connection, f"{secret} {word}")
            return _heard(connection) == "ok"
    except (OSError, ValueError, OverflowError):
        return False


def _listen(place: Path) -> tuple[socket.socket, str]:
    """Return a listening socket and the secret that callers must say; sets up what they find at ``place``."""
    import socket  # noqa: PLC0415 - after the first paint

    if hasattr(socket, "AF_UNIX"):
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.bind(str(place))
        except OSError:  # a path that is too long, a disk without sockets
            listener.close()
        else:
            place.chmod(0o600)
            listener.listen()
            listener.settimeout(_SHORT)
            return listener, "-"
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(_SHORT)
    secret = os.urandom(16).hex()
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{listener.getsockname()[1]} {secret}")
    return listener, secret


def _say(connection: socket.socket, words: str) -> None:
    connection.sendall(f"{words}\n".encode("ascii"))


def _heard(connection: socket.socket) -> str:
    """Return the line that the other side says, at once and whole, as all of ours are; "" for anything else."""
    line = connection.recv(_LINE_BYTES)
    return line.decode("ascii", "replace").removesuffix("\n") if line.endswith(b"\n") else ""
