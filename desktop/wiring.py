"""The composition root: which adapter stands behind which port. No Qt here, the terminal command uses it too.

``open_core`` is cheap, for the way to the first list; ``connect`` imports all that talks and writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from sync.clock import SystemClock
from sync.desk import Desk
from sync.store.database import Database, Readers
from sync.store.queries import Queries

if TYPE_CHECKING:
    import threading
    from concurrent.futures import Executor
    from random import Random

    from desktop.paths import Profile
    from desktop.practice import PracticeMarketplace
    from sync.api.authority import Authority
    from sync.api.events import Listener
    from sync.api.session import Session
    from sync.api.sign_in import SignIn
    from sync.domain.tokens import Tokens
    from sync.ports import Clock, Keychain, Marketplace
    from sync.round import Round
    from sync.store.ledgers import Ledgers
    from sync.store.outbox import Outbox


class Core(NamedTuple):
    """The parts that read and write one account on this computer."""

    desk: Desk
    database: Database
    queries: Queries
    outbox: Callable[[], Outbox]
    ledgers: Callable[[], Ledgers]
    clock: Clock
    ends: ExitStack
    """Closes files and connections, in the order opposite to their opening."""

    keychain: Callable[[], Keychain]
    """Where this account's sign-in is kept; one for the whole process, since it may be its memory."""


class Access(NamedTuple):
    """How requests come to a token (``HttpMarketplace``); ``reread`` is called before a round."""

    token: Callable[[], str | None]
    renew: Callable[[str], str | None] = lambda _refused: None
    reread: Callable[[], None] = lambda: None


def open_core(profile: Profile, clock: Clock | None = None, keychain: Keychain | None = None) -> Core:
    """Put the store's reading side and the desk together; nothing is opened yet.

    ``keychain`` is the one that a new sign-in lies in already; else it is the one that the profile names.
    """
    database = Database(profile.database)
    readers = Readers(database)
    queries = Queries(readers)

    @cache
    def outbox() -> Outbox:
        from sync.store.outbox import Outbox  # noqa: PLC0415 - SQLAlchemy costs a third of a second

        return Outbox(database)

    @cache
    def ledgers() -> Ledgers:
        from sync.store.ledgers import Ledgers  # noqa: PLC0415 - see outbox

        return Ledgers(database)

    used = clock or SystemClock()
    ends = ExitStack()
    ends.callback(database.close)
    ends.callback(readers.close)
    keychains = cache(lambda: keychain or open_keychain(profile))
    desk = Desk(queries, outbox, ledgers, used, _new_key)
    return Core(desk, database, queries, outbox, ledgers, used, ends, keychains)


def connect(core: Core, profile: Profile, practice: PracticeMarketplace | None) -> Round:
    """Connect the core with the profile's marketplace, for a terminal: Ctrl+C ends a wait for an answer at once.

    ``practice`` is started first if that is the one.
    Raises Offline when practice does not start, ValueError for a marketplace's address that is not safe.
    """
    from desktop.in_turn import InTurn  # noqa: PLC0415 - not on the way to the first list

    if practice is not None:
        address = practice.ensure_running()
        return build_round(core, address.origin, Access(lambda: address.token), InTurn)
    return build_round(core, profile.origin, open_access(core, profile, core.keychain()), InTurn)


def build_round(core: Core, origin: str, access: Access, threads: Callable[[], Executor] | None = None) -> Round:
    """Put a round together over HTTP; imports all that talks and writes. Raises ValueError for an unsafe address."""
    from random import Random  # noqa: PLC0415

    from sync.api.client import HttpMarketplace, new_client  # noqa: PLC0415 - httpx2, in the worker's time

    http = core.ends.enter_context(new_client(core.clock))
    marketplace = HttpMarketplace(origin, access.token, http, core.clock, _new_key, access.renew)
    return assemble_round(core, marketplace, Random(), _new_key, threads)  # noqa: S311 - spreads retries, guards nothing


def assemble_round(
    core: Core,
    marketplace: Marketplace,
    random: Random,
    new_key: Callable[[], str],
    threads: Callable[[], Executor] | None = None,
) -> Round:
    """Put a round together from the core and any marketplace; ``threads`` makes the pool in which actions are sent."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    from sync.domain.notes import Marks, merge  # noqa: PLC0415 - in the worker's time, like all below
    from sync.pull import Pull  # noqa: PLC0415
    from sync.push import LANES, Push  # noqa: PLC0415
    from sync.round import Round  # noqa: PLC0415
    from ui.wording import ONE_VERSION, OTHER_VERSION  # noqa: PLC0415

    queries, clock, announce = core.queries, core.clock, core.desk.announce
    outbox, ledgers = core.outbox(), core.ledgers()
    both = partial(merge, marks=Marks(ONE_VERSION, OTHER_VERSION))
    pool = threads or partial(ThreadPoolExecutor, LANES, thread_name_prefix="lane")
    push = Push(marketplace, queries, outbox, clock, random, new_key, both, announce, pool)
    pull = Pull(marketplace, queries, ledgers, clock, new_key, both, announce)
    return Round(marketplace, push, pull, queries, outbox, ledgers, clock, random, announce)


@contextmanager
def open_listener(core: Core, origin: str, access: Access, stopping: threading.Event) -> Iterator[Listener]:
    """Give what listens for the marketplace's pokes. Raises ValueError for an unsafe address."""
    from random import Random  # noqa: PLC0415

    from sync.api.events import Listener, new_stream_client  # noqa: PLC0415 - httpx2, in the listening thread's time

    def token() -> str | None:
        access.reread()
        return access.token()

    with new_stream_client() as http:
        random = Random()  # noqa: S311 - spreads retries, guards nothing
        yield Listener(origin, token, http, core.clock, random, _new_key, stopping, access.renew)


def open_keychain(profile: Profile) -> Keychain:
    """Return the keychain that the writer chose for this account: the system's unless it is another."""
    from sync import keychain  # noqa: PLC0415 - not on the way to the first list

    if profile.keeping == "memory":
        return keychain.MemoryKeychain()
    if profile.keeping == "file":
        return keychain.FileKeychain(profile.signed_in_file.with_suffix(""))
    return keychain.SystemKeychain()


def has_system_keychain() -> bool:
    """Tell whether this computer can keep a sign-in safely; may take its time."""
    from sync.keychain import SystemKeychain  # noqa: PLC0415

    return SystemKeychain().is_there()


def open_access(core: Core, profile: Profile, keychain: Keychain) -> Access:
    """Return the access of whoever is signed in, and of nobody else."""
    if not profile.subject:
        return Access(lambda: None)
    session = open_session(core, profile, keychain)
    return Access(session.token, session.renew, session.reread)


def open_session(core: Core, profile: Profile, keychain: Keychain) -> Session:
    """Return the tokens of the account that is signed in."""
    from sync.api.session import Session  # noqa: PLC0415

    authority = cache(lambda: _authority(core, profile.origin))
    return Session(profile.origin, profile.subject, keychain, profile.sign_in_lock, authority, core.clock)


def open_sign_in(core: Core, profile: Profile) -> SignIn:
    """Return an attempt to sign in at the profile's marketplace; ``desktop.signed_in.keep`` keeps what it gives."""
    import secrets  # noqa: PLC0415 - at a sign-in alone

    from sync.api.sign_in import SignIn  # noqa: PLC0415

    return SignIn(_authority(core, profile.origin), core.clock, lambda: secrets.token_urlsafe(32))


def revoke(core: Core, tokens: Tokens) -> None:
    """Make tokens useless. Raises Offline, Busy and Refused."""
    _authority(core, tokens.origin).revoke(tokens)


def _authority(core: Core, origin: str) -> Authority:
    from sync.api.authority import Authority  # noqa: PLC0415
    from sync.api.client import new_client  # noqa: PLC0415 - httpx2: most starts renew nothing in this process

    return Authority(origin, core.ends.enter_context(new_client(core.clock)), core.clock)


def checked_origin(origin: str) -> str:
    """Return a marketplace's address in its one spelling. Raises ValueError, in plain words, when it is not safe."""
    from sync.api import origin as addresses  # noqa: PLC0415 - practice, the default, has none to check

    return addresses.checked_origin(origin)


def _new_key() -> str:
    import uuid  # noqa: PLC0415 - not on the way to the first list

    return str(uuid.uuid4())
