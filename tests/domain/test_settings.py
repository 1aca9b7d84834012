"""Settings are read from a file that a writer may edit by hand."""

from __future__ import annotations

import pytest

from sync.settings import Settings, SettingsError, load_settings


def test_no_file_means_the_defaults(tmp_path):
    assert load_settings(tmp_path / "settings.toml") == Settings()


def test_what_the_file_says_is_used_and_what_it_does_not_know_is_left_alone(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('theme = "dark"\nclock = "24"\nfuture = 1\n')
    assert load_settings(path) == Settings(theme="dark", clock="24")


@pytest.mark.parametrize("text", ["theme = purple", 'theme = "purple"', "clock = 12", "marketplace = 7", "\xff"])
def test_a_file_that_cannot_be_used_is_named_with_the_reason(tmp_path, text):
    path = tmp_path / "settings.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match="settings.toml"):
        load_settings(path)
