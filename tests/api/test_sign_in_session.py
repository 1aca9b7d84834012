"""A sign-in goes on through lost answers, failures and others who renew, and ends only when the marketplace ends it."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from sync.api.authority import Authority
from sync.api.client import HttpMarketplace
from sync.api.session import Session
from sync.api.sign_in import SignIn
from sync.domain.intents import Decline
from sync.domain.problems import Busy, Offline, Paused, Problem, Trouble
from sync.domain.tokens import Tokens
from sync.keychain import FileKeychain, MemoryKeychain
from tests.support.desks import FixedClock
from tests.support.marketplace import ROOT, RunningMarketplace, running_marketplace
from tests.support.sign_ins import METADATA_PATH, Network, Person, metadata, said

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def market() -> Iterator[RunningMarketplace]:
    with running_marketplace() as running:
        yield running


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as made:
        yield made


@pytest.fixture
def clock(market) -> FixedClock:
    return FixedClock(datetime.fromisoformat(market.state()["now"]))


@pytest.fixture
def authority(market, network, clock) -> Authority:
    return Authority(market.url, network.client(), clock)


@pytest.fixture
def tokens(authority, clock) -> Tokens:
    numbers = itertools.count()
    return SignIn(authority, clock, lambda: f"{next(numbers):043}").with_browser(Person().open)


@pytest.fixture
def keychain(tokens) -> MemoryKeychain:
    made = MemoryKeychain()
    made.save(tokens)
    return made


@pytest.fixture
def session(tokens, keychain, authority, clock, tmp_path) -> Session:
    return Session(tokens.origin, tokens.subject, keychain, tmp_path / "lock", lambda: authority, clock)


def kept(keychain, tokens):
    return keychain.load(tokens.origin, tokens.subject)


def works(market, token):
    with market.client(token) as client:
        return client.get("/v1/snapshot").status_code == 200


def problem_of(work) -> Problem:
    with pytest.raises(Problem) as caught:
        work()
    return caught.value


def both(problem):
    return type(problem), problem.code


def test_a_good_token_is_given_without_asking_anybody(session, tokens, network):
    before = len(network.asked)
    assert session.token() == tokens.access
    assert len(network.asked) == before


def test_a_token_whose_time_is_over_is_renewed_before_it_is_sent(market, session, tokens, keychain, clock):
    clock.advance(HOUR)
    renewed = session.token()
    assert renewed not in {tokens.access, ""}
    assert works(market, renewed)
    assert kept(keychain, tokens).access == renewed
    assert kept(keychain, tokens).refresh != tokens.refresh


def test_a_token_that_is_not_taken_is_renewed(market, session, tokens):
    assert works(market, session.renew(tokens.access))


def test_somebody_elses_renewal_is_used_and_none_made(session, tokens, keychain, network):
    keychain.save(Tokens(tokens.origin, tokens.subject, "", "theirs", "r", tokens.expires_at))
    assert session.renew(tokens.access) == "theirs"
    assert session.token() == "theirs"
    assert network.times("/token") == 1  # the sign-in


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_token(market, session, tokens, network):
    network.losing["/token"] = 1
    assert isinstance(problem_of(lambda: session.renew(tokens.access)), Busy)
    renewed = session.renew(tokens.access)
    assert works(market, renewed)
    first, second = [body for path, body in network.asked if path == "/token"][-2:]
    assert tokens.refresh in first
    assert first == second


def test_an_answer_that_was_lost_for_a_day_is_still_given_again(market, session, tokens, network, clock):
    network.losing["/token"] = 1
    problem_of(lambda: session.renew(tokens.access))
    market.advance(86_400)
    clock.advance(timedelta(days=1))
    assert works(market, session.renew(tokens.access))


def test_only_the_marketplaces_own_word_that_it_is_over_ends_a_sign_in(session, tokens, keychain, network):
    network.instead["/token"] = [said(400, {"error": "invalid_grant", "error_description": "Over."})]
    caught = problem_of(lambda: session.renew(tokens.access))
    assert (*both(caught), caught.detail) == (Paused, Trouble.TOKEN_EXPIRED, "Over.")
    assert kept(keychain, tokens) is None
    assert both(problem_of(session.token)) == (Paused, Trouble.TOKEN_EXPIRED)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda: said(400, {"error": "invalid_request"}), Busy),
        (lambda: said(401, {"error": "invalid_client"}), Busy),
        (lambda: said(403, {"error": "unauthorized_client"}), Busy),
        (lambda: said(500, {"error": "invalid_grant"}), Busy),
        (lambda: said(503, {"code": "unavailable"}), Busy),
        (lambda: said(429, {"error": "invalid_grant"}), Busy),
        (lambda: said(404, {"code": "unknown-address"}), Busy),
        (lambda: said(200, {"access_token": "half"}), Busy),
        (lambda: said(200, Content_Type="text/html"), Offline),
        (lambda: said(302, Location="http://wifi.example/login"), Offline),
        (lambda: said(400, Content_Type="text/html"), Offline),
    ],
)
def test_every_other_failure_passes_and_the_sign_in_stays(session, tokens, keychain, network, answer, kind):
    network.instead["/token"] = [answer()]
    assert isinstance(problem_of(lambda: session.renew(tokens.access)), kind)
    assert kept(keychain, tokens) == tokens
    assert session.renew(tokens.access)


def test_without_a_network_the_sign_in_stays(session, tokens, keychain, network):
    network.unplugged = True
    assert isinstance(problem_of(lambda: session.renew(tokens.access)), Offline)
    assert kept(keychain, tokens) == tokens


def test_a_wish_for_patience_is_passed_on(session, tokens, network, clock):
    network.instead["/token"] = [said(429, {}, Retry_After="30")]
    caught = problem_of(lambda: session.renew(tokens.access))
    assert caught.retry_at == clock.now() + timedelta(seconds=30)


def test_tokens_of_another_account_are_not_taken(session, tokens, keychain, network):
    other = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer", "subject": "acc_other"}
    network.instead["/token"] = [said(200, other)]
    assert both(problem_of(lambda: session.renew(tokens.access))) == (Busy, Trouble.GARBLED)
    assert kept(keychain, tokens) == tokens


def test_a_marketplace_that_keeps_its_refresh_tokens_is_followed(session, tokens, keychain, network):
    network.instead["/token"] = [said(200, {"access_token": "newer", "token_type": "bearer"})]
    assert session.renew(tokens.access) == "newer"
    assert kept(keychain, tokens).refresh == tokens.refresh
    assert kept(keychain, tokens).name == tokens.name


def test_a_token_in_the_words_of_a_refusal_is_not_passed_on(session, tokens, network):
    words = f"{tokens.refresh} is worth nothing"
    network.instead["/token"] = [said(400, {"error": "invalid_grant", "error_description": words})]
    caught = problem_of(lambda: session.renew(tokens.access))
    assert tokens.refresh not in f"{caught!r} {caught.__cause__!r} {caught.__context__!r}"


class Full(MemoryKeychain):
    """A keychain that says no to the next thing to keep."""

    says_no = True

    def save(self, tokens):
        if self.says_no:
            self.says_no = False
            raise Paused(Trouble.KEYCHAIN, "full")
        super().save(tokens)


def test_tokens_that_could_not_be_kept_are_not_used_and_come_again(market, tokens, authority, clock, tmp_path):
    keychain = Full()
    MemoryKeychain.save(keychain, tokens)
    session = Session(tokens.origin, tokens.subject, keychain, tmp_path / "lock", lambda: authority, clock)
    assert both(problem_of(lambda: session.renew(tokens.access))) == (Paused, Trouble.KEYCHAIN)
    assert session.token() == tokens.access
    assert works(market, session.renew(tokens.access))


def test_ten_threads_that_need_a_new_token_renew_once(session, tokens, network):
    gate, got = threading.Barrier(10), []

    def need():
        gate.wait(10)
        got.append(session.renew(tokens.access))

    threads = [threading.Thread(target=need) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(got) == 10
    assert len(set(got)) == 1
    assert network.times("/token") == 2  # the sign-in and one renewal


RENEW = """
import sys
from pathlib import Path
from sync.api.authority import Authority
from sync.api.client import new_client
from sync.api.session import Session
from sync.clock import SystemClock
from sync.keychain import FileKeychain
origin, subject, folder, refused = sys.argv[1:]
clock = SystemClock()
authority = Authority(origin, new_client(clock), clock)
session = Session(origin, subject, FileKeychain(Path(folder)), Path(folder, "lock"), lambda: authority, clock)
print("ready", flush=True)
sys.stdin.readline()
print(session.renew(refused), flush=True)
"""


def renewing(folder, tokens):
    words = [tokens.origin, tokens.subject, str(folder), tokens.access]
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", RENEW, *words], stdin=pipe, stdout=pipe, text=True, cwd=ROOT)


def test_four_processes_that_need_a_new_token_renew_once(market, tokens, tmp_path):
    FileKeychain(tmp_path).save(tokens)
    asked_before = market.log_file.read_text().count('"/token"')
    processes = [renewing(tmp_path, tokens) for _ in range(4)]
    assert {process.stdout.readline() for process in processes} == {"ready\n"}
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    got = {process.communicate(timeout=40)[0].strip() for process in processes}
    assert len(got) == 1
    assert market.log_file.read_text().count('"/token"') == asked_before + 1
    assert works(market, got.pop())


HOLD = """
import fcntl, sys
fcntl.flock(open(sys.argv[1], "a"), fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_process_that_was_killed_while_it_renewed_is_in_nobodys_way(market, session, tokens, tmp_path):
    pytest.importorskip("fcntl")
    command, pipe = [sys.executable, "-c", HOLD, str(tmp_path / "lock")], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout.readline() == "held\n"
        process.kill()
    assert works(market, session.renew(tokens.access))


def test_signing_out_makes_the_tokens_useless_everywhere(market, session, tokens, keychain, authority):
    assert session.token() == tokens.access
    assert session.sign_out() is True
    assert kept(keychain, tokens) is None
    assert both(problem_of(session.token)) == (Paused, Trouble.TOKEN_EXPIRED)
    assert not works(market, tokens.access)
    assert problem_of(lambda: authority.successors_of(tokens)).code == "invalid_grant"


@pytest.mark.parametrize("cause", ["no network", "an error", "no such address"])
def test_signing_out_works_without_the_marketplace_and_says_so(session, tokens, keychain, network, market, cause):
    if cause == "no network":
        network.unplugged = True
    network.instead["/revoke"] = [said(500, {"code": "internal"})]
    if cause == "no such address":
        network.instead[METADATA_PATH] = [said(404, {"code": "unknown-address"})]
        session._authority()._endpoints = None
    assert session.sign_out() is False
    assert kept(keychain, tokens) is None


def test_a_marketplace_that_cannot_revoke_is_signed_out_from_here(session, tokens, keychain, network, market):
    session._authority()._endpoints = None
    network.instead[METADATA_PATH] = [said(200, metadata(market.url, revocation_endpoint=None))]
    assert session.sign_out() is True
    assert network.times("/revoke") == 0
    assert kept(keychain, tokens) is None


def test_who_has_signed_out_elsewhere_is_noticed_at_the_next_round(session, tokens, keychain):
    session.token()
    keychain.forget(tokens.origin, tokens.subject)
    session.reread()
    assert both(problem_of(session.token)) == (Paused, Trouble.TOKEN_EXPIRED)


def test_a_folder_that_cannot_be_written_is_said(tokens, keychain, authority, clock, tmp_path):
    (tmp_path / "file").touch()
    session = Session(tokens.origin, tokens.subject, keychain, tmp_path / "file" / "lock", lambda: authority, clock)
    assert problem_of(lambda: session.renew(tokens.access)).code == Trouble.READ_ONLY


# With the client of the marketplace


@pytest.fixture
def client(market, network, session, clock) -> HttpMarketplace:
    ids = (f"request-{number}" for number in itertools.count(1))
    return HttpMarketplace(market.url, session.token, network.client(), clock, lambda: next(ids), session.renew)


def test_a_request_that_comes_back_for_its_token_is_sent_again_with_a_new_one(client, market, tokens, network):
    end_access(market, tokens)
    assert client.snapshot(None).epoch
    assert network.times("/v1/snapshot") == 2
    assert network.times("/token") == 2


def test_an_action_is_repeated_with_the_same_bytes(client, network):
    network.instead["/v1/call-requests/cr_1/decline"] = [said(401, {"code": "token-expired"})]
    problem_of(lambda: client.send("key-1", Decline("cr_1", "Sorry.", 3), "epoch"))
    first, second = [json.loads(body) for path, body in network.asked if path.endswith("/decline")]
    assert first == second


def test_a_marketplace_that_takes_no_token_at_all_is_asked_twice_and_no_more(client, network):
    network.instead["/v1/snapshot"] = [said(401, {"code": "token-expired"}) for _ in range(5)]
    assert both(problem_of(lambda: client.snapshot(None))) == (Paused, Trouble.TOKEN_EXPIRED)
    assert network.times("/v1/snapshot") == 2


def test_a_renewal_that_fails_for_now_is_what_the_request_fails_with(client, market, tokens, network, keychain):
    end_access(market, tokens)
    network.instead["/token"] = [said(503, {"code": "unavailable"})]
    assert isinstance(problem_of(lambda: client.snapshot(None)), Busy)
    assert kept(keychain, tokens) == tokens
    assert client.snapshot(None).epoch


def end_access(market, tokens):
    """Let the access token's hour pass at the marketplace alone."""
    market.advance(3601)
