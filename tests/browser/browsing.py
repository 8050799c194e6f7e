"""People at a real Chromium: what they press, what is kept for looking at, and what must never happen on a page.

A person works by keys (:class:`AtKeys`) or, without JavaScript, by links and buttons alone (:class:`AtMouse`);
both have the same verbs, so that one story can be told with either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from web import PASSWORD, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
"""Chromium stays on this machine, whatever a page asks for."""

DESK, TABLET, ZOOMED = (1366, 768), (768, 1024), (683, 384)
"""An office screen, a tablet, and the office screen at 200 % zoom, in CSS pixels."""

PATIENCE = 20_000
"""Milliseconds to wait for what a page shows next."""


@dataclass
class Album:
    """Pictures of screens, kept for people to look at; no test reads them.

    Args:
        folder: where they lie.
        whole: whether whole pages are kept where a test says so, each of which takes a second; else what is in sight.
    """

    folder: Path
    whole: bool
    _number: int = 0

    def keep(self, page: Page, name: str, *, whole: bool = False) -> None:
        """Keep what a page shows; the whole of it, or what is in sight."""
        self._number += 1
        path = self.folder / f"{self._number:03d}-{name}.png"
        page.screenshot(path=path, full_page=whole and self.whole)


@dataclass
class Watch:
    """Everything that goes wrong in a browser, in order.

    Args:
        host: where requests may go.
    """

    host: str
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Look at every page of a context: requests to elsewhere, messages of the console, errors of scripts."""
        context.on("request", lambda request: self._asked(request.url))
        context.on("console", lambda message: self._said(message.type, message.text))
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))

    def refused(self, *statuses: int) -> None:
        """Take out what the browser said about answers with these statuses: they were wanted, and must have come."""
        for status in statuses:
            told = [
                text for text in self.faults if f"the server responded with a status of {status} " in text
            ]
            assert told, f"no answer had the status {status}: {self.faults}"
            self.faults.remove(told[0])

    def _asked(self, address: str) -> None:
        if urlsplit(address).netloc != self.host:
            self.faults.append(f"asked elsewhere: {address}")

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(f"{kind}: {text}")


@dataclass
class Person:
    """Somebody at a browser of their own.

    Args:
        name: who. page: what they look at. album: keeps pictures.
        watch: what goes wrong. address: of the console.
    """

    name: str
    page: Page
    album: Album
    watch: Watch
    address: str

    def enter(self) -> None:
        """Sign in."""
        self.go("/sign-in")
        self.page.locator("#name").fill(self.name)
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("button.main").click()
        self.page.wait_for_selector(".self")

    def go(self, path: str) -> None:
        """Open an address of the console."""
        self.page.goto(self.address + path)

    def look(self, screen: str) -> None:
        """Keep a picture of the screen."""
        self.album.keep(self.page, f"{screen}")

    @property
    def path(self) -> str:
        """Where the person is, below the console."""
        return urlsplit(self.page.url).path.removeprefix(ROOT)

    @property
    def case(self) -> str:
        """The document that the person looks at."""
        return self.path.split("/")[2]

    @property
    def words(self) -> str:
        """What the page says, blanks made one."""
        return re.sub(r"\s+", " ", self.page.locator("main").inner_text())

    @property
    def notice(self) -> str:
        """What was done or refused."""
        return self.page.locator("#notices").inner_text().strip()

    @property
    def present(self) -> str:
        """Id of the stop that keys act on; empty for none."""
        stops = self.page.locator("[data-stop][aria-current]").all()
        return stops[0].get_attribute("id") or "" if stops else ""

    def send(self, key: str) -> None:
        """Do what a key does, and wait for the page that comes of it."""
        raise NotImplementedError

    def open(self, key: str) -> None:
        """Open the part of the page that a key opens."""
        raise NotImplementedError

    def reach(self, stop: str) -> None:
        """Go to a row or finding."""
        raise NotImplementedError

    def unfold(self, summary: Locator) -> None:
        """Open a part of the page that has no key."""
        raise NotImplementedError

    def choose(self, *boxes: Locator) -> None:
        """Tick boxes."""
        raise NotImplementedError

    def write(self, field: Locator, text: str) -> None:
        """Write into a field."""
        raise NotImplementedError

    def press(self, button: Locator) -> None:
        """Press a button, and wait for the page that comes of it."""
        raise NotImplementedError

    def hand_over(self, **files: Any) -> None:
        """Choose files for the one field of the page that takes them."""
        drafts = [
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
            for name, content in files["drafts"].items()
        ]
        self.page.locator("input[type=file]").set_input_files(drafts)  # type: ignore[arg-type]


class AtKeys(Person):
    """Somebody who does not touch the mouse."""

    def send(self, key: str) -> None:
        with self._another_page():
            self.page.keyboard.press(key.replace("Ctrl", "Control"))

    def open(self, key: str) -> None:
        self.page.keyboard.press(key)
        assert self.page.locator(f"details[open] > summary[data-key='{key}']").count(), key

    def reach(self, stop: str) -> None:
        number = self.page.locator("[data-stop]").count()
        for key in [*["j"] * number, *["k"] * number]:
            if self.present == stop:
                return
            self.page.keyboard.press(key)
            self.page.wait_for_selector("html:not([aria-busy])")
        assert self.present == stop

    def unfold(self, summary: Locator) -> None:
        self.tab_to(summary)
        self.page.keyboard.press("Enter")

    def choose(self, *boxes: Locator) -> None:
        for box in boxes:
            key = box.get_attribute("data-key")
            if key:
                self.page.keyboard.press(key)
            else:
                self.tab_to(box)
                self.page.keyboard.press("Space")
            assert box.is_checked(), key

    def write(self, field: Locator, text: str) -> None:
        key = field.get_attribute("data-key")
        if key:
            self.page.keyboard.press(key)
        else:
            self.tab_to(field)
        self.page.keyboard.type(text)
        assert field.input_value() == text
        self.page.keyboard.press("Escape")

    def press(self, button: Locator) -> None:
        self.tab_to(button)
        with self._another_page():
            self.page.keyboard.press("Enter")

    def tab_to(self, element: Locator) -> None:
        """Press Tab until an element has the focus."""
        for _ in range(200):
            if element.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("Tab does not lead there")

    @contextmanager
    def _another_page(self) -> Iterator[None]:
        """Wait until the page has changed, in place or by going elsewhere."""
        self.page.locator("#main").evaluate("main => { main.dataset.old = 'yes' }")
        yield
        self.page.wait_for_selector("#main:not([data-old])", state="attached")
        self.page.wait_for_selector("html:not([aria-busy])", state="attached")
        self.page.wait_for_load_state()


class AtMouse(Person):
    """Somebody whose browser runs no script."""

    def send(self, key: str) -> None:
        self.press(self._of(key))

    def open(self, key: str) -> None:
        summary = self._of(key)
        summary.click()
        assert summary.locator("..").get_attribute("open") is not None

    def reach(self, stop: str) -> None:
        if self.present == stop:
            return
        link = self.page.locator(f"[id='{stop}'] a").first
        if link.get_attribute("data-key") == "Enter":
            return
        with self.page.expect_navigation():
            link.click()
        assert self.present == stop

    def unfold(self, summary: Locator) -> None:
        summary.click()

    def choose(self, *boxes: Locator) -> None:
        for box in boxes:
            box.check()

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)

    def press(self, button: Locator) -> None:
        with self.page.expect_navigation():
            button.click()

    def _of(self, key: str) -> Locator:
        """What a key would press: of the present row or finding first, then of the page."""
        for within in ("[data-stop][aria-current] ", ""):
            found = self.page.locator(f"{within}[data-key='{key}']:visible")
            if found.count():
                return found.first
        raise AssertionError(f"nothing on the page has the key {key}")


Sit = Callable[..., Any]
"""Sets somebody down at a browser: ``sit(name, hands=AtKeys, **options of the context)``."""


@dataclass
class Seats:
    """Browsers of a test; what went wrong in any of them fails it at the end.

    Args:
        browser: Chromium. address: of the console. album: keeps pictures.
        sessions: cookies of those who have signed in before, by name: who comes again need not wait for it.
    """

    browser: Browser
    address: str
    album: Album
    sessions: dict[str, Any]
    _contexts: list[BrowserContext] = field(default_factory=list)
    _watches: dict[str, Watch] = field(default_factory=dict)

    def sit(self, name: str, hands: type[Person] = AtKeys, *, enter: bool = True, **options: Any) -> Any:
        """Set somebody down at a browser of their own, signed in."""
        settings: Mapping[str, Any] = {
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "viewport": {"width": DESK[0], "height": DESK[1]},
            "java_script_enabled": hands is not AtMouse,
            **options,
        }
        context = self.browser.new_context(**settings)
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        watch = self._watches[name] = Watch(urlsplit(self.address).netloc)
        watch.over(context)
        person = hands(name, context.new_page(), self.album, watch, self.address)
        if name in self.sessions:
            context.add_cookies(self.sessions[name])
        elif enter:
            person.enter()
            self.sessions[name] = context.cookies()
        return person

    def leave(self) -> None:
        """Close every browser and tell what went wrong."""
        for context in self._contexts:
            context.close()
        faults = {name: watch.faults for name, watch in self._watches.items() if watch.faults}
        assert faults == {}
