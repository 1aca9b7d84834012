"""Signing in and out from a terminal, with real processes, and what lies on the disk while somebody is signed in."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.courier import Courier
from desktop.paths import Profile, account_of, profile_of
from desktop.practice import Address
from desktop.signed_in import keep, sign_out
from desktop.wiring import open_core, open_sign_in
from sync.domain.problems import Trouble
from sync.keychain import MemoryKeychain
from tests.support.marketplace import ROOT, RunningMarketplace, running_marketplace
from tests.support.sign_ins import Person


@pytest.fixture(scope="module")
def market() -> Iterator[RunningMarketplace]:
    with running_marketplace(clock="system") as running:
        yield running


def command(home, market, *words):
    return [sys.executable, "-m", "desktop.terminal", "--home", str(home), "--marketplace", market.url, *words]


def surroundings(**more):
    # No test may reach the keychain of whoever runs it.
    return os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "PYTHONPATH": str(ROOT)} | more


def run(home, market, *words, **more):
    environment = surroundings(**more)
    return subprocess.run(
        command(home, market, *words),
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        timeout=50,
        check=False,
    )


def sign_in(home, market, *options, there):
    """Sign in as somebody who does what the terminal says: ``there`` gets its first two lines."""
    words = command(home, market, "sign-in", "--keep-in-file", *options)
    pipe, environment = subprocess.PIPE, surroundings(PYTHONUNBUFFERED="1")
    with subprocess.Popen(words, stdout=pipe, text=True, env=environment, cwd=ROOT) as process:
        there([process.stdout.readline() for _ in range(2)])
        said, _ = process.communicate(timeout=40)
    return process.returncode, said


def texts(folder):
    return {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def test_a_writer_signs_in_with_a_code_works_and_signs_out(tmp_path, market):
    before = run(tmp_path, market, "sync")
    assert before.returncode == 1
    assert "Not signed in" in before.stderr

    def type_the_code(lines):
        address, code = lines[0].split()[1], lines[0].split()[-1]
        assert Person("Robin").allow_device(address, code).status_code == 200

    status, said = sign_in(tmp_path, market, "--device", there=type_the_code)
    assert (status, "Signed in as Robin." in said) == (0, True)
    after = run(tmp_path, market, "sync")
    assert after.returncode == 0, after.stderr
    assert "Needs your answer" in after.stdout

    out = run(tmp_path, market, "sign-out")
    assert (out.returncode, "Signed out" in out.stdout) == (0, True)
    again = run(tmp_path, market, "sync")
    assert again.returncode == 1
    assert "Not signed in" in again.stderr
    assert run(tmp_path, market, "list").stdout.splitlines() == ["Earlier (0)"]


def test_a_writer_signs_in_with_a_browser_of_this_computer(tmp_path, market):
    status, said = sign_in(tmp_path, market, there=lambda lines: Person("Robin").go_to(lines[1].strip()))
    assert (status, "Signed in as Robin." in said) == (0, True)


def test_without_a_keychain_nothing_is_kept_plainly_unless_that_is_asked_for(tmp_path, market):
    done = run(tmp_path, market, "sign-in", "--device")
    assert done.returncode == 1
    assert "--keep-in-file" in done.stderr
    assert texts(tmp_path) == {}


def test_practice_needs_no_sign_in(tmp_path):
    words = [sys.executable, "-m", "desktop.terminal", "--home", str(tmp_path), "--practice", "sign-in"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=50, check=False)
    assert done.returncode == 2
    assert "Practice needs no sign-in" in done.stderr


def test_signing_out_twice_is_signing_out(tmp_path, market):
    assert run(tmp_path, market, "sign-out").returncode == 0


# In one process, as a window has it


@pytest.fixture
def place(tmp_path, market) -> Profile:
    return profile_of(tmp_path, market.url)


def signed_in(place, name="Robin", keeping="memory"):
    core = open_core(place)
    with core.ends:
        tokens = open_sign_in(core, place).with_browser(Person(name).open)
        return tokens, keep(core, place, tokens, keeping)


def courier_of(made):
    core = open_core(made.profile, keychain=made.keychain)
    address = Address(made.profile.origin, "")
    return core, Courier(made.profile, lambda: address, core.clock, core.desk.announce, core.keychain)


def test_the_courier_gets_its_tokens_from_the_window_and_gives_the_renewed_ones_back(place, market):
    tokens, made = signed_in(place)
    core, courier = courier_of(made)
    with core.ends:
        try:
            assert courier.run().problem is None
            assert core.desk.overview().sections[0].ids
            expire_access(market, tokens)
            assert courier.run().problem is None
            renewed = made.keychain.load(tokens.origin, tokens.subject)
            assert renewed.refresh != tokens.refresh
            assert sign_out(core, made.profile) is True
            assert courier.run().problem.code == Trouble.TOKEN_EXPIRED
        finally:
            courier.stop()


def test_a_courier_sends_nothing_more_for_who_has_signed_out_without_a_network(place, market):
    tokens, made = signed_in(place)
    core, courier = courier_of(made)
    with core.ends:
        try:
            assert courier.run().problem is None
            market.stop()
            assert sign_out(core, made.profile) is False
            market.start()
            assert courier.run().problem.code == Trouble.TOKEN_EXPIRED
        finally:
            courier.stop()
    with market.client(tokens.access) as client:
        assert client.get("/v1/snapshot").status_code == 200  # the marketplace does not know it yet


def test_no_token_is_anywhere_on_the_disk_nor_in_a_log(place, market, tmp_path):
    tokens, made = signed_in(place)
    core, courier = courier_of(made)
    words = {tokens.access, tokens.refresh}
    with core.ends:
        try:
            courier.run()
            expire_access(market, tokens)
            courier.run()
            renewed = made.keychain.load(tokens.origin, tokens.subject)
            words |= {renewed.access, renewed.refresh}
            market.stop()
            courier.run()
            market.start()
        finally:
            courier.stop()
    assert len(words) == 4
    found = [path for path, text in texts(tmp_path).items() if any(word.encode() in text for word in words)]
    found += [path for path, text in texts(market.folder).items() if any(word.encode() in text for word in words)]
    assert found == []
    assert made.profile.database in texts(tmp_path)


def test_two_writers_on_one_computer_never_meet(tmp_path, place, market):
    _, first = signed_in(place, "First", "file")
    assert "Needs your answer" in run(tmp_path, market, "sync").stdout
    _, second = signed_in(profile_of(tmp_path, market.url), "Second", "file")
    assert first.profile.folder != second.profile.folder
    assert second.moved
    assert run(tmp_path, market, "list").stdout.splitlines() == ["Earlier (0)"]
    _, again = signed_in(profile_of(tmp_path, market.url), "First", "file")
    assert again.profile == first.profile
    assert "Needs your answer" in run(tmp_path, market, "list").stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_what_tells_who_is_signed_in_is_the_writers_alone_to_read(place):
    _, made = signed_in(place)
    assert stat.S_IMODE(made.profile.signed_in_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.profile.folder.stat().st_mode) == 0o700


def test_a_new_sign_in_ends_the_one_before(place, market):
    first, made = signed_in(place)
    core = open_core(made.profile, keychain=made.keychain)
    with core.ends:
        second = open_sign_in(core, made.profile).with_browser(Person("Robin").open)
        again = keep(core, made.profile, second, "memory")
    assert (again.profile, again.moved) == (made.profile, False)
    assert again.keychain.load(second.origin, second.subject) == second
    with market.client(first.access) as client:
        assert client.get("/v1/snapshot").status_code == 401
    with market.client(second.access) as client:
        assert client.get("/v1/snapshot").status_code == 200


def test_a_sign_in_that_moves_to_another_keychain_leaves_nothing_in_the_old_one(place):
    _, made = signed_in(place, keeping="file")
    core = open_core(made.profile, keychain=made.keychain)
    with core.ends:
        tokens = open_sign_in(core, made.profile).with_browser(Person("Robin").open)
        again = keep(core, made.profile, tokens, "memory")
    assert isinstance(again.keychain, MemoryKeychain)
    assert made.keychain.load(tokens.origin, tokens.subject) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"folder": "x"}', '"x"', "null"])
def test_a_damaged_note_of_who_is_signed_in_is_nobody_signed_in(place, text):
    place.signed_in_file.parent.mkdir(parents=True)
    place.signed_in_file.write_text(text)
    assert profile_of(place.folder.parent.parent, place.origin) == place


def test_accounts_whose_ids_differ_in_case_or_look_like_paths_have_folders_of_their_own(place):
    folders = {account_of(place, subject, "", "memory").folder for subject in ("a", "A", "../a", "a/b", ".")}
    assert len(folders) == 5
    assert {folder.parent for folder in folders} == {place.folder}


def expire_access(market, tokens):
    """Let the marketplace take the account's access tokens no more."""
    with market.client(tokens.access) as client:
        assert client.post("/practice/events", json={"event": "expire_tokens"}).status_code == 200
