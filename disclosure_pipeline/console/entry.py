"""Coming in, going out, and one's own account."""

from __future__ import annotations

from disclosure_pipeline.console import units
from disclosure_pipeline.console.answers import Answer, Ask, Page, Redirect
from disclosure_pipeline.errors import DisclosureError, Refused
from disclosure_pipeline.pipeline import accounts


def home(ask: Ask) -> Answer:
    """Everybody's first screen: the first one of their menu."""
    from disclosure_pipeline.console.menu import menu

    screens = menu(ask)
    return Redirect(screens[0][0].path if screens else "/account")


def sign_in_page(ask: Ask) -> Answer:
    """The form to sign in."""
    if ask.visitor is not None and not ask.error:
        return Redirect("/")
    wanted = ask.form.get("next") or ask.query.get("next")
    return Page("sign_in.html", {"next": _inside(wanted), "name": ask.form.get("name")})


def sign_in(ask: Ask) -> Answer:
    """Sign in; the session's id is a new one each time."""
    try:
        if wait := ask.parts.door.wait(ask.client):
            return Page("too_often.html", {"seconds": int(wait) + 1}, 429)
        entered = accounts.enter(ask.core, ask.form.get("name"), ask.form.typed("password"))
        ask.parts.door.give_back(ask.client)
    except DisclosureError as error:
        ask.error = error
        page = sign_in_page(ask)
        return Page(page.template, page.values, 403) if isinstance(page, Page) else page
    return Redirect(_inside(ask.form.get("next")) or "/", session=entered.token)


def sign_out(ask: Ask) -> Answer:
    """End this session."""
    accounts.leave(ask.core, ask.me.session)
    return Redirect("/sign-in", said="signed-out", session="")


def password_page(_ask: Ask) -> Answer:
    """The form to change one's password."""
    return Page("password.html")


def change_password(ask: Ask) -> Answer:
    """Change one's password; every other session of the person ends."""
    if ask.form.typed("new") != ask.form.typed("again"):
        raise Refused("The new password was not typed the same twice.", code="password.differs")
    entered = accounts.change_password(ask.core, ask.name, ask.form.typed("old"), ask.form.typed("new"))
    return Redirect("/", said="password-changed", session=entered.token)


def account_page(ask: Ask) -> Answer:
    """One's roles, language and keys."""
    return Page("account.html", {"unit_names": units.names(ask)})


def save_account(ask: Ask) -> Answer:
    """Keep language and keys."""
    preferences = {
        **ask.me.preferences,
        "language": ask.form.chosen("language", ("zh", "en"), "zh"),
        "keys": ask.form.get("keys") == "on",
    }
    accounts.save_preferences(ask.core, ask.name, preferences)
    return Redirect("/account", said="saved")


def _inside(path: str) -> str:
    """An address of the console that a form may lead on to; empty for any other."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours else ""
