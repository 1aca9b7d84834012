"""The pages of sign-in as HTML: no script, nothing from elsewhere, every word that came from outside escaped."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

_STYLE: Final = """
:root { color-scheme: light dark; --window: #F6F4F0; --paper: #FFFFFF; --ink: #1E1C19; --soft: #57534C;
  --edge: #D3CEC5; --field: #8A847A; --accent: #2D57C4; --pressed: #2549A8; --link: #2850B4; --tint: #E5EBF9;
  --warn: #835000; --warn-tint: #FAEFD9; --bad: #AF2A20; --bad-tint: #FBEAE7; }
@media (prefers-color-scheme: dark) { :root { --window: #1B1A18; --paper: #232220; --ink: #F2EFEA; --soft: #B9B4AB;
  --edge: #4A4741; --field: #8E887E; --accent: #3F6AD8; --pressed: #3760C8; --link: #9DB8FB; --tint: #2A334D;
  --warn: #E8B968; --warn-tint: #382D1B; --bad: #FF9F94; --bad-tint: #40241F; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2.5rem 1rem; background: var(--window); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 2rem; background: var(--paper); border-radius: 0.75rem; }
h1 { margin: 0.75rem 0 0.5rem; font-size: 1.5rem; line-height: 1.25; font-weight: 600; }
p, ul { margin: 0 0 1rem; color: var(--soft); }
ul { padding-left: 1.25rem; }
.practice { display: inline-block; margin: 0; padding: 0.125rem 0.625rem; border-radius: 1rem;
  background: var(--warn-tint); color: var(--warn); font-size: 0.875rem; font-weight: 600; }
.trouble { padding: 0.75rem 1rem; border-radius: 0.5rem; background: var(--bad-tint); color: var(--bad); }
fieldset { margin: 0 0 1rem; padding: 0; border: 0; }
legend, .label { display: block; padding: 0; margin: 0 0 0.375rem; font-weight: 600; color: var(--ink); }
.choice { display: flex; gap: 0.625rem; align-items: center; min-height: 2.5rem; padding: 0 0.75rem;
  border-radius: 0.5rem; overflow-wrap: anywhere; }
.choice:has(input:checked) { background: var(--tint); }
.choice input { accent-color: var(--accent); width: 1.125rem; height: 1.125rem; flex: none; }
input[type=text] { width: 100%; padding: 0.5rem 0.75rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--field); border-radius: 0.5rem; }
.code { font-size: 1.25rem; letter-spacing: 0.125em; text-transform: uppercase; }
.feet { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1.5rem; }
button { min-height: 2.5rem; padding: 0 1.25rem; font: inherit; font-weight: 600; border-radius: 0.5rem;
  border: 1px solid var(--edge); background: transparent; color: var(--link); cursor: pointer; }
button.first { background: var(--accent); border-color: var(--accent); color: #FFFFFF; }
button.first:hover { background: var(--pressed); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
"""

_STYLE_MARK: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_MAY: Final = """
<p>Foreword on your computer would be able to:</p>
<ul>
<li>read your call requests, your notes and your public profile</li>
<li>accept and decline calls, and report that nobody joined, in your name</li>
<li>change your notes and your public profile</li>
</ul>
"""

_FEET: Final = """
<div class="feet">
<button class="first" name="answer" value="allow">Sign in and allow</button>
<button name="answer" value="deny" formnovalidate>Do not allow</button>
</div>
"""


def page(title: str, body: str, status: int = 200, *, leads_to: str | None = None) -> HTMLResponse:
    """Put a body into a page. ``leads_to`` is the origin to which its form may lead in the end."""
    document = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)} - Foreword '
        'practice marketplace</title>\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<p class="practice">Practice marketplace</p>\n{body}</main>\n</body>\n</html>\n'
    )
    headers = {
        "Content-Security-Policy": _policy(leads_to),
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return HTMLResponse(document, status, headers=headers)


def consent(action: str, mark: str, accounts: Sequence[tuple[str, str]], trouble: str | None) -> str:
    """Return the body of the page that asks for an account and for leave."""
    return (
        f"<h1>Sign in to Foreword</h1>\n{_said(trouble)}{_MAY}"
        f'<form method="post" action="{escape(action)}">\n{_hidden(mark)}{_choice(accounts)}{_FEET}</form>\n'
    )


def device(action: str, mark: str, accounts: Sequence[tuple[str, str]], typed: str, trouble: str | None) -> str:
    """Return the body of the page on which the code of another computer is typed."""
    return (
        f"<h1>Sign in another computer</h1>\n{_said(trouble)}"
        "<p>Type the code that Foreword shows there. Go on only if you started this yourself: "
        "whoever has that computer will act as you.</p>\n"
        f"{_MAY}"
        f'<form method="post" action="{escape(action)}">\n{_hidden(mark)}'
        '<fieldset><label class="label" for="code">Code</label>\n'
        '<input type="text" class="code" id="code" name="user_code" required maxlength="20" autocomplete="off" '
        f'autocapitalize="characters" spellcheck="false" value="{escape(typed)}"></fieldset>\n'
        f"{_choice(accounts)}{_FEET}</form>\n"
    )


def dead_end(title: str, words: str, status: int = 400) -> HTMLResponse:
    """Return a page from which nothing leads on."""
    return page(title, f"<h1>{escape(title)}</h1>\n<p>{escape(words)}</p>\n", status)


def _said(trouble: str | None) -> str:
    return f'<p class="trouble" role="alert">{escape(trouble)}</p>\n' if trouble else ""


def _hidden(mark: str) -> str:
    return f'<input type="hidden" name="mark" value="{escape(mark)}">\n'


def _choice(accounts: Sequence[tuple[str, str]]) -> str:
    radios = "".join(
        f'<label class="choice"><input type="radio" name="account" value="{escape(account_id)}"'
        f"{' checked' if number == 0 else ''}> {escape(name)}</label>\n"
        for number, (account_id, name) in enumerate(accounts)
    )
    known = f"<fieldset><legend>Practice account</legend>\n{radios}</fieldset>\n" if accounts else ""
    label = "Or a name for a new one" if accounts else "A name for your practice account"
    need = "" if accounts else " required"
    return (
        f'{known}<fieldset><label class="label" for="name">{label}</label>\n'
        f'<input type="text" id="name" name="name" maxlength="40" autocomplete="off"{need}></fieldset>\n'
        "<p>Practice has no passwords, and its customers are made up.</p>\n"
    )


def _policy(leads_to: str | None) -> str:
    """Allow the page its own style and its own form. Browsers hold the redirect behind a form to the same rule."""
    # A policy cannot name an IPv6 address: there the scheme has to do.
    onward = "http:" if leads_to is not None and "[" in leads_to else leads_to
    forms = "'self'" if onward is None else f"'self' {onward}"
    return (
        f"default-src 'none'; style-src 'sha256-{_STYLE_MARK}'; form-action {forms}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
