"""How far signing in or out has come: the steps between a window and the errands of the worker; no widgets."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from sync.domain.problems import Problem, Refused, Trouble
from sync.domain.tokens import DeviceCode, Tokens
from ui.account import Account, Attempt, Keeping
from ui.backstage import Backstage


class Stage(StrEnum):
    """Where it stands.

    OUT: nobody is signed in. BROWSER, ASKING and CODE wait: for the browser, for a code, for that code to be typed.
    CHOOSE: signed in, and this computer has no keychain to keep that in. IN: signed in. GONE: signed out just now.
    """

    OUT = "out"
    BROWSER = "browser"
    ASKING = "asking"
    CODE = "code"
    KEEPING = "keeping"
    CHOOSE = "choose"
    IN = "in"
    LEAVING = "leaving"
    GONE = "gone"


WAITING = frozenset({Stage.BROWSER, Stage.ASKING, Stage.CODE})


class SigningIn(QObject):
    """One for a window. ``changed`` after every step; ``problem`` is why the last one did not work, None otherwise.

    ``again``: the sign-in that is here is not good any more.
    """

    changed = Signal()
    _page_ready = Signal(object, str)
    _code_ready = Signal(object, object)

    def __init__(
        self, account: Account, backstage: Backstage, parent: QObject | None = None, *, again: bool = False
    ) -> None:
        super().__init__(parent)
        self.account, self._backstage, self._again = account, backstage, again
        self.stage = self._home()
        self.problem: Problem | None = None
        self.code: DeviceCode | None = None
        self.address = ""
        """The marketplace's page, while the browser is waited for."""
        self.moved = False
        """Whether another account was signed in than the window shows."""
        self.heard = True
        """After signing out: whether the marketplace knows."""
        self._current: _Current | None = None
        self._tokens: Tokens | None = None
        # The errand is in another thread: these wait for the window's.
        self._page_ready.connect(self._on_page_ready)
        self._code_ready.connect(self._on_code_ready)

    def begin_in_browser(self) -> None:
        """Sign in with the browser of this computer."""
        self._begin(Stage.BROWSER, lambda current, attempt: attempt.with_browser(self._opener(current)))

    def begin_with_code(self) -> None:
        """Sign in with a code on another device."""
        self._begin(Stage.ASKING, lambda current, attempt: attempt.with_code(self._shower(current)))

    def cancel(self) -> None:
        """Stop waiting; a sign-in that could not be kept is given up."""
        if self._current is not None:
            self._current.cancel()
            self._current = None
        if self._tokens is not None:
            tokens, self._tokens = self._tokens, None
            self._backstage.errand(lambda: self.account.drop(tokens), _nothing, _nothing)
        if self.stage in WAITING or self.stage is Stage.CHOOSE:
            self._go(self._home())

    def keep(self, keeping: Keeping) -> None:
        """Keep the sign-in where the writer chose."""
        tokens = self._tokens
        if tokens is None:
            return
        self._go(Stage.KEEPING)
        failed = self._on_no_keychain if keeping == "system" else self._on_not_kept
        self._backstage.errand(lambda: self.account.keep(tokens, keeping), self._on_kept, failed)

    def sign_out(self) -> None:
        """Sign out; what is on this computer stays."""
        self._go(Stage.LEAVING)
        self._backstage.errand(self.account.sign_out, self._on_gone, self._on_failed)

    def leave(self) -> None:
        """End what waits, and go on with the account that is in now where this window shows another one's."""
        self.cancel()
        if self.stage is Stage.GONE or self.moved:
            self.account.go_on()

    def _begin(self, stage: Stage, wait: Callable[[_Current, Attempt], Tokens]) -> None:
        self.cancel()
        current = self._current = _Current()
        self.code, self.address = None, ""
        self._go(stage)

        def job() -> Tokens:
            attempt = self.account.new_attempt()
            current.take(attempt)
            return wait(current, attempt)

        self._backstage.errand(
            job, lambda tokens: self._on_tokens(current, tokens), lambda problem: self._on_refused(current, problem)
        )

    def _opener(self, current: _Current) -> Callable[[str], bool]:
        def open_browser(address: str) -> bool:
            self._page_ready.emit(current, address)
            return True

        return open_browser

    def _shower(self, current: _Current) -> Callable[[DeviceCode], None]:
        return lambda code: self._code_ready.emit(current, code)

    def _on_page_ready(self, current: _Current, address: str) -> None:
        if current is not self._current:
            return
        self.address = address
        self.changed.emit()
        if not self.account.open_page(address):
            self.cancel()
            self._go(self._home(), Refused(Trouble.NO_BROWSER))

    def _on_code_ready(self, current: _Current, code: DeviceCode) -> None:
        if current is self._current:
            self.code = code
            self._go(Stage.CODE)

    def _on_tokens(self, current: _Current, tokens: Tokens) -> None:
        if current is not self._current:
            self._backstage.errand(lambda: self.account.drop(tokens), _nothing, _nothing)
            return
        self._current, self._tokens = None, tokens
        self.keep("system")

    def _on_kept(self, moved: bool) -> None:  # noqa: FBT001 - the outcome of an errand
        self._tokens, self.moved, self._again = None, moved, False
        self._go(Stage.IN)
        self._backstage.wake()

    def _on_no_keychain(self, problem: Problem) -> None:
        """Ask where else: never silently in a place that is less safe."""
        self._go(Stage.CHOOSE, None if problem.code == Trouble.KEYCHAIN else problem)

    def _on_not_kept(self, problem: Problem) -> None:
        self._go(Stage.CHOOSE, problem)

    def _on_gone(self, heard: bool) -> None:  # noqa: FBT001 - the outcome of an errand
        self.heard = heard
        self._go(Stage.GONE)

    def _on_refused(self, current: _Current, problem: Problem) -> None:
        if current is self._current:
            self._current = None
            self._on_failed(problem)

    def _on_failed(self, problem: Problem) -> None:
        self._go(self._home(), problem)

    def _home(self) -> Stage:
        return Stage.IN if self.account.who.kept and not self._again else Stage.OUT

    def _go(self, stage: Stage, problem: Problem | None = None) -> None:
        self.stage, self.problem = stage, problem
        self.changed.emit()


class _Current:
    """The attempt that is waited for; it can be cancelled before the worker has begun it."""

    def __init__(self) -> None:
        self._attempt: Attempt | None = None
        self._cancelled = False

    def take(self, attempt: Attempt) -> None:
        """Remember the attempt, in the worker's thread. Raises Refused when it is not wanted any more."""
        self._attempt = attempt
        if self._cancelled:
            raise Refused(Trouble.SIGN_IN_CANCELLED)

    def cancel(self) -> None:
        """End it, from the window's thread."""
        self._cancelled = True
        if self._attempt is not None:
            self._attempt.cancel()


def _nothing(_outcome: object) -> None:
    """Leave an outcome that nobody waits for."""
