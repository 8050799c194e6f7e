"""How the shipped channels speak with servers outside: checked certificates, no proxies, no redirects, no secrets told.

What goes wrong becomes a :class:`ChannelFault` with a code of this module and words that hold neither an address nor
what the server said: both could be a document's.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from disclosure_pipeline.errors import ChannelFault

MOST = 1 << 20
"""Most bytes of a server's answer that are read."""

_PORTS = {"https": 443, "http": 80}
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server is: ``https://host:port/path``."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as they stand in an address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @classmethod
    def of(cls, url: str, *, plain: bool) -> Place:
        """The place of an address.

        Args:
            url: the address.
            plain: whether ``http`` may be spoken with other machines, too.

        Raises:
            ValueError: it is not an address, holds a name and password, or speaks ``http`` with another machine.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("it must begin with https:// and name a host")
        if parts.username or parts.password or parts.fragment:
            raise ValueError("it must hold neither a name, a password nor a fragment")
        if parts.scheme == "http" and not plain and not is_loopback(parts.hostname):
            raise ValueError("only https is spoken with other machines")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme], path)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered, as far as it was read."""

    status: int
    body: bytes = b""


class Caller:
    """Calls one server over HTTP, one request per connection.

    Args:
        place: where it is.
        timeout: seconds for each step of a call.
        authority: file of the certificates that vouch for the server; empty for those of the system.
    """

    def __init__(self, place: Place, timeout: float, authority: str = ""):
        self.place = place
        self._timeout = timeout
        self._authority = authority

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        most: int = MOST,
    ) -> Reply:
        """Send one request and read the whole answer, of ``most`` bytes at most.

        Raises:
            ChannelFault: ``channel.unreachable``, there was no answer or only half of one.
        """
        try:
            connection = self._connection()
            try:
                connection.request(method, path, body, {"Content-Length": str(len(body)), **(headers or {})})
                response = connection.getresponse()
                return Reply(response.status, _whole(response, most))
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise unreachable(error) from None

    def _connection(self) -> http.client.HTTPConnection:
        place = self.place
        if place.scheme == "http":
            return http.client.HTTPConnection(place.host, place.port, timeout=self._timeout)
        context = tls(self._authority)
        return http.client.HTTPSConnection(place.host, place.port, timeout=self._timeout, context=context)


def tls(authority: str = "") -> ssl.SSLContext:
    """What certificates are checked by; a server without a good one is not spoken with.

    Args:
        authority: file of the certificates that vouch for the server; empty for those of the system.
    """
    context = ssl.create_default_context(cafile=authority or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def unreachable(error: Exception) -> ChannelFault:
    """The fault of a server that did not answer, named by the kind of error only."""
    return ChannelFault(
        f"The server could not be reached or gave half an answer ({type(error).__name__}).",
        code="channel.unreachable",
        advice="Check the server, the network and its certificate; it is tried again by itself.",
    )


def refused(status: int) -> ChannelFault:
    """The fault of a server that answered that it did not do it."""
    return ChannelFault(
        f"The server refused ({status}).",
        code="channel.refused",
        advice="Look into the server's log and the plugin's settings; it is tried again by itself.",
    )


def read_secret(file: str, variable: str) -> bytes:
    """A secret of the configuration, without white space around it; it is read anew each time.

    Args:
        file: path of the file that holds it; empty if it is in a variable.
        variable: name of the environment variable that holds it.

    Raises:
        ChannelFault: ``channel.secret``, it is not there, empty, or other accounts can read the file.
    """
    try:
        if file:
            path = Path(file)
            if path.stat().st_mode & _OTHERS:
                raise _no_secret("its file can be read by others")
            secret = path.read_bytes().strip()
        else:
            secret = os.environb.get(variable.encode(), b"").strip()
    except OSError as error:
        raise _no_secret(type(error).__name__) from None
    if not secret:
        raise _no_secret("it is empty")
    return secret


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _no_secret(why: str) -> ChannelFault:
    return ChannelFault(
        f"The secret cannot be used ({why}).",
        code="channel.secret",
        advice="Put it into a file that only the service's account can read, and name that file in the settings.",
    )


def _whole(response: http.client.HTTPResponse, most: int) -> bytes:
    body = response.read(most + 1)
    if len(body) > most:
        raise ValueError("the answer is too long")
    left = response.length
    if left:
        raise http.client.IncompleteRead(body, left)
    return body
