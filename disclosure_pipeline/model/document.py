"""Submissions, parts, slips and the hash that approvals bind to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class Attribute(StrEnum):
    """Disclosure attribute (公开属性; 条例 第十九条 to 第二十一条, 第十四条 to 第十六条)."""

    PROACTIVE = "proactive"
    ON_REQUEST = "on_request"
    EXEMPT = "exempt"

    @property
    def chinese(self) -> str:
        """主动公开, 依申请公开 or 不予公开."""
        return _ATTRIBUTE_NAMES[self]

    @property
    def breadth(self) -> int:
        """How widely the document is disclosed: 2 proactive, 1 on request, 0 exempt."""
        return _ATTRIBUTE_BREADTH[self]

    @classmethod
    def parse(cls, text: str) -> Attribute | None:
        """Read a token or a Chinese name; ``None`` when it is neither (never guessed)."""
        wanted = "".join(text.split())
        for attribute in cls:
            if wanted in (attribute.value, attribute.chinese):
                return attribute
        return {"免予公开": cls.EXEMPT, "免于公开": cls.EXEMPT, "不公开": cls.EXEMPT}.get(wanted)


_ATTRIBUTE_NAMES = {
    Attribute.PROACTIVE: "主动公开",
    Attribute.ON_REQUEST: "依申请公开",
    Attribute.EXEMPT: "不予公开",
}
_ATTRIBUTE_BREADTH = {Attribute.PROACTIVE: 2, Attribute.ON_REQUEST: 1, Attribute.EXEMPT: 0}


class PartRole(StrEnum):
    """What a file of a submission is for.

    ``main`` 正文, ``attachment`` 附件, ``slip`` 发文拟稿单 (never published),
    ``internal`` 办理单 / 花脸稿 of an OA export (never published).
    """

    MAIN = "main"
    ATTACHMENT = "attachment"
    SLIP = "slip"
    INTERNAL = "internal"

    @property
    def public(self) -> bool:
        """Whether the file's content can become part of the public copy."""
        return self in (PartRole.MAIN, PartRole.ATTACHMENT)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a submission.

    Args:
        position: 0 is the main document.
        name: file name as dropped; ``None`` while unchecked and for ever when quarantined.
        media_type: detected from the bytes; empty until extracted.
        sha256: hex digest of the bytes.
        size: bytes.
        role: see :class:`PartRole`.
    """

    position: int
    name: str | None
    media_type: str
    sha256: str
    size: int
    role: PartRole

    def as_json(self) -> dict[str, Any]:
        """The part as `disclosure show --json` prints it."""
        return {"name": self.name, "media_type": self.media_type, "sha256": self.sha256, "size": self.size,
                "role": self.role.value}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slip:
    """What the department says about its draft (发文拟稿单; 000 第十条).

    Args:
        title: 标题.
        attribute: proposed 公开属性, token or Chinese name as written; parsed by the tag stage.
        ground: reason code (R14a … R16c) or 不予公开理由 as written.
        reason: free text of the reason.
        document_number: 发文字号.
        genre: 文种 / 体裁.
        date: 成文日期, ISO ``YYYY-MM-DD``.
        responsible_body: 主办部门 / 发文机关.
        issuer: 发文机关署名, as the document itself bears it; no department says it.
        joint_bodies: 联合发文 bodies.
        case: 收件号 of the case this corrects.
        main: name of the file in the folder that is the 正文.
        source: where it came from (``form``, ``toml``, ``folder``, ``note``), for the record.
    """

    title: str | None = None
    attribute: str | None = None
    ground: str | None = None
    reason: str | None = None
    document_number: str | None = None
    genre: str | None = None
    date: str | None = None
    responsible_body: str | None = None
    issuer: str | None = None
    joint_bodies: tuple[str, ...] = ()
    case: str | None = None
    main: str | None = None
    source: str | None = None

    @property
    def issuing_body(self) -> str:
        """发文机关: who signs the document, or else who is said to be responsible for it; empty when neither is known."""
        return self.issuer or self.responsible_body or ""

    def merged(self, weaker: Slip) -> Slip:
        """This slip, with what it leaves out taken from a weaker source."""
        values = {item.name: getattr(self, item.name) or getattr(weaker, item.name) for item in fields(self)}
        return Slip(**values)

    def as_json(self) -> dict[str, Any]:
        """The slip as stored in the row (absent values left out)."""
        return {key: value for key, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Slip:
        """Rebuild a slip from :meth:`as_json`; unknown keys are ignored."""
        known = {item.name for item in fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        if "joint_bodies" in values:
            values["joint_bodies"] = tuple(values["joint_bodies"])
        return cls(**values)

    def published_fields(self) -> dict[str, Any]:
        """The fields that the public sees, and that an approval therefore binds."""
        data = self.as_json()
        return {key: data[key] for key in _PUBLISHED if key in data}


_PUBLISHED = ("title", "document_number", "genre", "date", "responsible_body", "issuer", "joint_bodies")


@dataclass(frozen=True, slots=True)
class VersionContent:
    """Everything an approval binds to (design 6): any change of it makes a new version.

    Args:
        parts: (position, name, role, sha256) of every file.
        slip: published slip fields.
        attribute: the attribute under which this version is reviewed.
        ground: ground and reason.
        route: the tiers in order.
        settled: (finding id, settlement) pairs.
        texts: (position, digest) of the text that was read from each file: the public copy is made of it.
        pictures: (position, digest of the name, digest of the pixels, ruling) of each picture somebody ruled on.
    """

    parts: tuple[tuple[int, str, str, str], ...]
    slip: Mapping[str, Any]
    attribute: str | None
    ground: str | None
    route: tuple[str, ...]
    settled: tuple[tuple[str, str], ...] = field(default=())
    texts: tuple[tuple[int, str], ...] = field(default=())
    pictures: tuple[tuple[int, str, str, str], ...] = field(default=())

    def digest(self) -> str:
        """sha256 (hex) over the canonical JSON of all fields; without rulings on pictures, of all others."""
        fields = [
            sorted(self.parts), dict(self.slip), self.attribute, self.ground,
            list(self.route), sorted(self.settled), sorted(self.texts),
        ]  # fmt: skip
        return canonical_digest([*fields, sorted(self.pictures)] if self.pictures else fields)


def canonical_digest(value: Any) -> str:
    """sha256 (hex) of a JSON value in canonical form (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def content_digest(parts: Iterable[Part]) -> str:
    """Identity of a submission by its bytes: the same files again give the same digest.

    Names do not count: the same draft under another name is still the same draft.
    """
    return canonical_digest(sorted(part.sha256 for part in parts))
