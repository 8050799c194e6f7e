"""The channels that end with a person, as their plugins make them, and what must hold for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from site_orders import SENTENCE, TITLE, tree

from disclosure_pipeline.hooks.contracts import Channel, PluginContext
from disclosure_pipeline.model.policy import RuleBook

PACKAGE = "disclosure_pipeline.builtin.channels"


def made(name: str, folder: Path, section: Mapping[str, Any] | None = None, **site: Any) -> Channel:
    """The one channel of a shipped plugin, made by its own hooks."""
    module = import_module(f"{PACKAGE}.{name}")
    options = module.register_config()(**(section or {}))
    (channel,) = module.register_channels(PluginContext(options, RuleBook(()), {"own": folder}, site=site))
    return channel


def signing_key(path: Path) -> Path:
    """An Ed25519 key in a file that only its owner can read, and its public half beside it (``.pub``)."""
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.touch(0o600)
        path.write_bytes(private)
        public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
        path.with_suffix(".pub").write_bytes(public)
    return path


def text_left(folder: Path, *words: str) -> list[str]:
    """Files below a folder that hold words of the document, in their names or their bytes."""
    sought = words or (TITLE, SENTENCE)
    found = []
    for name, data in tree(folder).items():
        for word in sought:
            forms = (
                word.encode(),
                word.encode("gb18030"),
                word.encode("utf-16-le"),
                ascii(word)[1:-1].encode(),
            )
            if word in name or any(form in data for form in forms):
                found.append(name)
    return sorted(set(found))
