"""Words from customers and servers reach plain-text widgets only, and addresses are opened in one place.

Qt reads text that looks like markup as markup: one image tag that names a pipe stops the whole program for ever.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import Finding, Source, assert_kept, breaches, dotted, read, words_for

LABEL_PLACE = "ui/widgets/plain_label.py"
TOOLTIP_PLACE = "ui/widgets/tooltips.py"

RICH_CLASSES = {
    "QErrorMessage", "QInputDialog", "QMessageBox", "QProgressDialog", "QStaticText", "QTextBrowser", "QTextEdit",
    "QWhatsThis", "QWizard",
}  # fmt: skip
RICH_METHODS = {"appendHtml", "insertHtml", "insertMarkdown", "setHtml", "setMarkdown", "setWhatsThis"}
RICH_FORMATS = {"AutoText", "MarkdownText", "RichText", "StyledText"}
TOOLTIPS = {"QToolTip", "ToolTipRole", "setToolTip"}
FORBIDDEN_MODULES = ("PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtWebEngine", "PySide6.QtWebView", "webbrowser")


def rich_text(source: Source) -> Iterator[Finding]:
    """Find every door by which text could be read as markup."""
    for name, line in source.names():
        if name in RICH_CLASSES | RICH_METHODS | RICH_FORMATS:
            yield Finding(source.path, line, f"{name} may show markup: use PlainLabel or QPlainTextEdit")
        elif name in TOOLTIPS and not _plain_tooltips(source):
            yield Finding(source.path, line, f"{name} may show markup: use {TOOLTIP_PLACE}")
    if source.path != LABEL_PLACE:
        for line in _labels(source):
            yield Finding(source.path, line, "QLabel may show markup: use PlainLabel")


def _plain_tooltips(source: Source) -> bool:
    """Tell whether a file makes its tooltips plain: the place itself, or item data that goes through it."""
    return source.path == TOOLTIP_PLACE or any(name == "plain_tooltip" for name, _ in source.names())


def _labels(source: Source) -> Iterator[int]:
    used = [(call.func, call.lineno) for call in source.calls()]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            used.extend((base, node.lineno) for base in node.bases)
    return (line for name, line in used if dotted(name).rpartition(".")[2] == "QLabel")


def foreign_surfaces(source: Source) -> Iterator[Finding]:
    """Find web views, QML and second ways of opening an address."""
    for name, line in source.imports():
        if name.startswith(FORBIDDEN_MODULES):
            yield Finding(source.path, line, f"{name} shows or opens what it is given")


def openers(source: Source) -> Iterator[Finding]:
    """Find where addresses are handed to the system."""
    lines = [line for name, line in source.names() if name in {"QDesktopServices", "startfile"}]
    if lines:
        yield Finding(source.path, lines[0], "opens addresses")


def test_no_window_can_read_text_as_markup() -> None:
    assert_kept(rich_text, "ui", "desktop")


def test_no_web_view_no_qml_and_no_second_way_out() -> None:
    assert_kept(foreign_surfaces, "ui", "desktop", "sync")


def test_addresses_are_opened_in_one_file_at_most() -> None:
    assert len(breaches(openers, "ui", "desktop", "sync")) <= 1


def test_the_plain_label_asks_for_plain_text() -> None:
    label = next(source for source in read("ui") if source.path == LABEL_PLACE)
    assert "self.setTextFormat(Qt.TextFormat.PlainText)" in label.text


def test_labels_by_any_way_are_found() -> None:
    for text in ("QLabel('x')", "QtWidgets.QLabel()", "class Mine(QLabel): ...", "class Mine(QtWidgets.QLabel): ..."):
        assert words_for(rich_text, text) == ["QLabel may show markup: use PlainLabel"], text
        assert words_for(rich_text, text, LABEL_PLACE) == [], text


def test_rich_widgets_methods_and_formats_are_found() -> None:
    for text in (
        "from PySide6.QtWidgets import QTextEdit",
        "QtWidgets.QMessageBox.warning(None, '', words)",
        "QTextBrowser()",
        "document.setHtml(words)",
        "editor.appendHtml(words)",
        "label.setTextFormat(Qt.TextFormat.RichText)",
        "button.setWhatsThis(words)",
    ):
        assert len(words_for(rich_text, text)) == 1, text
    assert words_for(rich_text, "from PySide6.QtWidgets import QPlainTextEdit\nQPlainTextEdit().setPlainText(x)") == []


def test_tooltips_are_found_unless_they_are_made_plain() -> None:
    for text in ("button.setToolTip(words)", "role == Qt.ItemDataRole.ToolTipRole", "QToolTip.showText(p, words)"):
        assert len(words_for(rich_text, text)) == 1, text
    assert words_for(rich_text, "button.setToolTip(words)", TOOLTIP_PLACE) == []
    assert words_for(rich_text, "if role == Qt.ToolTipRole: show(plain_tooltip(words))") == []


def test_foreign_surfaces_and_openers_are_found() -> None:
    assert len(words_for(foreign_surfaces, "from PySide6.QtQuickWidgets import QQuickWidget")) == 1
    assert len(words_for(foreign_surfaces, "from PySide6 import QtWebEngineWidgets")) == 1
    assert len(words_for(foreign_surfaces, "import webbrowser")) == 1
    assert words_for(openers, "QDesktopServices.openUrl(a)\nos.startfile(b)") == ["opens addresses"]
