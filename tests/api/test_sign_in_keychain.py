"""A sign-in is kept where only its owner can read it, never plainly without being asked, and no failure is a crash."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import timedelta

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from sync.domain.problems import Paused, Trouble
from sync.domain.tokens import Tokens, tokens_from
from sync.keychain import FileKeychain, MemoryKeychain, SystemKeychain
from tests.support.desks import NOW

ORIGIN = "https://marketplace.example"
TOKENS = Tokens(ORIGIN, "acc_1", "Robin", "access-canary", "refresh-canary", NOW + timedelta(hours=1))


class KeptInMemory(KeyringBackend):
    """A backend of the keyring library that behaves as those of real systems do."""

    priority = 1  # type: ignore[assignment]

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if (service, username) not in self.kept:
            raise PasswordDeleteError("no such password")
        del self.kept[service, username]


class Locked(KeyringBackend):
    """A keychain whose owner said no to its question."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, error):
        super().__init__()
        self.error = error

    def get_password(self, *_words):
        raise self.error

    set_password = delete_password = get_password


@pytest.fixture(params=["system", "memory", "file"])
def keychain(request, tmp_path):
    backend = KeptInMemory()
    return {
        "system": lambda: SystemKeychain(lambda: backend),
        "memory": MemoryKeychain,
        "file": lambda: FileKeychain(tmp_path / "kept"),
    }[request.param]()


def test_what_was_saved_is_loaded(keychain):
    keychain.save(TOKENS)
    assert keychain.load(ORIGIN, "acc_1") == TOKENS


def test_newer_tokens_take_the_place_of_older_ones(keychain):
    keychain.save(TOKENS)
    newer = Tokens(ORIGIN, "acc_1", "Robin", "a2", "r2", NOW)
    keychain.save(newer)
    assert keychain.load(ORIGIN, "acc_1") == newer


@pytest.mark.parametrize("other", [(ORIGIN, "acc_2"), (ORIGIN, "ACC_1"), ("https://other.example", "acc_1")])
def test_no_other_account_and_no_other_marketplace_gets_them(keychain, other):
    keychain.save(TOKENS)
    assert keychain.load(*other) is None


def test_two_accounts_are_kept_beside_each_other(keychain):
    second = Tokens(ORIGIN, "acc_2", "", "a2", "r2", NOW)
    keychain.save(TOKENS)
    keychain.save(second)
    assert keychain.load(ORIGIN, "acc_1") == TOKENS
    assert keychain.load(ORIGIN, "acc_2") == second


def test_what_was_forgotten_is_gone_and_forgetting_twice_is_forgetting(keychain):
    keychain.save(TOKENS)
    keychain.forget(ORIGIN, "acc_1")
    keychain.forget(ORIGIN, "acc_1")
    assert keychain.load(ORIGIN, "acc_1") is None


@pytest.mark.parametrize(
    "error",
    [KeyringLocked("refresh-canary"), RuntimeError("no bus"), OSError(5, "dbus"), AttributeError("x"), KeyError(1)],
)
@pytest.mark.parametrize(
    "ask",
    [
        lambda keychain: keychain.load(ORIGIN, "acc_1"),
        lambda keychain: keychain.save(TOKENS),
        lambda keychain: keychain.forget(ORIGIN, "acc_1"),
    ],
    ids=["load", "save", "forget"],
)
def test_whatever_the_systems_keychain_raises_pauses_the_account(error, ask):
    with pytest.raises(Paused) as caught:
        ask(SystemKeychain(lambda: Locked(error)))
    assert caught.value.code == Trouble.KEYCHAIN
    assert "canary" not in repr(caught.value)
    assert caught.value.__suppress_context__, "a traceback would print the words of the error"


def test_a_computer_without_a_keychain_says_so():
    keychain = SystemKeychain(lambda: None)
    assert not keychain.is_there()
    with pytest.raises(Paused) as caught:
        keychain.save(TOKENS)
    assert caught.value.code == Trouble.KEYCHAIN


def test_a_keychain_that_cannot_even_be_looked_for_is_not_there():
    def broken():
        raise RuntimeError("no bus")

    assert not SystemKeychain(broken).is_there()


LOOK = """
import sys, types
from keyring.backend import KeyringBackend
import keyring
{prepare}
from sync.keychain import system_store
store = system_store()
print(None if store is None else type(store).__module__)
"""
MADE = """
def made(module, **more):
    methods = {"priority": 5, "get_password": None, "set_password": None}
    return type("Keyring", (KeyringBackend,), {"__module__": module} | methods | more)()
"""


@pytest.mark.parametrize(
    ("prepare", "found"),
    [
        ("import keyring.backends.fail as b; keyring.set_keyring(b.Keyring())", "None"),
        ("import keyring.backends.null as b; keyring.set_keyring(b.Keyring())", "None"),
        (MADE + "keyring.set_keyring(made('keyrings.alt.file'))", "None"),
        (MADE + "keyring.set_keyring(made('keyring.backends.SecretService'))", "keyring.backends.SecretService"),
        (
            MADE
            + "keyring.set_keyring(made('keyring.backends.chainer', backends=[made('keyrings.alt.file'),"
            + " made('keyring.backends.kwallet')]))",
            "keyring.backends.kwallet",
        ),
        (MADE + "keyring.set_keyring(made('keyring.backends.chainer', backends=[]))", "None"),
    ],
    ids=["none", "null", "plain text", "the system's", "a chain with the system's", "an empty chain"],
)
def test_only_a_keychain_that_encrypts_counts(prepare, found):
    look = LOOK.replace("{prepare}", prepare)
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=50)
    assert done.stdout.strip() == found


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights; the folder of the user's data has its own")
def test_the_file_and_its_folder_are_their_owners_alone(tmp_path):
    folder = tmp_path / "kept"
    before = os.umask(0)
    try:
        FileKeychain(folder).save(TOKENS)
    finally:
        os.umask(before)
    [path] = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_save_that_was_cut_off_by_a_crash_is_in_nobodys_way(tmp_path):
    keychain = FileKeychain(tmp_path)
    keychain.save(TOKENS)
    [path] = tmp_path.iterdir()
    path.with_suffix(f".{os.getpid()}").write_text("half")
    keychain.save(TOKENS)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '"x"', "\x00"])
def test_a_file_with_something_else_in_it_is_no_sign_in(tmp_path, text):
    keychain = FileKeychain(tmp_path)
    keychain.save(TOKENS)
    next(tmp_path.iterdir()).write_text(text)
    assert keychain.load(ORIGIN, "acc_1") is None


def test_a_folder_that_cannot_be_used_pauses_the_account(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Paused) as caught:
        FileKeychain(tmp_path / "file").save(TOKENS)
    assert caught.value.code == Trouble.KEYCHAIN


@pytest.mark.parametrize(
    "change",
    [
        {"name": 7},
        {"access": ""},
        {"access": 7},
        {"refresh": None},
        {"expires_at": "soon"},
        {"expires_at": 7},
        {"subject": "acc_2"},
    ],
)
def test_kept_text_that_was_tampered_with_is_no_sign_in(change):
    text = json.dumps(json.loads(TOKENS.to_text()) | change)
    assert tokens_from(text, ORIGIN, "acc_1") is None


def test_tokens_are_not_in_what_is_printed_of_them():
    assert "canary" not in f"{TOKENS!r} {TOKENS} {[TOKENS]}"


def test_the_keyring_library_is_not_loaded_before_it_is_asked():
    code = "import sys, sync.keychain as k; k.SystemKeychain(); print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=50)
    assert done.stdout.strip() == "False"
