"""Modules and classes bear names that tell what is inside and hide nothing of Python's."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.architecture.source import PACKAGES, ROOT, Finding, Source, assert_kept, words_for

# Names that say "code that belongs together" and nothing more.
EMPTY_WORDS = ("Manager", "Helper", "Helpers", "Util", "Utils", "Controller", "Base")

DOCSTRING_LINES = 5


def taken_names(source: Source) -> Iterator[Finding]:
    """Find modules and folders with the name of a module of the standard library."""
    path = PurePosixPath(source.path)
    for part in (*path.parts[:-1], path.stem):
        if part in sys.stdlib_module_names:
            yield Finding(source.path, 1, f"{part} is a module of the standard library")


def empty_names(source: Source) -> Iterator[Finding]:
    """Find classes and modules whose names tell nothing."""
    if PurePosixPath(source.path).stem in {word.lower() for word in EMPTY_WORDS}:
        yield Finding(source.path, 1, "the module's name tells nothing")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(EMPTY_WORDS):
            yield Finding(source.path, node.lineno, f"{node.name} tells nothing")


def wordless_modules(source: Source) -> Iterator[Finding]:
    """Find public modules that do not tell in one to five lines what they are for; a folder's may be its map."""
    if PurePosixPath(source.path).stem.startswith("_") and not source.path.endswith(("__init__.py", "__main__.py")):
        return
    docstring = ast.get_docstring(source.tree)
    if not docstring:
        yield Finding(source.path, 1, "no docstring")
    elif len(docstring.splitlines()) > DOCSTRING_LINES and not source.path.endswith("__init__.py"):
        yield Finding(source.path, 1, f"a docstring of more than {DOCSTRING_LINES} lines")


def test_no_module_bears_a_name_of_the_standard_library() -> None:
    assert_kept(taken_names, *PACKAGES)


def test_no_class_or_module_is_named_for_nothing() -> None:
    assert_kept(empty_names, *PACKAGES, "tests")


def test_every_module_tells_in_five_lines_what_it_is_for() -> None:
    assert_kept(wordless_modules, *PACKAGES)


def test_packaging_is_no_package() -> None:
    # With an __init__.py it would stand before the library "packaging", and pytest would not start.
    assert list((ROOT / "packaging").rglob("__init__.py")) == []


def test_a_taken_name_is_found_at_any_depth() -> None:
    assert words_for(taken_names, "", "sync/agenda/calendar.py") == ["calendar is a module of the standard library"]
    assert words_for(taken_names, "", "ui/queue/row.py") == ["queue is a module of the standard library"]
    assert words_for(taken_names, "", "sync/agenda/__init__.py") == []


def test_an_empty_name_is_found() -> None:
    assert words_for(empty_names, "class CallManager: ...") == ["CallManager tells nothing"]
    assert words_for(empty_names, "", "ui/utils.py") == ["the module's name tells nothing"]
    assert words_for(empty_names, "class Database: ...") == []


def test_a_module_without_words_or_with_too_many_is_found() -> None:
    assert words_for(wordless_modules, "x = 1") == ["no docstring"]
    assert words_for(wordless_modules, '"""1\n2\n3\n4\n5\n6"""') == ["a docstring of more than 5 lines"]
    assert words_for(wordless_modules, '"""1\n2\n3\n4\n5\n"""') == []
    assert words_for(wordless_modules, '"""1\n2\n3\n4\n5\n6"""', "sync/__init__.py") == []
    assert words_for(wordless_modules, "", "sync/__init__.py") == ["no docstring"]
