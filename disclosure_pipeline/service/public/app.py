"""How the daemon's web server carries the public site and its search."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from disclosure_pipeline.service.public.files import SiteFiles
from disclosure_pipeline.service.public.search import SearchPage
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.workspace import Workspace


def routes(workspace: Workspace, settings: Callable[[], Settings]) -> Sequence[BaseRoute]:
    """Where the site and its search answer.

    Args:
        workspace: the folders.
        settings: gives the present settings.
    """
    page = SearchPage(workspace.search)

    async def search(request: Request) -> Response:
        return await page.answer(request, settings().site)

    async def searching(_request: Request) -> Response:
        return RedirectResponse("../search")

    return (
        Route("/search", search),
        Route("/search/", searching),
        Mount("/site", SiteFiles(workspace.site)),
    )
