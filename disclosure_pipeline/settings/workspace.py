"""The two folders a daemon works with: its configuration and its data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from disclosure_pipeline.errors import ConfigError

if TYPE_CHECKING:
    from disclosure_pipeline.settings.models import Settings

PRIVATE = 0o700

SLIP_TEMPLATE = "发文拟稿单（模板）.docx"
"""The 拟稿单 template that lies in each drop folder; under this name it is nobody's draft."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where everything lies.

    Args:
        config: folder with ``disclosure.toml``, ``rules/``, ``lexicons/`` …
        data: folder with the drop folders, the vault and the store.
    """

    config: Path
    data: Path

    @property
    def inbox(self) -> Path:
        """Drop folders, one per department."""
        return self.data / "inbox"

    @property
    def outbox(self) -> Path:
        """Receipts, return notes and results, one folder per department."""
        return self.data / "outbox"

    @property
    def spool(self) -> Path:
        """Private copies of unchecked originals (0700, never backed up)."""
        return self.data / "spool"

    @property
    def vault(self) -> Path:
        """Content-addressed originals and frozen artefacts."""
        return self.data / "vault"

    @property
    def quarantine(self) -> Path:
        """Suspected state secrets (0700, never backed up)."""
        return self.data / "quarantine"

    @property
    def plugin_data(self) -> Path:
        """What plugins write, one folder each."""
        return self.data / "plugins"

    @property
    def site(self) -> Path:
        """The static site."""
        return self.data / "site"

    @property
    def search(self) -> Path:
        """The index of the public search."""
        return self.data / "search"

    @property
    def archive(self) -> Path:
        """Archive bags."""
        return self.data / "archive"

    @property
    def register(self) -> Path:
        """The private register of documents that are not published."""
        return self.data / "register"

    @property
    def log(self) -> Path:
        """Logs and the audit anchor."""
        return self.data / "log"

    @property
    def database(self) -> Path:
        """The SQLite store, when no other is configured."""
        return self.data / "disclosure.sqlite"

    def store_url(self, settings: Settings) -> str:
        """The SQLAlchemy URL of the store."""
        return settings.store.url or f"sqlite:///{self.database}"

    def plugin_folder(self, settings: Settings) -> Path:
        """Folder of drop-in plugins."""
        return (self.config.parent / settings.plugins.folder).resolve()

    def make(self) -> None:
        """Create the data folders that do not exist yet; private ones get mode 0700."""
        for folder in (self.inbox, self.outbox, self.site, self.search, self.archive, self.log):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.spool, self.vault, self.quarantine, self.register):
            folder.mkdir(parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o777 != PRIVATE:  # a read-only vault must not stop every command
                folder.chmod(PRIVATE)


def load_settings(config: Path) -> Settings:
    """Read ``disclosure.toml`` from the config folder; a missing file means the defaults.

    Raises:
        ConfigError: unreadable TOML, an unknown key, a wrong type or value.
    """
    from pydantic import ValidationError

    from disclosure_pipeline.settings.models import Settings

    path = config / "disclosure.toml"
    try:
        data = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path.name} cannot be read: {error}") from None
    try:
        return Settings(**data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(item) for item in first["loc"])
        raise ConfigError(f"{path.name}: {where}: {first['msg']}") from None
