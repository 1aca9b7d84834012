"""Texts and edits as writers make them, with words that occur once, so that nothing lost can hide behind a namesake."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from random import Random


@dataclass
class Typist:
    """Types words that nobody typed before; ``random`` decides what and where."""

    random: Random
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def word(self) -> str:
        number, letters = next(self._numbers), ""
        while number:
            number, letter = divmod(number, 26)
            letters += "abcdefghijklmnopqrstuvwxyz"[letter]
        return f"w{letters}"

    def line(self) -> str:
        """Return a line of one to twelve new words that ends like a sentence, or like a list."""
        words = " ".join(self.word() for _ in range(self.random.randint(1, 12)))
        return self.random.choice(("{}.", "{}", "- {}", "{}?")).format(words)

    def note(self) -> str:
        """Return a note of up to fifteen lines, some of them empty."""
        lines = [
            self.random.choice((self.line(), self.line(), self.line(), "")) for _ in range(self.random.randint(0, 15))
        ]
        return "\n".join(lines) + self.random.choice(("", "\n"))

    def edited(self, text: str) -> str:
        """Return the text after a few edits, half of which continue the note at its end."""
        for _ in range(self.random.randint(1, 3)):
            edit = self.random.choice((self._append, self._append, self._append, self._insert, self._change, self._cut))
            text = edit(text)
        return text

    def _append(self, text: str) -> str:
        joint = "" if not text or text.endswith("\n") else self.random.choice(("\n", "\n", "\n\n", " "))
        return text + joint + self.line()

    def _insert(self, text: str) -> str:
        lines = text.split("\n")
        lines.insert(self.random.randint(0, len(lines)), self.line())
        return "\n".join(lines)

    def _change(self, text: str) -> str:
        lines = text.split("\n")
        at = self.random.randrange(len(lines))
        words = lines[at].split(" ")
        words[self.random.randrange(len(words))] = self.word()
        lines[at] = " ".join(words)
        return "\n".join(lines)

    def _cut(self, text: str) -> str:
        lines = text.split("\n")
        del lines[self.random.randrange(len(lines))]
        return "\n".join(lines)
