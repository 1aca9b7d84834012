"""The sign-in window: in by the browser or by a code on another device, where that is kept, and out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QRadioButton, QVBoxLayout, QWidget

from ui import sign_in_words
from ui.call_dialog import announce
from ui.sign_in_words import CHOICES, Deed, PageWords, grouped_code
from ui.signing_in import SigningIn, Stage
from ui.style import px
from ui.widgets.box import Box
from ui.widgets.buttons import LinkButton, PlainButton, PrimaryButton
from ui.widgets.copy_field import CopyField
from ui.widgets.dialog_foot import DialogFoot, keep_place
from ui.widgets.notice import NoticeBox
from ui.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.account import Keeping
    from ui.wording import Wording

_WIDE: Final = 460


class SignInDialog(QDialog):
    """Shows how far ``signing`` has come. Closing it stops what waits, and goes on where another account is in."""

    def __init__(self, signing: SigningIn, wording: Wording, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("signIn")
        self.setWindowTitle("Account")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._signing, self._wording = signing, wording
        self._said: PageWords | None = None
        width = min(px(_WIDE), self.screen().availableGeometry().width() - px(80))
        self._make_parts()
        self._make_code()
        self._make_choice()
        self._make_foot()
        column = QVBoxLayout(self)
        # Words of a known width have a known height, and the window is as large as they are.
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        # The words of links, not their grounds, stand in line with everything above.
        indent = self._foot.indent
        column.setContentsMargins(px(28) - indent, px(24), px(28), px(22))
        column.setSpacing(px(12))
        page = QVBoxLayout()
        page.setContentsMargins(indent, 0, 0, 0)
        page.setSpacing(px(12))
        for part in (self._title, self._problem, self._text, self._code_box, self._choice):
            page.addWidget(part)
            part.setFixedWidth(width)
        self._foot.setFixedWidth(width + indent)
        column.addLayout(page)
        column.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self._foot)
        signing.changed.connect(self._show)
        self.finished.connect(self._on_finished)
        self._show()

    def _make_parts(self) -> None:
        self._title = PlainLabel("", self, kind="heading", wrap=True, name="signInTitle")
        self._problem = NoticeBox(self, name="signInProblem")
        self._text = PlainLabel("", self, wrap=True, line=1.12, name="signInText")
        self._copy = LinkButton(Deed.COPY_ADDRESS.value, self, name="signInCopyAddress")
        self._copy.clicked.connect(self._on_copy_address)

    def _make_code(self) -> None:
        self._code_box = Box(self, tone="sunken", name="signInCodeBox", margin=px(16))
        self._code_box.column.setSpacing(px(12))
        self._address = CopyField("Address", "Copy address", self._code_box, name="signInAddress", kind="reading")
        self._code = CopyField("Code", "Copy code", self._code_box, name="signInCode", kind="digits")
        self._until = PlainLabel("", self._code_box, kind="small", tone="text2", wrap=True, name="signInUntil")
        for part in (self._address, self._code, self._until):
            self._code_box.add(part)

    def _make_choice(self) -> None:
        self._choice = Box(self, tone="sunken", name="signInChoice", margin=px(16))
        self._choice.column.setSpacing(px(4))
        self._radios: dict[Keeping, QRadioButton] = {}
        for keeping, (words, why) in CHOICES.items():
            radio = QRadioButton(words, self._choice)
            radio.setObjectName(f"signInKeep{keeping.title()}")
            radio.setAccessibleDescription(why)
            note = PlainLabel(why, self._choice, kind="small", tone="text2", wrap=True, name=f"{radio.objectName()}Why")
            under = QHBoxLayout()
            under.setContentsMargins(px(26), 0, 0, px(8))
            under.addWidget(note)
            self._choice.add(radio)
            self._choice.column.addLayout(under)
            self._radios[keeping] = radio
        self._radios["memory"].setChecked(True)

    def _make_foot(self) -> None:
        self._road = LinkButton("", self, name="signInRoad", tall=True)
        self._way_out = PlainButton("", self, name="signInWayOut", tall=True)
        self._primary = PrimaryButton("", self, name="signInPrimary", tall=True)
        self._road.clicked.connect(lambda: self._do(self._words().road))
        self._way_out.clicked.connect(lambda: self._do(self._words().way_out))
        self._primary.clicked.connect(lambda: self._do(self._words().primary))
        self._foot = DialogFoot(self, road=self._road, way_out=self._way_out, primary=self._primary, name="signInFoot")
        self._foot.reserve(self._primary, Deed.BROWSER.value)

    def _words(self) -> PageWords:
        signing, who = self._signing, self._signing.account.who
        match signing.stage:
            case Stage.OUT:
                words = sign_in_words.out_words(who)
            case Stage.BROWSER:
                words = sign_in_words.browser_words(opened=bool(signing.address))
            case Stage.ASKING | Stage.CODE:
                words = sign_in_words.code_words(signing.code.address if signing.code else "")
            case Stage.CHOOSE:
                words = sign_in_words.choose_words()
            case Stage.IN:
                words = sign_in_words.in_words(who, moved=signing.moved)
            case Stage.GONE:
                words = sign_in_words.gone_words(who, heard=signing.heard)
            case Stage.KEEPING | Stage.LEAVING:
                words = sign_in_words.busy_words(leaving=signing.stage is Stage.LEAVING)
        return words

    def _show(self) -> None:
        said, stage = self._words(), self._signing.stage
        self._title.setText(said.title)
        self._text.setText(said.text)
        self._show_problem()
        self._code_box.setVisible(stage is Stage.CODE)
        self._choice.setVisible(stage is Stage.CHOOSE)
        self._copy.setVisible(stage is Stage.BROWSER and bool(self._signing.address))
        if self._signing.code is not None:
            code = self._signing.code
            self._address.show_digits(code.address.removeprefix("https://"), code.address)
            self._code.show_digits(grouped_code(code.user_code), code.user_code)
            self._until.setText(f"Waiting for you there until {self._wording.clock(code.expires_at)}.")
        for button, deed in ((self._road, said.road), (self._way_out, said.way_out), (self._primary, said.primary)):
            button.set_words(deed.value)
            keep_place(button, shown=deed is not Deed.NONE)
            button.setEnabled(deed is not Deed.WAITING)
        self._foot.relayout()
        if said != self._said:
            self._said = said
            self._focus_first()
            announce(self, f"{said.title}. {said.text}")

    def _show_problem(self) -> None:
        problem = self._signing.problem
        self._problem.setVisible(problem is not None)
        if problem is not None:
            sentence = self._wording.problem(str(problem.code), problem.detail)
            self._problem.say("warning", "warn", f"{sentence.title}.", sentence.paragraph())

    def _focus_first(self) -> None:
        for button in (self._primary, self._way_out):
            if button.isVisibleTo(self) and button.isEnabled():
                button.setFocus()
                return

    def _do(self, deed: Deed) -> None:
        match deed:
            case Deed.BROWSER | Deed.BROWSER_INSTEAD:
                self._signing.begin_in_browser()
            case Deed.CODE:
                self._signing.begin_with_code()
            case Deed.KEEP:
                self._signing.keep(next(keeping for keeping, radio in self._radios.items() if radio.isChecked()))
            case Deed.SIGN_OUT:
                self._signing.sign_out()
            case Deed.CANCEL if self._signing.stage is not Stage.OUT:
                self._signing.cancel()
            case _:
                self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the keyboard; Esc closes, which stops what waits."""
        focused = self.focusWidget()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and isinstance(focused, PlainButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    def _on_copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self._signing.address)

    def _on_finished(self) -> None:
        self._signing.changed.disconnect(self._show)
        self._signing.leave()
