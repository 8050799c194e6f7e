"""People in the console, for tests: the real application over a real office, without a network in between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html
from support import Office

from disclosure_pipeline.console.app import Console
from disclosure_pipeline.console.parts import Parts
from disclosure_pipeline.model.pace import Pace
from disclosure_pipeline.pipeline import accounts, passwords
from disclosure_pipeline.service.desk import IntakeDesk

if TYPE_CHECKING:
    import httpx2 as httpx

ROOT = "/console"
PASSWORD = "柳絮池塘淡淡风梨花院落"
"""Everybody's password after the first change."""


@dataclass
class Seat:
    """One person at a browser: the console's pages as trees, its forms as they stand.

    Args:
        client: keeps the session's cookie.
    """

    client: httpx.Client
    page: html.HtmlElement = field(default_factory=lambda: html.fromstring("<p>"))
    status: int = 0
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, **query: Any) -> html.HtmlElement:
        """Open a page of the console and follow where it leads."""
        return self._took(self.client.get(ROOT + path, params=query or None, follow_redirects=True))

    def post(
        self,
        path: str,
        values: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        token: str | None = None,
    ) -> html.HtmlElement:
        """Send a form with the token of the page that is open (or another one), and follow where it leads."""
        data = {"csrf": self.token if token is None else token, **(values or {})}
        return self._took(self.client.post(ROOT + path, data=data, files=files, follow_redirects=True))

    def press(self, form: str, button: str = "", **typed: Any) -> html.HtmlElement:
        """Fill a form of the open page and press a button: what a person without JavaScript does.

        Args:
            form: XPath of the form.
            button: value of the button pressed.
            typed: fields that are typed, ticked or chosen (several values as a list).
        """
        (found,) = self.page.xpath(form)
        data: dict[str, Any] = {}
        for name, value in found.form_values():
            data.setdefault(name, []).append(value)
        data |= typed
        for pressed in found.xpath(".//button[@name]"):
            if pressed.get("value") == button:
                data[pressed.get("name")] = button
        action = found.get("action") or ""
        if (found.get("method") or "get").lower() == "get":
            return self._took(self.client.get(action, params=data, follow_redirects=True))
        return self._took(self.client.post(action, data=data, follow_redirects=True))

    @property
    def token(self) -> str:
        """The token of the forms on the open page."""
        found = self.page.xpath("//input[@name='csrf']/@value")
        return str(found[0]) if found else ""

    @property
    def words(self) -> str:
        """What the open page says, blanks made one."""
        return re.sub(r"\s+", " ", str(self.page.text_content()))

    @property
    def refusal(self) -> str:
        """Why something was refused on the open page; empty if nothing was."""
        return "".join(self.page.xpath("//*[@id='refusal']//text()")).strip()

    @property
    def path(self) -> str:
        """Where the open page is, below the console."""
        return self._path

    _path: str = ""

    def _took(self, response: httpx.Response) -> html.HtmlElement:
        self.status, self.text, self.headers = response.status_code, response.text, response.headers
        self._path = response.url.path.removeprefix(ROOT)
        kind = response.headers.get("content-type", "")
        self.page = (
            html.fromstring(response.content.decode() or "<p>") if "html" in kind else html.fromstring("<p>")
        )
        return self.page


@contextmanager
def application(office: Office, door: Pace | None = None) -> Iterator[Any]:
    """The console of an office, mounted as the daemon mounts it, perhaps with another pace at its door."""
    from starlette.applications import Starlette
    from starlette.routing import Mount

    parts = Parts(lambda: office.core, lambda: IntakeDesk(office.core), ROOT)
    parts.door = door or parts.door
    console = Console(parts)
    try:
        yield Starlette(routes=[Mount(ROOT, console)])
    finally:
        console.end()


@contextmanager
def seat(app: Any) -> Iterator[Seat]:
    """A browser that nobody has signed in with."""
    from starlette.testclient import TestClient

    with TestClient(app, base_url="http://localhost") as client:
        yield Seat(client)


@contextmanager
def quick_hashes() -> Iterator[None]:
    """Passwords are hashed with the same function at the least cost; the real cost is what test_passwords looks at."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("MEMORY", 64), ("PASSES", 1)):
            patch.setattr(passwords, name, value)
        _forget_hashers()
        yield
    _forget_hashers()


def _forget_hashers() -> None:
    passwords._hasher.cache_clear()
    passwords.nobodys.cache_clear()


def give_password(office: Office, name: str) -> None:
    """Let somebody into the console, with a password of their own."""
    first = accounts.give_password(office.core, name, by="管员")
    accounts.change_password(office.core, name, first, PASSWORD)


def signed_in(app: Any, office: Office, name: str) -> Any:
    """A browser in which somebody is signed in; a context."""
    give_password(office, name)

    @contextmanager
    def opened() -> Iterator[Seat]:
        with seat(app) as made:
            made.get("/sign-in")
            made.post("/sign-in", {"name": name, "password": PASSWORD})
            assert made.status == 200, made.refusal
            yield made

    return opened()
