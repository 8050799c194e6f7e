"""A real WebDAV server on the loopback address, with an account, that can be told to fail."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cheroot.wsgi import Server
from wsgidav.fs_dav_provider import FilesystemProvider
from wsgidav.wsgidav_app import WsgiDAVApp

USER, PASSWORD = "site", "d4v-secret"


@dataclass
class DavHost:
    """A running server: its port, the file of the password, the folder it serves, and how it fails next."""

    port: int
    password: Path
    folder: Path
    failing: dict[str, str] = field(default_factory=dict)
    """Answer by method, e.g. ``507 Insufficient Storage``."""

    def section(self, folder: str = "", **more: Any) -> dict[str, Any]:
        """The settings of the plugin for a folder of it."""
        below = Path(folder or self.folder).relative_to(self.folder).as_posix()
        url = f"http://127.0.0.1:{self.port}/" + (f"{below}/" if below != "." else "")
        return {
            "way": "webdav", "url": url, "user": USER, "password_file": str(self.password), "timeout": 5, **more,
        }  # fmt: skip


@contextmanager
def webdav_host(folder: Path) -> Iterator[DavHost]:
    """Start a server.

    Args:
        folder: an empty folder; ``folder/site`` is what it serves.
    """
    site = folder / "site"
    site.mkdir(parents=True)
    secret = folder / "password"
    secret.touch(0o600)
    secret.write_text(f"{PASSWORD}\n", "utf-8")
    logging.getLogger("wsgidav").setLevel(logging.CRITICAL)
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": FilesystemProvider(str(site))},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "verbose": 0, "logging": {"enable": False}, "lock_storage": False, "property_manager": False,
        }
    )  # fmt: skip
    made = DavHost(0, secret, site)

    def failing(environ: Any, start_response: Any) -> Any:
        if (answer := made.failing.get(environ["REQUEST_METHOD"])) is None:
            return app(environ, start_response)
        start_response(answer, [("Content-Length", "4")])
        return [b"half"]

    server = Server(("127.0.0.1", 0), failing, numthreads=2, shutdown_timeout=0.2)
    server.prepare()
    made.port = server.bind_addr[1]
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.stop()
        thread.join()
