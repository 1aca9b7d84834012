"""Everything that is true without a screen: no module here knows Qt.

The map of this folder, from the bottom up; a line may use the lines above it, never those below:

    domain/     pure values and rules: calls, intents, projection, notes and their merge, retry, problems
    settings    the writer's settings as frozen values
    ports       what the core needs from outside: Marketplace, Keychain, Clock
    store/      SQLite: base rows, outbox, ledgers; the only place that knows SQL
    api/        the Marketplace port over HTTP, and signing in to it
    keychain    where sign-ins are kept: the system's own, memory, a file
    clock       the system's clock
    desk        the front door of the windows: queries out, intents in
    round       one round of synchronising: push, then pull
    runner      when rounds happen
"""
