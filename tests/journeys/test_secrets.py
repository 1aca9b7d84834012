"""The search for secrets that runs over everything the tests write finds one where there is one."""

from __future__ import annotations

import pytest

from tests.support import canaries


@pytest.fixture
def leaks(monkeypatch):
    found: list[str] = []
    monkeypatch.setattr(canaries, "LEAKS", found)
    return found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("foreword.log", "Authorization: Bearer canary-of-this-test"),
        ("copy.db", "canary-of-this-test"),
        ("foreword.log", "dialling +14155550142"),
        ("foreword.log", "the PIN: 482913"),
    ],
)
def test_a_secret_that_stands_in_a_file_is_found(tmp_path, leaks, monkeypatch, name, text):
    monkeypatch.setattr(canaries, "TOKENS", {"canary-of-this-test"})
    (tmp_path / name).write_text(text)
    canaries.search(tmp_path)
    assert len(leaks) == 1
    (tmp_path / name).unlink()


def test_number_and_pin_may_stand_in_a_store(tmp_path, leaks):
    (tmp_path / "foreword.db").write_text("+14155550142 pin 482913")
    canaries.search(tmp_path)
    assert leaks == []
