"""A site here and its copy on another host, for the tests of the push."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from site_orders import context, tree
from ssh_host import SshHost
from webdav_host import DavHost

from disclosure_pipeline.builtin.channels import push
from disclosure_pipeline.builtin.channels.site.channel import SiteChannel
from disclosure_pipeline.model.publication import Order

CASE = "2026-000001"


class Office:
    """A site here, a copy of it there."""

    def __init__(self, folder: Path, server: SshHost | DavHost, **more: Any):
        self.vault, self.root, self.own = folder / "vault", folder / "site", folder / "own"
        self.there = server.folder / folder.name
        self.there.mkdir()
        self.section = server.section(folder=str(self.there), **more)
        self.site = SiteChannel(context(site=self.root))
        self.push = self.channel()

    def channel(self, **changes: Any) -> push.Push:
        return push.Push(self.own, self.root, push.Options(**(self.section | changes)))

    def carry_out(self, asked: Order) -> Any:
        """The site first, then the push."""
        getattr(self.site, asked.key.action.value)(asked)
        return getattr(self.push, asked.key.action.value)(asked)

    def shown(self) -> dict[str, bytes]:
        """The site here without what is not part of it."""
        return {
            name: data for name, data in tree(self.root).items() if not any(map(_hidden, name.split("/")))
        }

    def standing(self) -> tuple[str, int]:
        (found,) = self.push.verify([CASE])
        return found.state, found.version


def _hidden(name: str) -> bool:
    return name.startswith(".")


def spoil(office: Office, number: int) -> None:
    (office.there / f"documents/2026/2026-{number:06d}/index.html").write_text("别的", "utf-8")


def spoiled(office: Office) -> set[str]:
    return {item.document[-1] for item in office.push.verify([]) if item.version == 0}


def counted(channel: push.Push) -> push.Push:
    """The channel, each of whose requests counts as an operation that changes files, as :func:`run_killed` counts."""
    call = channel._host._caller.call

    def counting(*given: Any, **more: Any) -> Any:
        os.fsync(0)
        return call(*given, **more)

    channel._host._caller.call = counting
    return channel
