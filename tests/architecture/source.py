"""The project's own source as syntax trees, for the tests that hold it to its rules."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("desktop", "ui", "sync", "resources", "marketplace")


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root with forward slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every imported name with its module, "a.b" or "a.b.name", and its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)

    def names(self) -> Iterator[tuple[str, int]]:
        """Every name, attribute and imported name that the code uses, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name):
                yield node.id, node.lineno
            elif isinstance(node, ast.Attribute):
                yield node.attr, node.lineno
        for name, line in self.imports():
            yield name.rpartition(".")[2], line


@dataclass(frozen=True)
class Finding:
    """One breach of a rule, as a reader clicks on it: path, line, what is wrong."""

    path: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.words}"


Check = Callable[[Source], Iterable[Finding]]


def read(*folders: str) -> list[Source]:
    """Return every Python file of these folders of the project."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths]


def breaches(check: Check, *folders: str) -> list[str]:
    """Return what a check finds in these folders, in words."""
    return [str(finding) for source in read(*folders) for finding in check(source)]


def assert_kept(check: Check, *folders: str) -> None:
    """Fail with one line for each breach in these folders."""
    found = breaches(check, *folders)
    assert not found, "\n".join(found)


def words_for(check: Check, text: str, path: str = "ui/example.py") -> list[str]:
    """Return what a check says about a piece of source: for proving that it finds what it is there for."""
    return [finding.words for finding in check(Source(path, text))]


def dotted(node: ast.expr) -> str:
    """Return "a.b.c" for a chain of names, and "" or its tail for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
