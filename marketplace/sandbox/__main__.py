"""The command foreword-marketplace: serve, seed, token, restored."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from marketplace.sandbox.access import issue_token
from marketplace.sandbox.accounts import PRACTICE_ACCOUNT, need_account
from marketplace.sandbox.app import Pokes
from marketplace.sandbox.chance import Chance
from marketplace.sandbox.clock import MANUAL_START, Clock, ManualClock, stored_clock, use_system_clock
from marketplace.sandbox.database import Database, DatabaseUnusableError, open_database, open_for_practice
from marketplace.sandbox.endpoint import Sandbox
from marketplace.sandbox.instants import from_text
from marketplace.sandbox.practice import start_practice
from marketplace.sandbox.seeding import seed_requests
from marketplace.sandbox.serving import CannotServeError, Plan, listen, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 0, or 2 with one sentence on standard error."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except (DatabaseUnusableError, CannotServeError) as trouble:
        print(trouble, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="foreword-marketplace", description="A practice marketplace for Foreword, with customers who act."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serving = _add(commands, "serve", "run the marketplace", _serve)
    serving.add_argument("--host", default="127.0.0.1", help="where to listen (default: this computer only)")
    serving.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    serving.add_argument("--allow-host", action="append", default=[], help="one more name under which it is reached")
    serving.add_argument("--workers", type=int, default=1, help="how many processes (default: 1)")
    serving.add_argument("--practice", action="store_true", help="start the practice account, its script and controls")
    serving.add_argument("--begin-anew", action="store_true", help="put a SQLite file of an older version aside")
    serving.add_argument("--clock", choices=("system", "manual"), default="system")
    serving.add_argument("--now", type=_instant, default=MANUAL_START, help="where a new manual clock starts")
    serving.add_argument(
        "--spread-pokes", type=float, default=2.0, metavar="SECONDS", help="how long a poke waits at most (default: 2)"
    )
    serving.add_argument("--poll-only", action="store_true", help="offer no pokes: clients are told to poll")
    serving.add_argument("--ready-file", type=Path, help="also write the lines that tell readiness into this file")
    serving.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does")
    serving.add_argument("--log-file", type=Path, help="write one line of JSON for every request here")

    seeding = _add(commands, "seed", "add made-up call requests to an account", _seed)
    seeding.add_argument("--account", default=PRACTICE_ACCOUNT)
    seeding.add_argument("--requests", type=int, default=100)

    token = _add(commands, "token", "print a fresh token for an account", _token)
    token.add_argument("--account", default=PRACTICE_ACCOUNT)

    _add(commands, "restored", "say that a backup was put back, so that clients notice", _restored)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    help_text: str,
    run: Callable[[argparse.Namespace], None],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_text, description=help_text)
    parser.add_argument("--database", required=True, metavar="URL", help="sqlite:///file or postgresql+psycopg://...")
    parser.add_argument("--seed", type=int, help="make all chance repeatable")
    parser.set_defaults(run=run)
    return parser


def _instant(text: str) -> datetime:
    return from_text(text)


def _serve(options: argparse.Namespace) -> None:
    chance = Chance(options.seed)
    opened = open_for_practice if options.begin_anew else open_database
    database = opened(options.database, chance)
    manual = options.clock == "manual"
    clock: Clock = ManualClock(database, options.now) if manual else use_system_clock(database)
    token = _open_practice(database, clock, chance) if options.practice else None
    database.close()
    plan = Plan(
        options.database,
        options.practice,
        manual,
        options.seed,
        tuple(options.allow_host),
        Pokes(offered=not options.poll_only, spread_seconds=options.spread_pokes),
        options.log_file,
    )
    listener = listen(options.host, options.port)
    host = f"[{options.host}]" if ":" in options.host else options.host
    lines = [f"ready http://{host}:{listener.getsockname()[1]}"] + ([f"token {token}"] if token else [])

    def tell() -> None:
        print("\n".join(lines), flush=True)
        if options.ready_file:
            _write_at_once(options.ready_file, "\n".join(lines) + "\n")

    serve(plan, listener, options.workers, tell, until_eof=options.until_stdin_closes)


def _open_practice(database: Database, clock: Clock, chance: Chance) -> str:
    account_id = need_account(database, PRACTICE_ACCOUNT, chance, clock.now())
    start_practice(Sandbox(database, clock, chance, practice=True), account_id)
    return issue_token(database, account_id)


def _write_at_once(path: Path, text: str) -> None:
    """Write a file so that a reader finds all of it or nothing; only its owner can read it, since it has the token."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _seed(options: argparse.Namespace) -> None:
    chance = Chance(options.seed)
    database = open_database(options.database, chance)
    now = stored_clock(database).now()
    account_id = need_account(database, options.account, chance, now)
    seed_requests(database, account_id, options.requests, chance, now)
    database.close()
    print(f"added {options.requests} call requests to {options.account}")


def _token(options: argparse.Namespace) -> None:
    chance = Chance(options.seed)
    database = open_database(options.database, chance)
    account_id = need_account(database, options.account, chance, stored_clock(database).now())
    print(issue_token(database, account_id))
    database.close()


def _restored(options: argparse.Namespace) -> None:
    database = open_database(options.database, Chance(options.seed))
    print(f"epoch {database.start_new_epoch()}")
    database.close()


if __name__ == "__main__":
    sys.exit(main())
