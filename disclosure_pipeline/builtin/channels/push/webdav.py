"""The other host, reached over WebDAV: whole files only, by MOVE, and read back to be compared."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from disclosure_pipeline.builtin.channels.outside import Caller, Reply, refused, unreachable
from disclosure_pipeline.builtin.channels.push.sftp import TEMPORARY

_LARGEST = 1 << 30
"""Longest file that is read back, bytes."""

_GONE, _IS_THERE = 404, 405
_DONE = (200, 201, 204)
_LISTED = 207
_ASKED = b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'


class WebDav:
    """Requests to the other host.

    Args:
        caller: calls the server; its place is the folder that holds the site.
        user: account there; empty for none.
        password: gives its password, anew for each use.
    """

    def __init__(self, caller: Caller, user: str, password: Callable[[], bytes]):
        self._caller = caller
        self._user = user
        self._password = password

    def put(self, root: Path, paths: Sequence[str]) -> None:
        """Put files there, each at once, in this order.

        Args:
            root: the site's folder.
            paths: relative to it.

        Raises:
            ChannelFault: ``channel.unreachable``, ``channel.refused``; any of them may be there.
        """
        for folder in sorted(
            {str(parent) for path in paths for parent in PurePosixPath(path).parents} - {"."}
        ):
            self._ask("MKCOL", f"{folder}/", good=(*_DONE, _IS_THERE))
        place = self._caller.place
        for path in paths:
            self._ask("PUT", path + TEMPORARY, (root / path).read_bytes(), good=_DONE)
            target = f"{place.scheme}://{place.authority}{self._there(path)}"
            self._ask("MOVE", path + TEMPORARY, headers={"Destination": target, "Overwrite": "T"}, good=_DONE)

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files there; one that is not there is removed.

        Raises:
            ChannelFault: see :meth:`put`.
        """
        for path in paths:
            self._ask("DELETE", path, good=(*_DONE, _GONE))

    def held(self, folders: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """What folders there really hold: sha256 by path in the folder.

        Raises:
            ChannelFault: see :meth:`put`.
        """
        return {folder: dict(self._digests(folder, "")) for folder in folders}

    def _digests(self, folder: str, below: str) -> Iterator[tuple[str, str]]:
        for name, is_folder in self._listed(f"{folder}/{below}"):
            if is_folder:
                yield from self._digests(folder, f"{below}{name}/")
                continue
            reply = self._ask("GET", f"{folder}/{below}{name}", good=(200,), most=_LARGEST)
            yield f"{below}{name}", hashlib.sha256(reply.body).hexdigest()

    def _listed(self, folder: str) -> list[tuple[str, bool]]:
        """Names in a folder, and whether each is a folder; none when there is no such folder."""
        headers = {"Depth": "1", "Content-Type": "application/xml"}
        reply = self._ask("PROPFIND", folder, _ASKED, headers=headers, good=(_LISTED, _GONE), most=_LARGEST)
        if reply.status == _GONE:
            return []
        itself = unquote(self._there(folder)).rstrip("/")
        return [(path.name, is_folder) for path, is_folder in _members(reply.body) if str(path) != itself]

    def _ask(
        self, method: str, path: str, body: bytes = b"", *, good: Sequence[int],
        headers: Mapping[str, str] | None = None, most: int = 1 << 20,
    ) -> Reply:  # fmt: skip
        reply = self._caller.call(
            method, self._there(path), body, {**(headers or {}), **self._account()}, most
        )
        if reply.status not in good:
            raise refused(reply.status)
        return reply

    def _there(self, path: str) -> str:
        return self._caller.place.path + quote(path)

    def _account(self) -> dict[str, str]:
        if not self._user:
            return {}
        pair = self._user.encode() + b":" + self._password()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _members(body: bytes) -> list[tuple[PurePosixPath, bool]]:
    """The entries of a PROPFIND answer: path of the address, and whether it is a folder."""
    from lxml import etree

    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        answer = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise unreachable(error) from None
    found = []
    for response in answer.iter("{DAV:}response"):
        path = PurePosixPath(unquote(urlsplit(response.findtext("{DAV:}href") or "").path))
        found.append((path, response.find(".//{DAV:}collection") is not None))
    return found
