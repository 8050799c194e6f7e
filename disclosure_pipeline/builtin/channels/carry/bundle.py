"""Bundles that are carried over an air gap: signed by the sender, checked and receipted on the other side.

A bundle is a ZIP file without compression: ``manifest.json``, ``manifest.sig`` (Ed25519 over the manifest's bytes, base64)
and the frozen files under ``files/``. The manifest names every file with its hash, so that its signature vouches for
them all. Nothing of a bundle is used before the signature is good. The same order gives the same bytes.

A receipt is one JSON object, signed by the other side over the bytes of its ``receipt`` member.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.builtin.channels.frozen import contents
from disclosure_pipeline.builtin.files import safe_name
from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.publication import Action, EffectKey, Order

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "disclosure-carry/1"
RECEIPT_FORMAT = "disclosure-carry-receipt/1"

_MANIFEST, _SIGNATURE, _FILES = "manifest.json", "manifest.sig", "files/"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_MOST_MANIFEST = 4 << 20
_KEPT_AFTER = ("index_number", "attribute", "unit", "unit_name", "department", "issuing_body")
_OWN_OFFICE = ("reviewers", "links", "document", "version")


class BadBundle(DisclosureError):
    """The bundle or the receipt is not what the sender signed."""

    code = "carry.bad"
    advice = "Do not use it. Have it carried again; if it stays so, ask the sender which key is in use."


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose signature is good.

    Args:
        key: the order's key.
        manifest: what the sender says, JSON values.
        files: the frozen files by name.
        sha256: hash of the whole bundle.
    """

    key: EffectKey
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    sha256: str


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """A signing key (PKCS#8 PEM, `openssl genpkey -algorithm ed25519`).

    Raises:
        BadBundle: ``carry.key``, it is none.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadBundle("This is no Ed25519 signing key.", code="carry.key")
    return key


def public_key(pem: bytes) -> Ed25519PublicKey:
    """A key to check by (PEM, `openssl pkey -pubout`).

    Raises:
        BadBundle: ``carry.key``, it is none.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise BadBundle("This is no Ed25519 public key.", code="carry.key")
    return key


def pack(order: Order, key: Ed25519PrivateKey) -> bytes:
    """The bundle of an order; of a withdrawal it tells nothing but numbers.

    Raises:
        ChannelFault: a frozen file is not what was signed.
    """
    found = contents(order)
    manifest = _json(_manifest(order, found))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        members = {_MANIFEST: manifest, _SIGNATURE: base64.b64encode(key.sign(manifest))}
        for name, data in {**members, **{_FILES + name: data for name, data in found.items()}}.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), data)
    return buffer.getvalue()


def unpack(data: bytes, key: Ed25519PublicKey) -> Bundle:
    """Check a bundle and read it.

    Args:
        data: the bundle's bytes.
        key: the sender's key.

    Raises:
        BadBundle: it was not signed by this key, or anything in it is not what the manifest says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            raw = _member(archive, _MANIFEST, _MOST_MANIFEST)
            _check(key, base64.b64decode(_member(archive, _SIGNATURE, 200), validate=True), raw)
            manifest = json.loads(raw)
            files = _files(archive, manifest)
        if manifest["format"] != FORMAT:
            raise BadBundle("The bundle has another format.")
        return Bundle(EffectKey.parse(manifest["key"]), manifest, files, hashlib.sha256(data).hexdigest())
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError, NotImplementedError):
        raise BadBundle from None


def receipt(bundle: Bundle, at: str, key: Ed25519PrivateKey) -> bytes:
    """What the other side gives back.

    Args:
        bundle: the checked bundle.
        at: UTC time at which it was taken in, ISO 8601.
        key: signing key of the other side.
    """
    told = {
        "format": RECEIPT_FORMAT,
        "key": str(bundle.key),
        "bundle": bundle.sha256,
        "at": at,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(bundle.files.items())},
    }
    signature = base64.b64encode(key.sign(_json(told))).decode()
    return _json({"receipt": told, "signature": signature})


def check_receipt(data: bytes, bundle: Bundle, key: Ed25519PublicKey) -> Mapping[str, Any]:
    """What a receipt says, if it is for this bundle and signed by the other side.

    Raises:
        BadBundle: it is not.
    """
    try:
        given = json.loads(data)
        told: Mapping[str, Any] = given["receipt"]
        _check(key, base64.b64decode(given["signature"], validate=True), _json(told))
        fits = (told["format"], told["key"], told["bundle"]) == (
            RECEIPT_FORMAT,
            str(bundle.key),
            bundle.sha256,
        )
    except (ValueError, KeyError, TypeError):
        raise BadBundle("This is no receipt.") from None
    if not fits:
        raise BadBundle("The receipt is for another bundle.")
    return told


def read_file(path: Path) -> bytes:
    """The bytes of a file that somebody named.

    Raises:
        BadBundle: ``carry.file``, it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadBundle(f"A file cannot be read ({type(error).__name__}).", code="carry.file") from None


def _manifest(order: Order, found: Mapping[str, bytes]) -> dict[str, Any]:
    leaving = order.key.action is Action.WITHDRAW
    entry = asdict(order.entry)
    kept = {
        name: value
        for name, value in entry.items()
        if (name in _KEPT_AFTER if leaving else name not in _OWN_OFFICE)
    }
    return {
        "format": FORMAT,
        "key": str(order.key),
        "action": order.key.action.value,
        "document": order.key.document,
        "version": order.key.version,
        "generation": order.key.generation,
        "at": order.at,
        "reason": order.reason,
        "entry": kept,
        "files": [
            {**artefact.as_json(), "name": name, "role": artefact.role, "title": artefact.title}
            for name, (artefact, _) in zip(found, order.artefacts, strict=True)
        ],
    }


def _files(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    listed = {str(item["name"]): item for item in manifest["files"]}
    names = {_MANIFEST, _SIGNATURE, *(_FILES + name for name in listed)}
    if sorted(archive.namelist()) != sorted(names):
        raise BadBundle("The bundle holds other files than its manifest names.")
    found = {}
    for name, item in listed.items():
        data = _member(archive, _FILES + name, int(item["size"]))
        if hashlib.sha256(data).hexdigest() != item["sha256"] or safe_name(name) != name:
            raise BadBundle("A file of the bundle is not the one that its manifest names.")
        found[name] = data
    return found


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise BadBundle("A file of the bundle is longer than it may be.")
    return data


def _check(key: Ed25519PublicKey, signature: bytes, data: bytes) -> None:
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, data)
    except InvalidSignature:
        raise BadBundle("The signature is not the sender's.") from None


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
