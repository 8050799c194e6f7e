"""Writes and checks one BagIt package (RFC 8493).

The manifests are written here and checked with the `bagit` library; its `make_bag` is not used,
because it changes the working directory of the whole process and moves files in place. The same
payload and the same bag-info give the same bytes.
"""

from __future__ import annotations

import hashlib
import logging
import os
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from disclosure_pipeline.builtin.files import safe_name
from disclosure_pipeline.durable import file_digest, sync_folder
from disclosure_pipeline.errors import ChannelFault

PAYLOAD_MANIFEST = "manifest-sha256.txt"
_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_BLOCK = 1 << 20
_NAME_LENGTH = 60
_FOLDER_MODE = 0o750
_FILE_MODE = 0o640


class PackageWriter:
    """Fills a new folder with a payload and closes it with the tag files.

    Args:
        folder: where the bag is built; must not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._payload: dict[str, str] = {}
        self._bytes = 0
        folder.mkdir(mode=_FOLDER_MODE)

    @property
    def payload(self) -> Mapping[str, str]:
        """sha256 of what was written so far, by its path in the bag."""
        return dict(self._payload)

    def add(self, name: str, data: bytes) -> tuple[str, int]:
        """Write a payload file; ``name`` is relative to ``data/``. Returns (sha256, size)."""
        return self.stream(name, iter((data,)))

    def stream(self, name: str, blocks: Iterator[bytes]) -> tuple[str, int]:
        """Write a payload file piece by piece, as :meth:`add` does."""
        path = self._path(name)
        self._write(path, blocks)
        return self._enter(path)

    def copy(self, name: str, source: Path, sha256: str) -> tuple[str, int]:
        """Copy a payload file whose digest is known. Returns (sha256, size).

        Raises:
            ChannelFault: the source is gone or its bytes are not those that were approved.
        """
        path = self._path(name)
        try:
            self._write(path, _read(source))
        except FileNotFoundError:
            raise ChannelFault("A file of the vault is missing.", code="artefact.missing") from None
        digest, size = self._enter(path)
        if digest != sha256:
            raise ChannelFault(
                "A file of the vault is not the one that was approved.", code="artefact.changed"
            )
        return digest, size

    def close(self, info: Mapping[str, str]) -> None:
        """Write ``bagit.txt``, ``bag-info.txt`` and the manifests, and make everything durable.

        Args:
            info: further bag-info elements, in order; ``Payload-Oxum`` is added.
        """
        lines = {**info, "Payload-Oxum": f"{self._bytes}.{len(self._payload)}"}
        tags = {
            "bag-info.txt": "".join(f"{key}: {_one_line(value)}\n" for key, value in lines.items()),
            "bagit.txt": _DECLARATION,
            PAYLOAD_MANIFEST: _manifest(self._payload),
        }
        digests = {}
        for name, text in tags.items():
            self._write(self._folder / name, iter((text.encode("utf-8"),)))
            digests[name] = hashlib.sha256(text.encode("utf-8")).hexdigest()
        self._write(self._folder / "tagmanifest-sha256.txt", iter((_manifest(digests).encode("utf-8"),)))
        for folder in [*(path for path in self._folder.rglob("*") if path.is_dir()), self._folder]:
            sync_folder(folder)

    def _path(self, name: str) -> Path:
        path = self._folder / "data" / name
        path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        return path

    def _write(self, path: Path, blocks: Iterator[bytes]) -> None:
        first = next(blocks, b"")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(first)
            for block in blocks:
                stream.write(block)
            stream.flush()
            os.fsync(stream.fileno())

    def _enter(self, path: Path) -> tuple[str, int]:
        """Digest what really lies on the disk, not what was meant to."""
        digest, size = file_digest(path), path.stat().st_size
        self._payload[path.relative_to(self._folder).as_posix()] = digest
        self._bytes += size
        return digest, size


def check_bag(path: Path) -> list[str]:
    """Every problem of a bag, empty when it is complete and unchanged (fixity check).

    Args:
        path: folder of the bag.

    Returns:
        Lines ``what: file``; the file names are those in the bag.
    """
    import bagit  # type: ignore[import-untyped, unused-ignore]

    _quiet_library()
    if not path.is_dir():
        return ["missing: the whole bag"]
    links = [f"link: {item.relative_to(path)}" for item in sorted(path.rglob("*")) if item.is_symlink()]
    if links:
        return links
    try:
        bagit.Bag(str(path)).validate()
    except (bagit.BagError, OSError, ValueError, LookupError) as error:
        # The library stops at the first kind of problem; the list names every file.
        return _differences(path) or [f"bagit: {type(error).__name__}"]
    return []


def manifest(path: Path) -> dict[str, str]:
    """sha256 by payload path, as the bag's manifest lists them; empty when it cannot be read."""
    return _entries(path / PAYLOAD_MANIFEST)


def payload_name(number: int, name: str) -> str:
    """A numbered file name that every file system and the manifest format take; suffix kept, NFC."""
    shown = PurePath("_".join(unicodedata.normalize("NFC", safe_name(name)).replace("%", "_").split()))
    return f"{number:02d}-{shown.stem[:_NAME_LENGTH]}{shown.suffix[:_NAME_LENGTH]}"


def _differences(path: Path) -> list[str]:
    problems = []
    payload = manifest(path)
    for name, digest in sorted({**payload, **_entries(path / "tagmanifest-sha256.txt")}.items()):
        file = path / name
        if not file.is_file():
            problems.append(f"missing: {name}")
        elif file_digest(file) != digest:
            problems.append(f"changed: {name}")
    present = (item for item in sorted((path / "data").rglob("*")) if item.is_file())
    known = {unicodedata.normalize("NFC", name) for name in payload}
    for item in present:
        name = item.relative_to(path).as_posix()
        if unicodedata.normalize("NFC", name) not in known:
            problems.append(f"unexpected: {name}")
    return problems


def _entries(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.split(maxsplit=1) for line in lines)
    return {pair[1].strip(): pair[0] for pair in pairs if len(pair) == 2}


def _manifest(digests: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _quiet_library() -> None:
    """The library logs file names, which may hold a title; nothing of it reaches our logs."""
    logger = logging.getLogger("bagit")
    logger.propagate = False
    logger.handlers = [logging.NullHandler()]
