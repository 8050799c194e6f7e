"""The other side of the air gap: check a bundle, take it in, write the receipt; and check a receipt that came back.

    python -m disclosure_pipeline.builtin.channels.carry take BUNDLE --key SENDER.pem --into FOLDER \
        --sign OWN.pem --receipt RECEIPT.json
    python -m disclosure_pipeline.builtin.channels.carry check BUNDLE --key SENDER.pem
    python -m disclosure_pipeline.builtin.channels.carry check BUNDLE --key SENDER.pem \
        --receipt RECEIPT.json --other OTHER.pem

``FOLDER`` then holds the newest state of each document in a folder of its own: its files, or nothing after a
withdrawal. A bundle that is older than what was taken in is refused. The same bundle twice is the same receipt but
for its time. The exit code is 0, 1 when it is refused, and 2 when the words are off.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.channels.carry.bundle import (
    Bundle,
    check_receipt,
    private_key,
    public_key,
    read_file,
    receipt,
    unpack,
)
from disclosure_pipeline.builtin.channels.ledger import PUBLISHED, WITHDRAWN, Ledger, Record, admit
from disclosure_pipeline.builtin.channels.papers import lay
from disclosure_pipeline.builtin.files import make_folder, write_if_changed
from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.publication import Action


def take(bundle: Bundle, folder: Path) -> None:
    """Make the folder of the document hold what the bundle says.

    Args:
        bundle: a checked bundle.
        folder: where documents are taken in.

    Raises:
        Fenced: something newer was taken in before.
        ChannelFault: the folder cannot be written.
    """
    ledger = Ledger(folder, "the taken bundles")
    key = bundle.key
    with ledger.locked():
        admit(ledger.get(key.document), key)
        state = WITHDRAWN if key.action is Action.WITHDRAW else PUBLISHED
        at, number = str(bundle.manifest["at"]), str(bundle.manifest["entry"]["index_number"])
        ledger.put(Record(key.document, str(key), key.generation, key.version, state, at, number))
        lay(folder / key.document, bundle.files)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.command == "check" and (given.receipt is None) != (given.other is None):
        parser.error("--receipt and --other go together")
    try:
        bundle = unpack(read_file(given.bundle), public_key(read_file(given.key)))
        if given.command == "take":
            _take(bundle, given)
        elif given.receipt is not None:
            check_receipt(read_file(given.receipt), bundle, public_key(read_file(given.other)))
    except DisclosureError as error:
        sys.stderr.write(f"{error.message} {error.advice}\n")
        return 1
    told: dict[str, Any] = {"key": str(bundle.key), "bundle": bundle.sha256, "files": sorted(bundle.files)}
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 0


def _take(bundle: Bundle, given: argparse.Namespace) -> None:
    signer = private_key(read_file(given.sign))
    make_folder(given.into)
    take(bundle, given.into)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    write_if_changed(given.receipt.resolve(), receipt(bundle, at, signer))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m disclosure_pipeline.builtin.channels.carry")
    commands = parser.add_subparsers(dest="command", required=True)
    taking = commands.add_parser("take", help="check a bundle, take it in and write the receipt")
    checking = commands.add_parser("check", help="check a bundle, and a receipt for it")
    for command in (taking, checking):
        command.add_argument("bundle", type=Path, help="the bundle")
        command.add_argument("--key", type=Path, required=True, help="public key of the sender (PEM)")
    taking.add_argument("--into", type=Path, required=True, help="where documents are taken in")
    taking.add_argument("--sign", type=Path, required=True, help="signing key of this side (PEM)")
    taking.add_argument("--receipt", type=Path, required=True, help="where the receipt is written")
    checking.add_argument("--receipt", type=Path, help="a receipt that came back")
    checking.add_argument("--other", type=Path, help="public key of the other side (PEM)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
