"""Signing in at the real practice marketplace, with a browser and with a code, and everything that can go wrong."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from sync.api.authority import METADATA_PATH, Authority
from sync.api.sign_in import AT_THE_BROWSER, SignIn
from sync.domain.problems import Busy, Offline, Problem, Refused, Trouble
from tests.support.desks import FixedClock
from tests.support.marketplace import MANUAL_START, RunningMarketplace, running_marketplace
from tests.support.sign_ins import Network, Person, callback, metadata, said


@pytest.fixture(scope="module")
def market() -> Iterator[RunningMarketplace]:
    with running_marketplace() as running:
        yield running


@pytest.fixture
def clock(market) -> FixedClock:
    return FixedClock(MANUAL_START)


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as made:
        yield made


@pytest.fixture
def authority(market, network, clock) -> Authority:
    return Authority(market.url, network.client(), clock)


class Pauses(threading.Event):
    """Pauses that take no time: the clock is moved on instead, and what is to happen meanwhile happens."""

    def __init__(self, clock, *meanwhile):
        super().__init__()
        self.clock = clock
        self.meanwhile = list(meanwhile)
        self.taken = []

    def wait(self, timeout=None):
        self.taken.append(timeout)
        self.clock.advance(timedelta(seconds=timeout))
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return self.is_set()


def attempt(authority, clock, cancelled=None):
    numbers = itertools.count(1)
    return SignIn(authority, clock, lambda: f"{next(numbers):043}", cancelled)


def query_of(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def problem_of(work) -> Problem:
    with pytest.raises(Problem) as caught:
        work()
    return caught.value


def status_with(market, tokens):
    with market.client(tokens.access) as client:
        return client.get("/v1/snapshot").status_code


# With the browser


def test_the_writer_who_allows_it_is_signed_in_with_tokens_that_the_marketplace_takes(market, authority, clock):
    person = Person("Robin")
    tokens = attempt(authority, clock).with_browser(person.open)
    assert (tokens.origin, tokens.name) == (market.url, "Robin")
    assert tokens.expires_at == clock.now() + timedelta(hours=1)
    assert status_with(market, tokens) == 200


def test_the_browser_ends_on_a_page_that_says_to_go_back(authority, clock):
    person = Person()
    attempt(authority, clock).with_browser(person.open)
    assert "You can close this window" in person.last_page()


def test_the_same_writer_is_the_same_account_and_another_is_another(authority, clock):
    first, again, other = (attempt(authority, clock).with_browser(Person(name).open) for name in ("A", "A", "B"))
    assert first.subject == again.subject
    assert first.subject != other.subject
    assert first.refresh != again.refresh


def test_the_address_shows_the_challenge_and_none_of_the_secrets_that_prove_it(authority, clock):
    person = Person()
    attempt(authority, clock).with_browser(person.open)
    words = query_of(person.addresses[0])
    made = [f"{number:043}" for number in (1, 2, 3)]
    verifier, state, path = made
    assert words["code_challenge_method"] == "S256"
    assert words["state"] == state
    assert urlsplit(words["redirect_uri"]).path == f"/{path}"
    assert urlsplit(words["redirect_uri"]).hostname == "127.0.0.1"
    assert verifier not in person.addresses[0]


def test_a_writer_who_says_no_is_not_signed_in(authority, clock, network):
    caught = problem_of(lambda: attempt(authority, clock).with_browser(Person(answer="deny").open))
    assert (type(caught), caught.code) == (Refused, Trouble.SIGN_IN_REFUSED)
    assert network.times("/token") == 0


def test_forged_answers_change_nothing(authority, clock):
    person = Person()

    def open_browser(address):
        redirect = query_of(address)["redirect_uri"]

        def attack():
            port = urlsplit(redirect).port
            assert callback(redirect, code="evil", state="guessed").status_code == 404
            assert callback(redirect, code="evil").status_code == 404
            assert callback(f"http://127.0.0.1:{port}/callback", code="evil").status_code == 404
            assert callback(redirect, error="access_denied", state="guessed").status_code == 404
            person.open(address)

        threading.Thread(target=attack, daemon=True).start()
        return True

    assert attempt(authority, clock).with_browser(open_browser).name == "Robin"


def test_an_answer_that_comes_late_finds_nobody(authority, clock):
    person = Person()
    attempt(authority, clock).with_browser(person.open)
    words = query_of(person.addresses[0])
    with pytest.raises(httpx2.ConnectError):
        callback(words["redirect_uri"], code="evil", state=words["state"])


def test_after_three_minutes_nobody_listens_any_more(authority, clock):
    opened = []

    def walk_away(address):
        opened.append(query_of(address)["redirect_uri"])
        return True

    class Passing(FixedClock):
        def now(self):
            self.advance(timedelta(seconds=20))
            return self.instant

    caught = problem_of(lambda: attempt(authority, Passing()).with_browser(walk_away))
    assert (type(caught), caught.code) == (Refused, Trouble.SIGN_IN_EXPIRED)
    with pytest.raises(httpx2.ConnectError):
        callback(opened[0])
    assert timedelta(minutes=3) == AT_THE_BROWSER


def test_cancelling_ends_the_wait_from_another_thread(authority, clock):
    made = attempt(authority, clock)

    def walk_away(_address):
        threading.Thread(target=made.cancel).start()
        return True

    assert problem_of(lambda: made.with_browser(walk_away)).code == Trouble.SIGN_IN_CANCELLED


def test_tokens_that_come_after_the_cancelling_are_given_back(market, authority, clock, network):
    made = attempt(authority, clock)
    given = []
    ask = authority.tokens_for_code

    def cancel_meanwhile(*words):
        given.append(ask(*words))
        made.cancel()
        return given[0]

    authority.tokens_for_code = cancel_meanwhile
    assert problem_of(lambda: made.with_browser(Person().open)).code == Trouble.SIGN_IN_CANCELLED
    assert status_with(market, given[0]) == 401


def test_a_computer_that_opens_no_browser_says_so(authority, clock):
    caught = problem_of(lambda: attempt(authority, clock).with_browser(lambda _address: False))
    assert caught.code == Trouble.NO_BROWSER


@pytest.mark.parametrize(
    "changes",
    [{"iss": "https://other.example"}, {"iss": None}, {"iss": ""}],
    ids=["another's", "none", "an empty one"],
)
def test_an_answer_in_the_name_of_another_marketplace_is_not_used(authority, clock, network, changes):
    caught = problem_of(lambda: attempt(authority, clock).with_browser(answering_with(authority, changes)))
    assert (type(caught), caught.code) == (Busy, Trouble.GARBLED)
    assert network.times("/token") == 0


@pytest.mark.parametrize("code", [None, "", "two\nlines", "é", "x" * 5000])
def test_an_answer_without_a_code_that_can_be_sent_is_not_used(authority, clock, network, code):
    caught = problem_of(lambda: attempt(authority, clock).with_browser(answering_with(authority, {"code": code})))
    assert (type(caught), caught.code) == (Busy, Trouble.GARBLED)
    assert network.times("/token") == 0


def test_a_code_that_is_worth_nothing_signs_nobody_in(authority, clock):
    caught = problem_of(lambda: attempt(authority, clock).with_browser(answering_with(authority, {"code": "made-up"})))
    assert (type(caught), caught.code) == (Refused, Trouble.SIGN_IN_REFUSED)


def test_what_the_marketplace_says_in_the_browsers_answer_is_passed_on_in_one_line(authority, clock):
    changes = {"code": None, "error": "server_error", "error_description": "Closed\n\u202etoday"}
    caught = problem_of(lambda: attempt(authority, clock).with_browser(answering_with(authority, changes)))
    assert (caught.code, caught.detail) == (Trouble.SIGN_IN_REFUSED, "Closed today")


def answering_with(authority, changes):
    """Return an ``open_browser`` whose browser comes back at once with an answer of our own."""

    def open_browser(address):
        words = query_of(address)
        told = {"code": "c", "state": words["state"], "iss": authority.endpoints().issuer} | changes
        kept = {name: value for name, value in told.items() if value is not None}
        threading.Thread(target=callback, args=(words["redirect_uri"],), kwargs=kept, daemon=True).start()
        return True

    return open_browser


# What the marketplace says about itself


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "https://other.example/token"},
        {"authorization_endpoint": "https://other.example/authorize"},
        {"revocation_endpoint": "http://127.0.0.1:1/revoke"},
        {"device_authorization_endpoint": "https://other.example/device"},
        {"authorization_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": 7},
        {"token_endpoint": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"code_challenge_methods_supported": None},
    ],
)
def test_a_marketplace_that_would_send_secrets_elsewhere_or_guard_them_badly_is_not_signed_in_to(
    market, network, authority, clock, changes
):
    network.instead[METADATA_PATH] = [said(200, metadata(market.url, **changes))]
    opened = []
    caught = problem_of(lambda: attempt(authority, clock).with_browser(opened.append))
    assert (type(caught), caught.code) == (Busy, Trouble.GARBLED)
    assert opened == []


def test_a_marketplace_without_a_sign_in_says_so(network, authority, clock):
    network.instead[METADATA_PATH] = [said(404, {"code": "unknown-address"}, Content_Type="application/problem+json")]
    assert problem_of(lambda: attempt(authority, clock).with_browser(Person().open)).code == Trouble.UNSUPPORTED


def test_a_cafes_page_in_the_marketplaces_place_is_being_offline(network, authority, clock):
    network.instead[METADATA_PATH] = [said(200, Content_Type="text/html")]
    caught = problem_of(lambda: attempt(authority, clock).with_browser(Person().open))
    assert (type(caught), caught.code) == (Offline, Trouble.CAPTIVE_PORTAL)


def test_no_network_is_being_offline_before_a_browser_opens(network, authority, clock):
    network.unplugged = True
    assert isinstance(problem_of(lambda: attempt(authority, clock).with_browser(Person().open)), Offline)


def test_a_token_request_is_never_redirected(network, authority, clock):
    network.instead["/token"] = [said(307, Location="/elsewhere")]
    assert isinstance(problem_of(lambda: attempt(authority, clock).with_browser(Person().open)), Problem)
    assert network.times("/elsewhere") == 0


GIVEN = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer", "subject": "acc_1", "expires_in": 60}


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": ""},
        {"access_token": "two words"},
        {"refresh_token": None},
        {"token_type": "mac"},
        {"subject": None},
        {"subject": "x" * 256},
        {"subject": 7},
    ],
)
def test_tokens_that_are_none_are_not_taken(network, authority, clock, changes):
    network.instead["/token"] = [said(200, GIVEN | changes)]
    caught = problem_of(lambda: attempt(authority, clock).with_browser(Person().open))
    assert (type(caught), caught.code) == (Busy, Trouble.GARBLED)


@pytest.mark.parametrize(("told", "seconds"), [(60, 60), (None, 3600), (-1, 3600), ("60", 3600), (10**12, 31_536_000)])
def test_how_long_an_access_token_lasts_is_believed_within_reason(network, authority, clock, told, seconds):
    network.instead["/token"] = [said(200, GIVEN | {"expires_in": told})]
    tokens = attempt(authority, clock).with_browser(Person().open)
    assert tokens.expires_at == clock.now() + timedelta(seconds=seconds)


# With a code on another device


def test_a_code_that_is_typed_on_another_device_signs_in(market, authority, clock):
    person, shown = Person("Robin"), []
    pauses = Pauses(clock, lambda: market.advance(5), lambda: person.allow_device(shown[0].address, shown[0].user_code))
    tokens = attempt(authority, clock, pauses).with_code(shown.append)
    assert tokens.name == "Robin"
    assert status_with(market, tokens) == 200
    assert pauses.taken == [5, 5]


def test_what_is_printed_of_a_code_lacks_its_secret(authority):
    code = authority.device_code()
    assert code.secret not in repr(code)


def test_a_writer_who_says_no_on_the_other_device_is_not_signed_in(authority, clock):
    person, shown = Person(answer="deny"), []
    pauses = Pauses(clock, lambda: person.allow_device(shown[0].address, shown[0].user_code))
    caught = problem_of(lambda: attempt(authority, clock, pauses).with_code(shown.append))
    assert (type(caught), caught.code) == (Refused, Trouble.SIGN_IN_REFUSED)


def test_a_code_that_nobody_types_expires(authority, clock):
    pauses = Pauses(clock)
    caught = problem_of(lambda: attempt(authority, clock, pauses).with_code(lambda _code: None))
    assert caught.code == Trouble.SIGN_IN_EXPIRED
    assert sum(pauses.taken) >= 600


def test_a_code_that_has_expired_at_the_marketplace_is_over(market, authority, clock):
    pauses = Pauses(clock, lambda: market.advance(601))
    caught = problem_of(lambda: attempt(authority, clock, pauses).with_code(lambda _code: None))
    assert caught.code == Trouble.SIGN_IN_EXPIRED
    assert len(pauses.taken) == 1


def test_who_is_told_to_ask_less_often_does(authority, clock, network):
    errors = ["slow_down", "authorization_pending", "slow_down", "expired_token"]
    network.instead["/token"] = [said(400, {"error": error}) for error in errors]
    pauses = Pauses(clock)
    problem_of(lambda: attempt(authority, clock, pauses).with_code(lambda _code: None))
    assert pauses.taken == [5, 10, 10, 15]


def test_a_network_that_fails_between_two_questions_is_waited_for_ever_longer(authority, clock, network):
    busy = [said(503, {"code": "unavailable"}) for _ in range(5)]
    network.instead["/token"] = [*busy, said(400, {"error": "access_denied"})]
    pauses = Pauses(clock)
    problem_of(lambda: attempt(authority, clock, pauses).with_code(lambda _code: None))
    assert pauses.taken == [5, 10, 20, 40, 60, 60]


def test_cancelling_ends_the_wait_for_the_other_device_at_once(authority, clock):
    cancelled = threading.Event()
    made = attempt(authority, clock, cancelled)
    caught = problem_of(lambda: made.with_code(lambda _code: made.cancel()))
    assert caught.code == Trouble.SIGN_IN_CANCELLED


def test_a_marketplace_without_codes_for_devices_says_so(market, network, authority, clock):
    told = metadata(market.url, device_authorization_endpoint=None)
    network.instead[METADATA_PATH] = [said(200, told)]
    caught = problem_of(lambda: attempt(authority, clock).with_code(lambda _code: None))
    assert caught.code == Trouble.UNSUPPORTED


@pytest.mark.parametrize(
    "changes", [{"verification_uri": "javascript:alert(1)"}, {"user_code": "a\nb"}, {"device_code": ""}]
)
def test_a_code_that_cannot_be_typed_or_asked_with_is_not_shown(network, authority, clock, changes):
    told = {"device_code": "d", "user_code": "ABCD-EFGH", "verification_uri": "https://m.example/device"}
    network.instead["/device"] = [said(200, told | {"expires_in": 600} | changes)]
    shown = []
    assert problem_of(lambda: attempt(authority, clock).with_code(shown.append)).code == Trouble.GARBLED
    assert shown == []
