"""Files, classes and functions stay small enough to be read at one go; each exception tells why it is one."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

from tests.architecture.source import PACKAGES, ROOT, Finding, Source, assert_kept, breaches, words_for

FILE_LINES = 400
CLASS_METHODS = 20
FUNCTION_LINES = 40

# "path" or "path::Class.function" -> why it may be larger.
EXCEPTIONS = {
    "sync/store/migrations/versions/0001_first_layout.py::upgrade": "the first layout is one list of tables",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def too_large(source: Source) -> Iterator[Finding]:
    """Find what breaks a limit and is no exception."""
    return (finding for place, finding in _larger(source) if place not in EXCEPTIONS)


def _larger(source: Source) -> Iterator[tuple[str, Finding]]:
    lines = len(source.text.splitlines())
    if lines > FILE_LINES:
        yield source.path, Finding(source.path, 1, f"{lines} lines in a file, at most {FILE_LINES}")
    for name, node in _definitions(source.tree, ""):
        place = f"{source.path}::{name}"
        if isinstance(node, ast.ClassDef):
            count = len({part.name for part in node.body if isinstance(part, Function) and part.name[0] != "_"})
            if count > CLASS_METHODS:
                words = f"{name} has {count} public methods, at most {CLASS_METHODS}"
                yield place, Finding(source.path, node.lineno, words)
        elif (length := _length(node)) > FUNCTION_LINES:
            words = f"{name} has {length} lines, at most {FUNCTION_LINES}"
            yield place, Finding(source.path, node.lineno, words)


def _definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.ClassDef | Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | Function):
            yield f"{prefix}{child.name}", child
            yield from _definitions(child, f"{prefix}{child.name}.")
        else:
            yield from _definitions(child, prefix)


def _length(function: Function) -> int:
    """Count the lines from ``def`` to the end; what a docstring explains costs nothing."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (function.body[0].end_lineno or 0) - function.body[0].lineno + 1
    return lines


def test_every_file_class_and_function_that_ships_is_small() -> None:
    assert_kept(too_large, *PACKAGES)


def test_test_files_are_small_too() -> None:
    assert [words for words in breaches(too_large, "tests") if "in a file" in words] == []


def test_every_exception_still_needs_to_be_one() -> None:
    larger = {place for folder in (*PACKAGES, "tests") for place in _places(folder)}
    assert sorted(set(EXCEPTIONS) - larger) == []


def _places(folder: str) -> list[str]:
    found: list[str] = []

    def note(source: Source) -> Iterator[Finding]:
        found.extend(place for place, _ in _larger(source))
        yield from ()

    breaches(note, folder)
    return found


def test_no_function_that_ships_is_complex() -> None:
    assert _complexity(*PACKAGES) == ""


def _complexity(*arguments: str, text: str | None = None) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--select", "C901", "--ignore-noqa", "--quiet", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=False).stdout


def test_a_long_file_is_found() -> None:
    assert words_for(too_large, "x = 1\n" * 401) == ["401 lines in a file, at most 400"]
    assert words_for(too_large, "x = 1\n" * 400) == []


def test_a_class_with_many_methods_is_found() -> None:
    methods = "".join(f"    def m{number}(self): ...\n" for number in range(20))
    assert words_for(too_large, f"class Many:\n{methods}    def _own(self): ...\n") == []
    assert words_for(too_large, f"class Many:\n{methods}    def more(self): ...\n") == [
        "Many has 21 public methods, at most 20"
    ]


def test_a_long_function_is_found_wherever_it_hides() -> None:
    body = "            x = 1\n" * 40
    text = f'if True:\n    class Deep:\n        def long(self):\n            """Tell.\n\n            More."""\n{body}'
    assert words_for(too_large, text) == ["Deep.long has 41 lines, at most 40"]
    assert words_for(too_large, text.removesuffix("            x = 1\n")) == []


def test_a_complex_function_is_found_even_when_it_asks_to_be_overlooked() -> None:
    branches = "".join(f"    if x == {number}:\n        return {number}\n" for number in range(10))
    text = f"def choose(x):  # noqa: C901\n{branches}    return x\n"
    assert "`choose` is too complex (11 > 10)" in _complexity("--stdin-filename=ui/example.py", "-", text=text)
