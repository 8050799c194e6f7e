"""What the letters to newspapers and stations say, and how they look on the wire; the same order gives the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from disclosure_pipeline.builtin.channels.frozen import contents, page_text
from disclosure_pipeline.builtin.rendering import beijing_time, printable
from disclosure_pipeline.model.publication import Action, Entry, Order

_LINES = (
    ("索引号", "index_number"), ("发文字号", "document_number"), ("发文机关", "issuing_body"),
    ("成文日期", "formed"), ("发布日期", "published"),
)  # fmt: skip
_OPENINGS = {
    Action.PUBLISH: "现将下列政府信息送请刊播。内容以本件及附件为准，不得改动。",
    Action.UPDATE: "此前送请刊播的下列政府信息已有更新，请以本件及附件为准，撤换前一版本。",
    Action.WITHDRAW: "此前送请刊播的下列政府信息已撤回。请立即停止刊播，撤下已发布的内容和全部附件，并请复函告知办理情况。",
}
_SUBJECTS = {Action.PUBLISH: "【政府信息公开】", Action.UPDATE: "【更新】", Action.WITHDRAW: "【撤稿】"}


def message_id(key: str, recipient: str, domain: str) -> str:
    """The id of the one letter that an order sends to a recipient.

    Args:
        key: the order's key.
        recipient: address.
        domain: domain of the sender.
    """
    digest = hashlib.sha256(f"{key}\n{recipient}".encode()).hexdigest()
    return f"<{digest[:40]}@{domain}>"


def compose(order: Order, sender: Address, recipient: str, *, earlier: str, attached: bool) -> bytes:
    """The letter about an order, as it goes over the wire.

    Args:
        order: the order; of a withdrawal nothing but numbers is told.
        sender: who writes.
        recipient: address.
        earlier: id of the letter that this one corrects or takes back; empty for the first one.
        attached: whether the frozen files come along.

    Raises:
        ChannelFault: a frozen file is not what was signed.
    """
    letter = EmailMessage(policy=SMTP)
    letter["From"] = sender
    letter["To"] = recipient
    letter["Subject"] = _one_line(_subject(order))
    letter["Date"] = datetime.fromisoformat(order.at)
    letter["Message-ID"] = message_id(str(order.key), recipient, sender.domain)
    if earlier:
        letter["In-Reply-To"] = letter["References"] = earlier
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_words(order), cte="base64")
    if attached:
        _attach(letter, order)
    return letter.as_bytes()


def _attach(letter: EmailMessage, order: Order) -> None:
    for (artefact, _), (name, data) in zip(order.artefacts, contents(order).items(), strict=True):
        main, _, sub = artefact.media_type.partition(";")[0].partition("/")
        letter.add_attachment(
            data, maintype=main or "application", subtype=sub or "octet-stream", filename=name
        )
    if letter.is_multipart():
        letter.set_boundary(f"=={hashlib.sha256(str(order.key).encode()).hexdigest()[:32]}==")


def _subject(order: Order) -> str:
    if order.key.action is Action.WITHDRAW:
        told = order.entry.index_number or order.key.document
    else:
        told = order.entry.title
    return _SUBJECTS[order.key.action] + told


def _words(order: Order) -> str:
    lines = [_OPENINGS[order.key.action], ""]
    if order.key.action is Action.WITHDRAW:
        facts = {"索引号": order.entry.index_number, "原因": order.reason, "撤回时间": beijing_time(order.at)}
    else:
        facts = {"标题": order.entry.title, **_facts(order.entry)}
    lines += [f"{name}：{_one_line(value)}" for name, value in facts.items() if value]
    lines += [f"收件号：{order.key.document}", ""]
    if order.key.action is not Action.WITHDRAW:
        lines += [page_text(order), ""]
    lines += [order.entry.unit_name, ""]
    return printable("\n".join(lines))


def _facts(entry: Entry) -> Mapping[str, str]:
    return {name: getattr(entry, value) for name, value in _LINES}


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())
