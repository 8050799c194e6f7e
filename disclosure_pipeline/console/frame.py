"""One request of the console, from the cookie to the page.

Every request takes the same way: who is it, may this person ask that here at all, was the form sent from
our own page, then the view, then the page. Whatever a view refuses is told on the page it was asked from,
with everything the person had typed.

A post is believed only with the session's token in it *and* when the browser says that our own page sent
it (``Sec-Fetch-Site``, ``Origin``); the session's cookie is sent by no other site (``SameSite``).
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from structlog import get_logger

from disclosure_pipeline.console import forms
from disclosure_pipeline.console.answers import Answer, Ask, Download, Export, Fields, Page, Redirect
from disclosure_pipeline.console.languages import preferred
from disclosure_pipeline.console.parts import Parts, Visitor
from disclosure_pipeline.errors import (
    DisclosureError,
    NotAllowed,
    NotFound,
    Refused,
    StoreFault,
    UsageError,
)
from disclosure_pipeline.model.pace import Pace
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import accounts

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from disclosure_pipeline.console.templating import Templates

log = get_logger(__name__)

COOKIE = "disclosure_session"
CSRF = "csrf"
"""Name of the form field that holds the session's token."""

MEMBERS = frozenset(Role)
"""Every person of the office, whatever the role."""

_STATUS: tuple[tuple[type[DisclosureError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Refused, 409),
    (UsageError, 400),
    (StoreFault, 503),
)

View = Callable[[Ask], Answer]


@dataclass(frozen=True, slots=True)
class Place:
    """One address of the console.

    Args:
        path: below the console, with placeholders (``/documents/{case}``).
        view: what answers.
        method: ``GET`` or ``POST``.
        who: roles of which a person needs one; ``None`` means that nobody need be signed in.
        back: the view that shows the page again when a post is refused.
        first: whether a person whose password must be changed may come here.
        files: whether its form brings files.
    """

    path: str
    view: View
    method: str = "GET"
    who: frozenset[Role] | None = MEMBERS
    back: View | None = None
    first: bool = False
    files: bool = False


class Frame:
    """Runs views.

    Args:
        parts: what the console works with.
        templates: how pages are made.
    """

    def __init__(self, parts: Parts, templates: Templates):
        self._parts = parts
        self._templates = templates
        self._pace = Pace(rate=20, burst=120)

    def endpoint(self, place: Place) -> Callable[[Request], Any]:
        """The endpoint of one address."""

        async def answer(request: Request) -> Response:
            from starlette.concurrency import run_in_threadpool

            form = None
            # The body of a stranger is not even read, but on the pages that are for strangers.
            if place.method == "POST" and (
                place.who is None or await run_in_threadpool(self._is_known, request)
            ):
                form = await forms.read(request, self._parts.core().workspace.spool, files=place.files)
            try:
                return await run_in_threadpool(self._answer, place, request, form)
            finally:
                if form is not None:
                    await form.close()

        return answer

    async def nothing_here(self, request: Request, _error: Exception) -> Response:
        """The page for an address that is none, or that takes no such request."""
        from starlette.concurrency import run_in_threadpool

        def nowhere(_ask: Ask) -> Answer:
            raise NotFound("There is nothing at this address.")

        return await run_in_threadpool(self._answer, Place("", nowhere), request, None)

    def _answer(self, place: Place, request: Request, form: FormData | None) -> Response:
        ask = Ask(
            parts=self._parts,
            path=dict(request.path_params),
            query=Fields(tuple(request.query_params.multi_items())),
            address=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            client=request.client.host if request.client else "",
            language=preferred(request.headers.get("accept-language", "")),
        )
        try:
            if form is not None:
                ask.form, ask.files = forms.split(form)
            ask.visitor = self._visitor(request)
            stopped = self._stopped(place, ask, request)
            return self._response(stopped or place.view(ask), ask)
        except DisclosureError as error:
            return self._refused(place, ask, error)
        except Exception as error:  # noqa: BLE001 -- no traceback may leave with text of a document in it
            log.error("page_failed", path=place.path, error=type(error).__name__)  # noqa: TRY400
            return self._refused(
                replace(place, back=None), ask, DisclosureError("The console itself failed.")
            )

    def _is_known(self, request: Request) -> bool:
        """Whether somebody is signed in; a store that does not answer tells it when the page is made."""
        try:
            return self._visitor(request) is not None
        except DisclosureError:
            return False

    def _visitor(self, request: Request) -> Visitor | None:
        token = request.cookies.get(COOKIE, "")
        found = accounts.visitor_of(self._parts.core(), token) if token else None
        if found is None:
            return None
        return Visitor(found.person, found.csrf, found.must_change, found.preferences, found.session)

    def _stopped(self, place: Place, ask: Ask, request: Request) -> Answer | None:
        """What keeps a request from its view; ``None`` lets it pass.

        Raises:
            NotAllowed: the person's roles do not lead here, or the form is not our own.
        """
        wait = self._pace.wait(ask.visitor.session if ask.visitor else ask.client)
        if wait:
            return Page("too_often.html", {"seconds": math.ceil(wait)}, 429)
        if place.method == "POST":
            _check_origin(request)
        if place.who is None:
            return None
        if ask.visitor is None:
            wanted = ask.address.removeprefix(self._parts.root) if place.method == "GET" else ""
            return Redirect("/sign-in", query={"next": wanted} if len(wanted) > 1 else {})
        if place.method == "POST" and not hmac.compare_digest(
            ask.form.get(CSRF).encode(), ask.visitor.csrf.encode()
        ):
            raise NotAllowed("The form does not belong to this session.", code="csrf")
        if ask.visitor.must_change and not place.first:
            return Redirect("/password")
        if not ask.visitor.roles & place.who:
            raise NotAllowed("This page is not for this role.", code="wrong_role")
        return None

    def _refused(self, place: Place, ask: Ask, error: DisclosureError) -> Response:
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
        ask.error = error
        if place.back is not None and ask.visitor is not None and error.code != "csrf":
            try:
                shown = place.back(ask)
                if isinstance(shown, Page):
                    return self._response(replace(shown, status=status), ask)
            except DisclosureError as again:
                ask.error = again
        return self._response(Page("error.html", {"status": status}, status), ask)

    def _response(self, answer: Answer, ask: Ask) -> Response:
        from starlette.responses import HTMLResponse, RedirectResponse, StreamingResponse
        from starlette.responses import Response as Raw

        match answer:
            case Redirect():
                response = RedirectResponse(self._parts.root + answer.address, 303)
                self._set_session(response, answer.session)
                return response
            case Download():
                headers = dict(answer.headers)
                if answer.name:
                    headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(answer.name)}"
                return Raw(answer.content, media_type=answer.media_type, headers=headers)
            case Export():
                offered = {"content-disposition": f'attachment; filename="{quote(answer.name)}"'}
                return StreamingResponse(answer.pieces(), media_type=answer.media_type, headers=offered)
            case Page():
                wait = {"retry-after": str(answer.values["seconds"])} if answer.status == 429 else None
                return HTMLResponse(self._templates.render(answer, ask), answer.status, wait)

    def _set_session(self, response: Response, token: str | None) -> None:
        """Give the browser another session, or (with an empty token) none."""
        if token is None:
            return
        settings = self._parts.core().settings.console
        shared: dict[str, Any] = {
            "path": self._parts.root,
            "secure": settings.tls,
            "httponly": True,
            "samesite": "lax",
        }
        if token:
            response.set_cookie(COOKIE, token, **shared)
        else:
            response.delete_cookie(COOKIE, **shared)


def _check_origin(request: Request) -> None:
    """Refuse a post that the browser says another site has started.

    Raises:
        NotAllowed: it was.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site in ("same-origin", "none")
    else:
        ours = origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
    if not ours:
        raise NotAllowed("The form was sent by another site.", code="csrf")
